"""The words of a large catalogue, counted once by a job and loaded by every process in a part of a second.

A small catalogue is read by each process as it is: that is quick, and a word is known the moment its gig is published. A large
one is counted every night; what came since is found all the same, because a word that the snapshot lacks is asked of the index
(`words_that_stand`).
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from marketplace.discovery.models import GigDocument, LexiconSnapshot

# Up to so many documents each process reads the catalogue itself.
SMALL_CATALOGUE = 5000
# What a snapshot has at most, the most frequent first: a larger catalogue makes no larger lexicon.
WORD_LIMIT, PAIR_LIMIT, SELLER_LIMIT = 40_000, 60_000, 100_000
KEPT = 2

_PLAIN = ("document_count", "frequency", "core", "seller_text", "category_names")


def is_large() -> bool:
    """Whether the catalogue is too large for every process to read."""
    return len(GigDocument.objects.order_by().values_list("pk")[: SMALL_CATALOGUE + 1]) > SMALL_CATALOGUE


def has_snapshot() -> bool:
    """Whether processes load a snapshot."""
    return LexiconSnapshot.objects.exists()


def newest() -> dict[str, Any] | None:
    """The lexicon's fields as they were counted last, without dictionary and thesaurus; None where nothing was counted."""
    content = LexiconSnapshot.objects.order_by("-pk").values_list("content", flat=True).first()
    return None if content is None else decode(bytes(content))


def keep(lexicon: Any) -> None:
    """Have every process load this lexicon from now on. The one before stays, for whoever is reading it."""
    LexiconSnapshot.objects.create(content=encode(lexicon), documents=lexicon.document_count)
    kept = LexiconSnapshot.objects.order_by("-pk").values("pk")[:KEPT]
    LexiconSnapshot.objects.exclude(pk__in=kept).delete()


def forget() -> None:
    """Have every process read the catalogue itself."""
    LexiconSnapshot.objects.all().delete()


def words_that_stand(words: Iterable[str]) -> set[str]:
    """Those of the words that stand in some document now."""
    from marketplace.discovery.engines.windows import quoted  # the engine knows how; it imports the lexicon

    asked = {word: quoted(word) for word in words}
    if not asked:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM unnest(%s::text[], %s::text[]) AS asked(word, query) "
            "WHERE EXISTS (SELECT 1 FROM discovery_gigdocument WHERE words @@ query::tsquery)",
            [list(asked), list(asked.values())],
        )
        return {word for (word,) in cursor.fetchall()}


def encode(lexicon: Any) -> bytes:
    """The lexicon's fields as JSON, compressed."""
    fields = {
        name: getattr(lexicon, name)
        for name in (*_PLAIN, "sounds", "blurred_sounds", "by_length", "latin_words", "initials")
    }
    fields["pairs"] = [[*pair, count] for pair, count in lexicon.pairs.items()]
    fields["category_tokens"] = {slug: sorted(words) for slug, words in lexicon.category_tokens.items()}
    return zlib.compress(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def decode(content: bytes) -> dict[str, Any]:
    """What `encode` was given, as arguments of a Lexicon."""
    raw: Mapping[str, Any] = json.loads(zlib.decompress(content))
    fields: dict[str, Any] = {name: raw[name] for name in _PLAIN}
    fields["sounds"] = {key: tuple(words) for key, words in raw["sounds"].items()}
    fields["blurred_sounds"] = {key: tuple(words) for key, words in raw["blurred_sounds"].items()}
    fields["by_length"] = {int(length): tuple(words) for length, words in raw["by_length"].items()}
    fields["category_tokens"] = {slug: frozenset(words) for slug, words in raw["category_tokens"].items()}
    fields["initials"] = {key: tuple(map(tuple, found)) for key, found in raw["initials"].items()}
    fields["pairs"] = {(first, second): count for first, second, count in raw["pairs"]}
    fields["latin_words"] = tuple(raw["latin_words"])
    fields["seller_names"] = frozenset(raw["seller_text"].split("\n"))
    return fields
