"""Tags and pairs of title words in another guise: the share of the first five results that stay.

`pytest -q -s tests/discovery/measure_guises.py`. Nobody judged these queries, so that no rule can have been fitted to them.
"""

import json
import random
from collections import defaultdict
from pathlib import Path

import opencc
from pypinyin import lazy_pinyin

from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.evaluation.isolation import a_catalogue_apart
from marketplace.discovery.evaluation.loading import load_set
from marketplace.discovery.evaluation.running import _engine_apart
from marketplace.discovery.language import normalise
from marketplace.discovery.language.lexicon import current_lexicon
from marketplace.discovery.services import search

DATA = Path(__file__).parent / "data"
SAMPLE, DEPTH = 150, 5
OTHERS = "是时事市实用有又优经精京镜静设社射摄涉计级记机基评品平频偏编变辨图土突途文问闻稳间建件见简剪健作做坐音因"
TRADITIONAL, TAIWAN, HONG_KONG = (opencc.OpenCC(name) for name in ("s2t", "s2twp", "s2hk"))


def other_character(text, lexicon, chance):
    """One character replaced by another of the same sound, so that the word is none of the catalogue's."""
    places = [place for place, character in enumerate(text) if "一" <= character <= "鿿"]
    chance.shuffle(places)
    for place in places:
        sound = lazy_pinyin(text[place])[0]
        for other in OTHERS:
            typed = text[:place] + other + text[place + 1 :]
            if other != text[place] and lazy_pinyin(other)[0] == sound and not lexicon.means_something(typed):
                return typed
    return None


def guises(text, lexicon, chance):
    """The text as other people would type it, by kind."""
    yield "pinyin", "".join(lazy_pinyin(text))
    yield (
        "initials",
        "".join(part[0] if "一" <= part[0] <= "鿿" else part for part in text)
        and "".join(syllable[:1] if syllable not in text else syllable for syllable in lazy_pinyin(text)),
    )
    yield "traditional", TRADITIONAL.convert(text)
    yield "taiwan", TAIWAN.convert(text)
    yield "hong kong", HONG_KONG.convert(text)
    yield "full width", "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)
    for opening in ("帮我找个", "想找人做", "求推荐", "有没有人会", "请问哪里有"):
        yield "opening", opening + text
    for closing in ("多少钱", "求推荐", "谁会做", "哪家好", "的老师"):
        yield "closing", text + closing
    if typo := other_character(text, lexicon, chance):
        yield "same sound", typo


def test_guises(db):
    chance = random.Random(11)
    for name in ("search_dev", "search_blind"):
        judged = json.loads((DATA / f"{name}.json").read_text())
        with _engine_apart("postgres") as engine, a_catalogue_apart(engine):
            load_set(judged)
            lexicon = current_lexicon()
            words = sorted({normalise(tag) for gig in judged["gigs"] for tag in gig["tags"]})
            words += sorted("".join(pair) for pair, count in lexicon.pairs.items() if count > 1)
            words = [word for word in words if 2 <= len(word) <= 8 and any("一" <= letter <= "鿿" for letter in word)]
            shares, worst = defaultdict(list), defaultdict(list)
            for text in chance.sample(words, min(SAMPLE, len(words))):
                expected = search(SearchRequest(query=text)).ids[:DEPTH]
                for kind, typed in guises(text, lexicon, chance):
                    found = search(SearchRequest(query=typed)).ids[:DEPTH]
                    share = len(set(expected) & set(found)) / len(expected) if expected else 1.0
                    shares[kind].append(share)
                    if share < 0.5:
                        worst[kind].append(f"{text} → {typed}")
        print(f"\n{name}:", {kind: round(sum(own) / len(own), 3) for kind, own in shares.items()})
        for kind, texts in worst.items():
            print(f"  {kind}: {'  '.join(texts[:14])}")
