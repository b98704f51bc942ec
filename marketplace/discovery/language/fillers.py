"""What people write around the thing they look for: 帮我写首歌, 哪里有…, …求推荐, 想找人做个…

Such words stand in no title, and each would count as something that no gig answers. Nothing is taken away that is a part of a
word (求职, 请柬, 推荐信, 做页面), unless a word of the catalogue begins right behind it (有|情书, and not 有情|书).
"""

import re
from collections.abc import Callable

from marketplace.discovery.language.normalise import CJK
from marketplace.discovery.language.tokens import is_verb

IsWord = Callable[[str], bool]
LiesAcross = Callable[[str, int], bool]  # of a text and a place in it

WORD_LENGTHS = range(2, 5)
ROUNDS = 6
# Nobody says a phrase of so many characters at the end by chance (多少钱), whatever it makes with the one before.
SURE_LENGTH = 3
# In the language's dictionary, and two words all the same.
_TWO_WORDS = frozenset(
    {
        "首歌",
        "首诗",
        "张图",
        "张照",
        "篇文",
        "本书",
        "部剧",
        "条片",
        "个图",
        "幅画",
        "画幅",
        "份表",
        "套图",
        "个活",
        "谱首",
    }
)

_POLITE = r"请问一?下?|你好|您好|hi|hello|大家好|各位|麻烦|拜托|打扰一?下?|亲们?|老板"
_WHERE = (
    r"[去在]?哪[里儿]?能?找到?|哪里有|哪儿有|哪有|哪里可以|哪里能|哪儿可以|哪儿能|去哪里?|在哪里?|哪里|哪儿|哪位|哪家|哪个|怎么样?才?能|怎样|怎么|如何"
    r"|谁能|谁会|谁可以|谁有|谁"
)
_IS_THERE = (
    r"有没有人?[能会做]?|有木有人?[能会做]?|有无|有人[能会做]?|有谁[能会做]?|有会|有做|可不可以|可以|能不能|能否|可否|会不会|是否"
    r"|能够|能|会"
)
_WANT = (
    r"我们?想要?|我们?要|我们?需要|我们?|想要|想|需要|急求|急找|跪求|诚求|重金求|重金|求助|求购|求|寻求|寻找|寻"
    r"|诚聘|诚招|急招|招募|招|雇佣?|请"
)
_FIND = (
    r"找人|找个人|找一个人|找个?会|找专业的?人?|找个|找一个|找一位|找位|找|请人|请个|请一位|帮我|帮忙|帮助|帮"
    r"|给我们?|替我|为我|给|替|推荐一?个?|介绍一?个?|来"
)
_OPENING = re.compile(rf"(?:{_POLITE}|{_WHERE}|{_IS_THERE}|{_WANT}|{_FIND}|的|[,.!?;:、。])\s*")
# Whose it is says nothing of what it is, and nobody means 家猫 by 我家猫; but 家居, 家教, 家装 are words of their own.
_WHOSE = re.compile(r"(?:我们?|咱们?|自)家里?的?(?![居具教政装电常长庭谱乡访族园])")
_CLOSING = re.compile(
    r"\s*(?:求推荐|求介绍|求带|求助|求报价|求|推荐一下|推荐下|介绍一下|推荐|有推荐的?|谁能做|谁可以做|谁会做?|哪家[好强]|哪个[好强]|哪里好|哪里有|哪里找|去哪找"
    r"|在哪找|哪有|怎么找|怎么收费|怎么弄|怎么做|如何收费|多少钱一?[个张份套首]?|什么价[格位钱]?|价格多少|要多少|收费标准|有吗|有没有|有人做|有人会|能做|可以做|能不能做"
    r"|在线等|急等|谢谢了?|感谢|求大神|大神|大佬|高手|达人|的师傅|的老师|的人|的店|的公司|的服务|的那种|那种|一下|来一?[个份张套]|接单|私单|吗|呢|吧|啊|呀|哦|哈|嘛"
    r"|么|的|[,.!?;:、。~])$"
)
_MEASURE = r"[个张首份套篇只部支条幅款段本页位名组期场件项门块片枚台批句副间款座册集则]"
_VERBS = frozenset("谱p写做画拍剪弄搞改修录唱译配编排搭起取订印讲建开拟办整练学")
_MEASURED = re.compile(rf"(?<=.)(?:[一两几半]{_MEASURE}|{_MEASURE}|一下|下)")
_NUMBERED = re.compile(rf"^[一两几半]{_MEASURE}")


