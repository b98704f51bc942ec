"""Keeping the table of suggestions: anew each night, and at once what a new service brings along.

The night's work is put beside the table, then merged into it in one transaction: whoever types meanwhile reads the old rows
or the new ones, never none, and only what changed is written.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Count, QuerySet
from django.utils import timezone

from marketplace.accounts.models import UserProfile
from marketplace.core.config import get_config
from marketplace.core.jobs import only_one
from marketplace.core.patience import without_statement_timeout
from marketplace.discovery.language import normalise
from marketplace.discovery.language.normalise import CJK
from marketplace.discovery.models import GigDocument, SearchHistory
from marketplace.discovery.suggestion_keys import name_keys, squeezed, term_keys
from marketplace.discovery.suggestion_models import TERM_LENGTH, SearchSuggestion, SuggestionBan, SuggestionKind
from marketplace.gigs.models import Gig, GigCategory, GigTag, on_sale
from marketplace.safety.policy import clean_among
from marketplace.safety.words import word_finder

# So many rows of a kind stand under each beginning of a key: a few times what is shown, since a term may come by three keys.
PLACES = 24
# Longer beginnings are told apart no further: few keys have them in common.
DEPTH = 12
# The most frequent parts of titles. A million titles have some hundred thousand that stand in two.
PHRASES, PHRASE_WORDS = 150_000, 3
QUERIES, QUERY_DAYS = 20_000, 180
GIGS = 20_000
BATCH = 500
KEPT_OUT_SECONDS = 30 * 60


class Source(NamedTuple):
    """A term to offer, before it is spread over its keys."""

    kind: SuggestionKind
    term: str
    weight: int
    target: str = ""


def rebuild_suggestions(*, sources: Callable[[], Iterable[Source]] | None = None) -> int:
    """Bring the whole table up to date with the catalogue; returns how many rows stand in it, -1 where another does it now.

    `sources` gives other terms than the catalogue's, for measuring.
    """
    with only_one("suggestions", seconds=KEPT_OUT_SECONDS) as is_ours:
        if not is_ours:
            return -1
        with without_statement_timeout(), connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            began = cursor.fetchone()[0]
            _fill(cursor, _allowed((sources or catalogue_sources)()))
            _set_reach(cursor)
            _merge(cursor, began)
        if not connection.in_atomic_block:
            with connection.cursor() as cursor:
                # A plan made for an empty table would read all of it at each keystroke.
                cursor.execute("ANALYZE discovery_searchsuggestion")
    return SearchSuggestion.objects.count()


def add_gigs(gig_ids: Sequence[int]) -> int:
    """Offer the tags and the sellers of these services from now on, where they are new; returns how many rows came.

    Weights, and parts of titles that now stand in two, follow at night. Safe to repeat: what is there is left alone.
    """
    gigs = Gig.objects.filter(on_sale(), pk__in=gig_ids)
    tags = list(_tags(GigTag.objects.filter(content_object__in=gigs).values("tag_id")))
    sellers = list(_sellers(gigs.values("seller_id")))
    fresh = [source for source in (*tags, *sellers) if source.term]
    known = set(
        SearchSuggestion.objects.filter(
            kind__in=[SuggestionKind.TAG, SuggestionKind.SELLER], key__in=[squeezed(source.term) for source in fresh]
        ).values_list("kind", "key", "target")
    )
    new = [source for source in fresh if (source.kind, squeezed(source.term), source.target) not in known]
    rows = [
        SearchSuggestion(
            kind=source.kind, key=key, reach=1, weight=source.weight, term=source.term, target=source.target
        )
        for source in _allowed(new)
        for key in _keys(source)
    ]
    return len(SearchSuggestion.objects.bulk_create(rows, ignore_conflicts=True))


def forget_banned() -> int:
    """Take what staff banned out of the table at once; returns how many rows went."""
    rows = SearchSuggestion.objects.exclude(kind=SuggestionKind.CATEGORY)
    terms: set[str] = set()
    for ban in SuggestionBan.objects.all():
        text = squeezed(ban.term)
        # One of a term's keys is the term itself, folded.
        near = rows.filter(key__contains=text) if ban.is_part else rows.filter(key=text)
        found = set(near.values_list("term", flat=True))
        terms |= {term for term in found if (text in squeezed(term) if ban.is_part else text == squeezed(term))}
    return rows.filter(term__in=terms).delete()[0]


def catalogue_sources() -> Iterator[Source]:
    """Every term of the catalogue that may be offered, kind by kind."""
    for category in GigCategory.objects.filter(is_active=True).annotate(gigs_here=Count("gigs")):
        for name in dict.fromkeys(filter(None, (category.name, category.name_en))):
            yield Source(SuggestionKind.CATEGORY, name[:TERM_LENGTH], category.gigs_here + 1, category.slug)
    yield from _queries()
    yield from _tags()
    yield from _sellers()
    yield from _gigs()
    yield from _phrases()


def _tags(tag_ids: QuerySet[Any, Any] | None = None) -> Iterator[Source]:
    used = GigTag.objects.filter(on_sale("content_object__"))
    if tag_ids is not None:
        used = used.filter(tag_id__in=tag_ids)
    best: dict[str, tuple[str, int]] = {}
    for name, count in used.values_list("tag__name").annotate(number=Count("pk")).order_by("-number").iterator():
        # One tag in several spellings: the most frequent one is shown.
        shown, before = best.get(normalise(name), (name, 0))
        best[normalise(name)] = (shown, before + count)
    for name, count in best.values():
        if len(name) > 1:
            yield Source(SuggestionKind.TAG, name[:TERM_LENGTH], count)


def _sellers(seller_ids: QuerySet[Any, Any] | None = None) -> Iterator[Source]:
    gigs = Gig.objects.filter(on_sale())
    if seller_ids is not None:
        gigs = gigs.filter(seller_id__in=seller_ids)
    rows = gigs.values_list("seller_id", "seller__profile__display_name").annotate(number=Count("pk")).order_by()
    for seller_id, name, count in rows.iterator():
        if name:
            yield Source(SuggestionKind.SELLER, name[:TERM_LENGTH], count, str(seller_id))


def _gigs() -> Iterator[Source]:
    """The services that are booked most, by their titles: whoever begins to type one goes straight to it."""
    rows = Gig.objects.filter(on_sale(), stats__orders_completed__gt=0).order_by("-stats__orders_completed", "-pk")
    for pk, title, orders in rows.values_list("pk", "title", "stats__orders_completed")[:GIGS]:
        if len(title) <= TERM_LENGTH:
            yield Source(SuggestionKind.GIG, title, orders, str(pk))


def _queries() -> Iterator[Source]:
    """What several people searched for and found. Only searches kept under an account tell people apart."""
    since = timezone.now() - timedelta(days=QUERY_DAYS)
    rows = (
        SearchHistory.objects.filter(user__isnull=False, created_at__gt=since, result_count__gt=0)
        .values_list("query")
        .annotate(people=Count("user", distinct=True))
        .order_by("-people")
    )
    # Full width and capitals are one query to us and several to PostgreSQL: people are counted again over all its spellings.
    least = get_config("discovery.suggestion_people")
    asked: dict[str, set[int]] = {}
    frequent = {normalise(query) for query, _people in rows[:QUERIES]}
    pairs = SearchHistory.objects.filter(user__isnull=False, created_at__gt=since, result_count__gt=0)
    for query, user_id in pairs.values_list("query", "user_id").distinct().iterator():
        if (text := normalise(query)) in frequent:
            asked.setdefault(text, set()).add(user_id)
    gone = _names_of_inactive()
    for text, people in asked.items():
        if len(people) >= least and 1 < len(text) <= TERM_LENGTH and gone.isdisjoint(_stretches(text)):
            yield Source(SuggestionKind.QUERY, text, len(people))


def _names_of_inactive() -> frozenset[str]:
    """What suspended and closed sellers are called: they are not found any more, and their names are not offered."""
    names = UserProfile.objects.filter(user__is_active=False).exclude(display_name="")
    return frozenset(
        normalise(name) for name in names.values_list("display_name", flat=True).iterator() if len(name) > 1
    )


def _stretches(text: str) -> Iterator[str]:
    return (text[first:last] for first in range(len(text)) for last in range(first + 2, len(text) + 1))


_PHRASES = """
    WITH documents AS ({documents})
    SELECT phrase, count(*) AS titles
    FROM documents, LATERAL (
        SELECT DISTINCT array_to_string(title_tokens[place : place + more], ' ') AS phrase
        FROM generate_subscripts(title_tokens, 1) AS place, generate_series(0, %s) AS more
        WHERE place + more <= cardinality(title_tokens)
            AND (char_length(title_tokens[place]) > 1 OR title_tokens[place] ~ '^[!-~]+$')
            AND (char_length(title_tokens[place + more]) > 1 OR title_tokens[place + more] ~ '^[!-~]+$')
    ) AS phrases
    WHERE char_length(phrase) BETWEEN 2 AND 24
    GROUP BY phrase HAVING count(*) >= 2
    ORDER BY titles DESC LIMIT %s
