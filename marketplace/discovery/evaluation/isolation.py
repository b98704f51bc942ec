"""A catalogue apart: tables, cache and words that nobody else sees, gone when the block ends.

Temporary tables take the names of the real ones for this connection alone (PostgreSQL looks there first), so that the
public search function runs as it is, beside a site that is in use, and can neither read its gigs nor write to it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, models

from marketplace.accounts.models import User, UserProfile
from marketplace.core.cache import CacheApart
from marketplace.discovery.engines.base import SearchEngine
from marketplace.discovery.language.lexicon import a_lexicon_apart
from marketplace.discovery.models import DictionaryVersion, GigDocument, LexiconSnapshot
from marketplace.discovery.services import use_engine
from marketplace.gigs.models import Gig, GigAttribute, GigAttributeOption, GigCategory, GigStats, GigTag

# What a search reads, and what the loading of a set writes.
TABLES: tuple[type[models.Model], ...] = (
    User, UserProfile, GigCategory, GigAttribute, GigAttributeOption, Gig, GigStats, GigTag, GigTag.tag.field.related_model,
    GigDocument, DictionaryVersion, LexiconSnapshot,
)  # fmt: skip


@contextmanager
def a_catalogue_apart(engine: SearchEngine) -> Iterator[None]:
    """An empty catalogue for this thread, answered by `engine`, whose index the caller has made apart."""
    names = [model._meta.db_table for model in TABLES]
    if GigDocument._meta.db_table not in connection.introspection.table_names():
        call_command("migrate", verbosity=0)  # a checkout whose database nobody has used yet
    shared = {alias: caches[alias] for alias in caches}
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f'CREATE TEMPORARY TABLE "{name}" (LIKE "public"."{name}" INCLUDING ALL)')
        # A copy has no triggers, and this one fills the documents. What it asked the real tables, it must forget.
        cursor.execute(
            "CREATE TRIGGER discovery_document_filled BEFORE INSERT OR UPDATE ON discovery_gigdocument "
            "FOR EACH ROW EXECUTE FUNCTION discovery_fill_document(); DISCARD PLANS"
        )
    # The site's cache holds the real catalogue's words and categories; another evaluation's beside this one, its own.
    apart = f"catalogue-{uuid4()}"
    for alias in shared:
        caches[alias] = CacheApart(apart, {"TIMEOUT": None})
    try:
        with use_engine(engine), a_lexicon_apart():
            yield
    finally:
        caches["default"].clear()
        for alias, one in shared.items():
            caches[alias] = one
        with connection.cursor() as cursor:
            for name in names:
                cursor.execute(f'DROP TABLE IF EXISTS "pg_temp"."{name}"')


def count_anew() -> None:
    """The planner's figures, which nobody else takes of temporary tables."""
    with connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute(f'ANALYZE "pg_temp"."{model._meta.db_table}"')