def without_fillers(text: str, is_word: IsWord, is_ours: IsWord) -> str:
    """Normalised text without what was said around the thing; the text as it is where nothing else would be left.

    `is_word` knows the words of the language and the catalogue, `is_ours` those of the catalogue alone.
    """

    def lies_across(whole: str, edge: int) -> bool:
        return not _begins_with(whole[edge:], is_ours) and _lies_across(whole, edge, is_word)

    rest = text
    for _round in range(ROUNDS):
        before = rest
        rest = _without(_OPENING, _WHOSE.sub("", rest, count=1) if _WHOSE.match(rest) else rest, lies_across)
        rest = _without_closing(rest, lies_across)
        rest = _without_measure(rest, lies_across, is_ours)
        if rest == before:
            break
    rest = rest.strip(" ,.!?;:、。~")
    if len(rest) == 1:
        return rest if is_ours(rest) else text
    return rest if CJK.search(rest) or re.search(r"[a-z0-9]", rest) else text


def _without(pattern: re.Pattern[str], text: str, lies_across: LiesAcross) -> str:
    match = pattern.match(text)
    if match is None:
        return text
    # The longest beginning first, then shorter ones: 请人 is no beginning of 请人像, and 请 is.
    for end in range(match.end(), 0, -1):
        shorter = pattern.fullmatch(text[:end])
        if shorter and not lies_across(text, end):
            return text[end:].lstrip()
    return text


def _without_closing(text: str, lies_across: LiesAcross) -> str:
    match = _CLOSING.search(text)
    if match is None or (len(match.group().strip()) < SURE_LENGTH and lies_across(text, match.start())):
        return text
    return text[: match.start()].rstrip()


def _without_measure(text: str, lies_across: LiesAcross, is_ours: IsWord) -> str:
    """写首歌 → 写歌, 做一个网站 → 做网站, 一张海报 → 海报, 画一张画 → 画."""
    for pattern in (_NUMBERED, _MEASURED):
        for match in pattern.finditer(text):
            start, end = match.span()
            if start and not (text[start - 1] in _VERBS or is_verb(text[start - 2 : start])):
                continue
            if end == len(text) or lies_across(text, end):
                continue
            if start and is_ours(text[start - 1 : end]):  # 册 in 画册 counts nothing
                continue
            if start and text[end] == text[start - 1] and not _begins_with(text[end:], is_ours):
                return text[:start] + text[end + 1 :]
            if _begins_with(text[end:], is_ours) or not lies_across(text, start):
                return text[:start] + text[end:].lstrip()
    return text


def _begins_with(text: str, is_ours: IsWord) -> bool:
    return any(
        is_ours(text[:length]) for length in WORD_LENGTHS if length <= len(text) and CJK.fullmatch(text[:length])
    )


def _is_counted(text: str) -> bool:
    """Whether it is a measure and what is measured, though the dictionary has it as a word: 首歌, 一首歌."""
    return text in _TWO_WORDS or (text[1:] in _TWO_WORDS and _NUMBERED.match(text) is not None)


def _lies_across(text: str, edge: int, is_word: IsWord) -> bool:
    """Whether some word begins before the edge and ends behind it."""
    return any(
        is_word(text[start:end])
        for start in range(max(0, edge - WORD_LENGTHS[-1]), edge)
        for end in range(edge + 1, min(len(text), start + WORD_LENGTHS[-1]) + 1)
        if end - start in WORD_LENGTHS and not _is_counted(text[start:end]) and CJK.fullmatch(text[start:end])
    )