"""


def _phrases() -> Iterator[Source]:
    """One to three words in a row that stand in two titles at least."""
    documents, parameters = GigDocument.objects.filter(on_sale("gig__")).values("title_tokens").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_PHRASES.format(documents=documents), [*parameters, PHRASE_WORDS - 1, PHRASES])
        rows = cursor.fetchall()
    for phrase, titles in rows:
        yield Source(SuggestionKind.TITLE, _joined(phrase.split(" ")), titles)


def _joined(words: Sequence[str]) -> str:
    """Words as people write them: a blank only between two that are not Chinese."""
    text = words[0]
    for word in words[1:]:
        text += word if CJK.search(text[-1]) or CJK.search(word[0]) else f" {word}"
    return text


def _allowed(sources: Iterable[Source]) -> Iterator[Source]:
    """Without what staff banned and what `safety` watches for: nobody is to be led to it."""
    bans = list(SuggestionBan.objects.values_list("term", "is_part"))
    exact = {squeezed(term) for term, _is_part in bans}
    parts = [squeezed(term) for term, is_part in bans if is_part]
    words = word_finder()
    rest = iter(sources)
    while batch := list(islice(rest, BATCH)):
        # What people typed may hold a number to call, too; tags and titles were looked at before they were published.
        typed = [source.term for source in batch if source.kind == SuggestionKind.QUERY]
        clean = clean_among(typed) if typed else set()
        for source in batch:
            if source.kind != SuggestionKind.CATEGORY:  # those are the staff's own words
                text = squeezed(source.term)
                if text in exact or any(part in text for part in parts) or words.find(source.term):
                    continue
                if source.kind == SuggestionKind.QUERY and source.term not in clean:
                    continue
            yield source


def _keys(source: Source) -> tuple[str, ...]:
    has_parts = source.kind in (SuggestionKind.CATEGORY, SuggestionKind.GIG)
    return name_keys(source.term) if has_parts else term_keys(source.term)


def _fill(cursor: CursorWrapper, sources: Iterable[Source]) -> None:
    cursor.execute("DROP TABLE IF EXISTS fresh_suggestion")
    cursor.execute(
        'CREATE TEMPORARY TABLE fresh_suggestion (kind text COLLATE "C", key text COLLATE "C", reach smallint, weight integer,'
        ' term text COLLATE "C", target text COLLATE "C") ON COMMIT DROP'
    )
    # Two sources may be one term (a tag twice, a name in both languages): the weightier row is kept by the merge below.
    terms = list(sources)
    with cursor.copy("COPY fresh_suggestion (kind, key, weight, term, target) FROM STDIN") as copy:
        for source in terms:
            for key in _keys(source):
                copy.write_row((source.kind.value, key, source.weight, source.term, source.target))
    cursor.execute("ANALYZE fresh_suggestion")


def _set_reach(cursor: CursorWrapper) -> None:
    """Give each row the shortest beginning of its key under which it is among the first PLACES of its kind."""
    for length in range(1, DEPTH + 1):
        cursor.execute(
            """
            UPDATE fresh_suggestion AS fresh SET reach = %(length)s
            FROM (
                SELECT ctid AS place_of_row, reach AS reach_before, row_number() OVER (
                    PARTITION BY kind, left(key, %(length)s) ORDER BY weight DESC, char_length(term), term
                ) AS place
                FROM fresh_suggestion WHERE char_length(key) >= %(length)s
            ) AS ranked
            WHERE fresh.ctid = ranked.place_of_row AND ranked.place <= %(places)s AND ranked.reach_before IS NULL
            """,
            {"length": length, "places": PLACES},
        )
    # Too light for every beginning of their own: nothing that can be typed leads to them.
    cursor.execute("DELETE FROM fresh_suggestion WHERE reach IS NULL AND char_length(key) <= %s", [DEPTH])
    cursor.execute("UPDATE fresh_suggestion SET reach = %s WHERE reach IS NULL", [DEPTH + 1])


def _merge(cursor: CursorWrapper, began: datetime) -> None:
    cursor.execute(
        """
        DELETE FROM discovery_searchsuggestion AS old WHERE changed_at < %s AND NOT EXISTS (
            SELECT 1 FROM fresh_suggestion AS fresh
            WHERE (fresh.kind, fresh.term, fresh.target, fresh.key) = (old.kind, old.term, old.target, old.key)
        )
        """,
        [began],
    )
    cursor.execute(
        """
        INSERT INTO discovery_searchsuggestion AS old (kind, key, reach, weight, term, target, changed_at)
        SELECT DISTINCT ON (kind, term, target, key) kind, key, reach, weight, term, target, clock_timestamp()
        FROM fresh_suggestion ORDER BY kind, term, target, key, weight DESC, reach
        ON CONFLICT (kind, term, target, key) DO UPDATE
        SET weight = excluded.weight, reach = excluded.reach, changed_at = excluded.changed_at
        WHERE (old.weight, old.reach) IS DISTINCT FROM (excluded.weight, excluded.reach)
        """
    )
    cursor.execute("DROP TABLE fresh_suggestion")
