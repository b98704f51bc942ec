"""Synthetic gigs into the tables and out of them again, by COPY."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from marketplace.accounts.models import SellerLevelChoice, User, UserProfile
from marketplace.discovery.engines.postgres import vector_literal
from marketplace.discovery.evaluation.synthetic import (
    AREAS,
    KINDS,
    MARK,
    MARKED,
    TRADE,
    Made,
    Shelf,
    gigs,
    language,
    popularity,
)
from marketplace.discovery.language import Segmenter
from marketplace.discovery.language.dictionary import put_in_force, todays_dictionary
from marketplace.discovery.language.lexicon import count_words, lexicon_changed
from marketplace.discovery.models import GigDocument
from marketplace.gigs.models import Gig, GigCategory, GigStats, GigTag
from marketplace.gigs.states import GigStatus

GIGS_A_SELLER = 20
# From so many on, indexes are made anew afterwards instead of grown.
LARGE = 20_000


def clear() -> int:
    """Take all synthetic gigs, sellers and categories away; returns how many gigs."""
    with transaction.atomic(), connection.cursor() as cursor:
        _without_triggers(cursor)
        cursor.execute(
            "CREATE TEMPORARY TABLE going ON COMMIT DROP AS SELECT id FROM accounts_user WHERE username LIKE 'synthetic-%'"
        )
        cursor.execute(
            "CREATE TEMPORARY TABLE going_gigs ON COMMIT DROP AS "
            "SELECT id FROM gigs_gig WHERE seller_id IN (SELECT id FROM going)"
        )
        cursor.execute("DELETE FROM discovery_gigdocument WHERE gig_id IN (SELECT id FROM going_gigs)")
        cursor.execute("DELETE FROM gigs_gigtag WHERE content_object_id IN (SELECT id FROM going_gigs)")
        cursor.execute("DELETE FROM gigs_gigstats WHERE gig_id IN (SELECT id FROM going_gigs)")
        cursor.execute("DELETE FROM gigs_gig WHERE id IN (SELECT id FROM going_gigs)")
        count = cursor.rowcount
        cursor.execute("DELETE FROM accounts_userprofile WHERE user_id IN (SELECT id FROM going)")
        cursor.execute("DELETE FROM accounts_user WHERE id IN (SELECT id FROM going)")
    GigCategory.objects.filter(slug__startswith=MARK, parent__isnull=False).delete()
    GigCategory.objects.filter(slug__startswith=MARK).delete()
    count_words()
    lexicon_changed()
    return count


def load(count: int, *, seed: int = 8) -> None:
    """Put `count` synthetic gigs on sale, with documents, and count the catalogue's words."""
    categories = _categories()
    tags = _tags()
    dictionary = todays_dictionary()
    with transaction.atomic():
        sellers = _sellers(max(1, count // GIGS_A_SELLER))
        with connection.cursor() as cursor:
            _without_triggers(cursor)
            cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
            indexes = _drop_indexes(cursor) if count >= LARGE else []
            cursor.execute("SELECT coalesce(max(id), 0) FROM gigs_gig")
            first = cursor.fetchone()[0] + 1
            _copy_gigs(cursor, first, count, seed, sellers, categories, tags, dictionary.segmenter)
            for definition in indexes:
                cursor.execute(definition)
            for table in ("gigs_gig", "gigs_gigtag"):
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    put_in_force(dictionary)
    count_words()
    lexicon_changed()


def _categories() -> list[Shelf]:
    """The subcategories there are; eight times five of our own where there are none."""
    found = GigCategory.objects.filter(parent__isnull=False, is_active=True).order_by("pk")
    names = ("name", "name_en", "parent__name", "parent__name_en")
    rows = found.values_list("pk", "slug", "parent__slug", *names)
    if rows:
        return [Shelf(pk, slug, upper, tuple(own)) for pk, slug, upper, *own in rows]
    for area, name in enumerate(AREAS):
        parent = GigCategory.objects.create(name=name, name_en=f"Area {area}", slug=f"{MARK}{area}")
        for kind, own in enumerate(KINDS):
            GigCategory.objects.create(
                name=f"{own}{name}", name_en=f"Kind {area}-{kind}", slug=f"{MARK}{area}-{kind}", parent=parent
            )
    return _categories()


def _tags() -> dict[str, int]:
    model = GigTag.tag.field.related_model
    names = {*TRADE, *MARKED}
    known = set(model.objects.filter(name__in=names).values_list("name", flat=True))
    model.objects.bulk_create(
        model(name=name, slug=f"{MARK}{place}") for place, name in enumerate(sorted(names)) if name not in known
    )
    return dict(model.objects.filter(name__in=names).values_list("name", "pk"))


def _sellers(count: int) -> list[tuple[int, str, str]]:
    now = timezone.now()
    start = User.objects.filter(username__startswith=MARK).count()
    users = [
        User(username=f"{MARK}{number}", email=f"{MARK}{number}@example.com", password="!")  # noqa: S106 nobody signs in
        for number in range(start, start + count)
    ]
    User.objects.bulk_create(users, batch_size=2000)
    words, _weights = language()
    levels = SellerLevelChoice.values
    profiles = [
        UserProfile(
            user=user,
            display_name=f"{words[(place * 7) % len(words)]}{words[(place * 13 + 5) % len(words)]}工坊",
            handle=user.username,
            seller_since=now,
            level=levels[place % 10 % len(levels)],
        )
        for place, user in enumerate(users)
    ]
    UserProfile.objects.bulk_create(profiles, batch_size=2000)
    return [(profile.user_id, profile.display_name, profile.level) for profile in profiles]


def _without_triggers(cursor: Any) -> None:
    # Row triggers and foreign keys would be asked a dozen times a gig. Where the role may not, they are.
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if cursor.fetchone()[0]:
        cursor.execute("SET LOCAL session_replication_role = replica")


def _drop_indexes(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'discovery_gigdocument' AND schemaname = current_schema() "
        "AND indexname LIKE 'discovery\\_%%' AND indexname NOT LIKE '%%\\_pkey'"
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in found]


def _row(instance: models.Model, skip: Sequence[str] = ()) -> dict[str, Any]:
    """The columns of a new instance with what they are stored as."""
    return {
        str(field.column): field.get_db_prep_save(field.pre_save(instance, add=True), connection)
        for field in instance._meta.local_concrete_fields
        if field.name not in skip
    }


PIECE = 5000


def _copy_gigs(
    cursor: Any,
    first: int,
    count: int,
    seed: int,
    sellers: Sequence[tuple[int, str, str]],
    categories: Sequence[Shelf],
    tags: dict[str, int],
    segmenter: Segmenter,
) -> None:
    now = timezone.now()
    gig_row = _row(
        Gig(status=GigStatus.LIVE, live=True, first_published_at=now, last_published_at=now, seller_id=1, category_id=1)
    )
    stats_row = _row(GigStats(gig_id=1))
    document_columns = [str(field.column) for field in GigDocument._meta.local_concrete_fields]
    piece: list[Made] = []

    def write() -> None:
        _copy(
            cursor,
            "gigs_gig",
            list(gig_row),
            (
                tuple(
                    (
                        gig_row
                        | {
                            "id": one.number,
                            "title": one.title,
                            "slug": f"gig-{one.number}",
                            "description": one.description,
                            "seller_id": one.seller[0],
                            "category_id": one.category.pk,
                        }
                    ).values()
                )
                for one in piece
            ),
        )
        _copy(
            cursor,
            "gigs_gigstats",
            list(stats_row),
            (
                tuple(
                    (
                        stats_row
                        | {
                            "gig_id": one.number,
                            "price_from_fen": one.price_fen,
                            "delivery_days_from": one.days,
                            "orders_completed": one.orders,
                            "rating_sum": one.rating_sum,
                            "rating_count": one.rating_count,
                        }
                    ).values()
                )
                for one in piece
            ),
        )
        _copy(
            cursor,
            "gigs_gigtag",
            ["content_object_id", "tag_id"],
            ((one.number, tags[name]) for one in piece for name in one.tags),
        )
        _copy(
            cursor,
            "discovery_gigdocument",
            document_columns,
            (tuple(values[column] for column in document_columns) for values in map(_document, piece)),
        )
        piece.clear()

    def _document(one: Made) -> dict[str, Any]:
        slugs = f"'cat:{one.words.category_slug}' 'cat:{one.words.subcategory_slug}'"
        return {
            "gig_id": one.number,
            "words": f"{vector_literal(one.words)} {slugs}",
            "title_tokens": list(one.words.title),
            "tag_tokens": list(one.words.tags),
            "body_tokens": list(one.words.body),
            "category_slug": one.words.category_slug,
            "subcategory_slug": one.words.subcategory_slug,
            "attributes": [],
            "seller_id": one.seller[0],
            "is_listed": True,
            "price_fen": one.price_fen,
            "delivery_days": one.days,
            "level": one.seller[2],
            "orders": one.orders,
            "rating_sum": one.rating_sum,
            "rating_count": one.rating_count,
            "popularity": popularity(one.orders, one.rating_sum, one.rating_count),
            "indexed_at": now,
        }

    for one in gigs(first, count, seed, sellers, categories, segmenter):
        piece.append(one)
        if len(piece) == PIECE:
            write()
    write()


def _copy(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
