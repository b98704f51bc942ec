"""While a release is rolled out, processes of the one before go on writing to the tables this one has migrated."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddConstraint, AddIndex, RunPython
from django.db.migrations.operations.fields import FieldOperation

from marketplace.discovery.models import GigDocument
from marketplace.discovery.services import rebuild_index
from marketplace.orders.models import DeadlineKind, Order, OrderDeadline
from marketplace.orders.states import OrderStatus
from portal.backups.sums import without_casts
from tests.discovery.test_search import listed
from tests.factories import make_delivered_order

# The last migration of each app in the release that is running out there. Whoever makes a release moves them on.
RELEASED = {
    "accounts": "0014_figures_of_days",
    "core": "0004_changes_and_flags",
    "discovery": "0015_promotions",
    "gigs": "0005_search_engines",
    "insights": "0003_figures_index",
    "ledger": "0005_transaction_time",
    "messaging": "0006_figures_of_days",
    "moderation": "0009_reasons",
    "notifications": "0007_figures_of_days",
    "offers": "0001_offers_and_briefs",
    "operations": "0001_initial",
    "orders": "0008_figures_of_days",
    "payments": "0003_marks",
    "reviews": "0005_figures_of_days",
    "safety": "0003_word_trials",
    "support": "0002_figures_of_days",
    "uploads": "0003_files_of_any_type",
}
# Rooms that the running release has not: whoever makes a release moves them into RELEASED.
NEW_ROOMS: set[str] = set()
# Columns that the running release neither reads nor writes and that stand in its tables all the same: dropped one release later.
NOT_YET_DROPPED = {
    "accounts_portfolio": {"image", "width", "height"},
    "orders_ordermilestone": {"due_at", "status"},
}
OURS = RELEASED.keys() | NEW_ROOMS


@pytest.fixture(scope="module")
def loader() -> MigrationLoader:
    return MigrationLoader(None)


def released_tables(loader: MigrationLoader) -> dict[str, set[str]]:
    """Tables of the running release with the columns it knows."""
    old = loader.project_state(list(RELEASED.items())).apps
    return {
        model._meta.db_table: {field.column for field in model._meta.local_concrete_fields}
        for model in old.get_models(include_auto_created=True)
        if model._meta.app_label in RELEASED
    }


def coming_migrations(loader: MigrationLoader) -> dict[tuple[str, str], Migration]:
    """What a roll-out of the tree as it is would apply to our apps."""
    done = {key for node in RELEASED.items() for key in loader.graph.forwards_plan(node)}
    return {key: migration for key, migration in loader.graph.nodes.items() if key[0] in OURS and key not in done}


def test_every_app_with_tables_is_held_to_it_from_its_first_release():
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("marketplace.")}
    with_tables = {label for label in ours if any(apps.get_app_config(label).get_models())}
    assert with_tables == OURS
    assert not RELEASED.keys() & NEW_ROOMS


def test_the_release_before_can_insert_a_row_into_every_table_it_knows(db, loader):
    """It names its own columns alone: one that came later takes NULL or has a default of the database (db_default)."""
    known = released_tables(loader)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = current_schema() AND table_name = ANY(%s) AND is_nullable = 'NO'
                AND column_default IS NULL AND is_identity = 'NO' AND is_generated = 'NEVER'
            """,
            [list(known)],
        )
        refusing = [f"{table}.{column}" for table, column in cursor.fetchall() if column not in known[table]]
    assert known["accounts_userprofile"] >= {"handle", "languages"}
    assert refusing == []


def test_columns_stay_until_the_release_after(db, loader):
    """What the release before reads is still there, under its name."""
    known = released_tables(loader)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
        )
        there = set(cursor.fetchall())
    assert {(table, column) for table, columns in known.items() for column in columns} - there == set()


def test_indexes_of_tables_in_use_are_made_beside_what_runs(loader):
    """A plain CREATE INDEX keeps writers out until it is done: AddIndexConcurrently, in a migration that is not atomic."""
    old = loader.project_state(list(RELEASED.items()))
    found = [
        f"{label}.{name}: {operation.index.name}"
        for (label, name), migration in coming_migrations(loader).items()
        for operation in migration.operations
        if type(operation) is AddIndex and (label, operation.model_name_lower) in old.models
    ]
    assert found == []


def test_no_transaction_both_alters_a_table_in_use_and_moves_data(loader):
    """ALTER TABLE locks readers out until the commit: data moves in a migration of its own, in batches, not atomic."""
    old = loader.project_state(list(RELEASED.items()))
    found = []
    for (label, name), migration in coming_migrations(loader).items():
        alters = any(
            isinstance(operation, (FieldOperation, AddConstraint)) and (label, operation.model_name_lower) in old.models
            for operation in migration.operations
        )
        moves = any(isinstance(operation, RunPython) for operation in migration.operations)
        if moves and (alters or migration.atomic):
            found.append(f"{label}.{name}")
    assert found == []


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """A copy of this worker's database: migrations make rows anew, which the tests after this one would trip over."""
    suffix, name = "release", connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.close()
        connection.creation.clone_test_db(suffix, verbosity=0, autoclobber=True)
        copy = connection.creation.get_test_db_clone_settings(suffix)["NAME"]
        connection.settings_dict["NAME"] = copy
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = name
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE {connection.ops.quote_name(copy)} WITH (FORCE)")


def test_a_release_can_be_taken_back_and_brought_again(own_database):
    """Every coming migration backwards, to the columns and indexes of the release before, and forwards to those of now.

    An order waits for its acceptance meanwhile: neither release may lose it, and the clock that would accept it runs on.
    A service is found before and after, and one that the release before has made found.
    """
    order = make_delivered_order()
    kept, late = listed("手写字标", price_fen=32_000), listed("手绘地图", price_fen=9900)
    rebuild_index()
    GigDocument.objects.filter(gig=late).delete()
    executor = MigrationExecutor(connection)
    newest, before, clocks = executor.loader.graph.leaf_nodes(), schema(), clocks_of(order)
    assert DeadlineKind.ACCEPT in clocks
    executor.migrate(list(RELEASED.items()))
    known = released_tables(executor.loader)
    left = {table: columns - NOT_YET_DROPPED.get(table, set()) for table, (columns, _indexes) in schema().items()}
    assert {table: columns for table, columns in left.items() if table in known} == known
    make_found_as_before(executor.loader, late.pk)
    MigrationExecutor(connection).migrate(newest)
    call_command("migrate", verbosity=0)  # what a deployment runs: the receivers after it come along
    assert schema() == before
    order.refresh_from_db()
    assert order.status == OrderStatus.DELIVERED
    assert clocks_of(order) == clocks
    prices = dict(GigDocument.objects.filter(gig__in=[kept, late], is_listed=True).values_list("gig", "price_fen"))
    assert prices == {kept.pk: 32_000, late.pk: 9900}
    for document in GigDocument.objects.filter(gig__in=[kept, late]):
        assert f"'cat:{document.subcategory_slug}'" in document.words


def test_a_service_that_the_release_before_makes_found_has_what_is_filtered_by(db, loader):
    """It names the columns it knows; the database fills in the others."""
    late = listed("手绘地图", price_fen=9900)
    make_found_as_before(loader, late.pk)
    document = GigDocument.objects.get(gig=late)
    assert (document.price_fen, document.is_listed, document.seller_id) == (9900, True, late.seller_id)


def test_indexes_that_broke_off_are_made_again(own_database):
    """One that was left INVALID, and one that was made before the next broke off."""
    listed("手写字标")
    listed("手绘地图")
    rebuild_index()
    MigrationExecutor(connection).migrate([("discovery", "0007_scale")])
    with connection.cursor() as cursor:
        with pytest.raises(IntegrityError):
            cursor.execute("CREATE UNIQUE INDEX CONCURRENTLY discovery_popular ON discovery_gigdocument (is_listed)")
        cursor.execute(
            "CREATE INDEX CONCURRENTLY discovery_cheapest ON discovery_gigdocument (price_fen, gig_id DESC) WHERE is_listed"
        )
    MigrationExecutor(connection).migrate([("discovery", "0008_scale_indexes")])
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
        assert cursor.fetchall() == []
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'discovery_popular'")
        assert "(popularity DESC, gig_id DESC) WHERE is_listed" in cursor.fetchone()[0]


def make_found_as_before(loader: MigrationLoader, gig: int) -> None:
    """The document of a gig, written by the release before."""
    old = loader.project_state(list(RELEASED.items())).apps.get_model("discovery", "GigDocument")
    old.objects.create(
        gig_id=gig, words="'地图':1A", title_tokens=["地图"], category_slug="design", subcategory_slug="maps"
    )


def clocks_of(order: Order) -> dict[str, datetime]:
    return dict(OrderDeadline.objects.filter(order=order).values_list("kind", "due_at"))


def schema() -> dict[str, tuple[set[str], set[str]]]:
    """Tables with their columns, and their indexes as they were made."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT tables.table_name,
                (SELECT array_agg(column_name::text) FROM information_schema.columns
                 WHERE table_schema = current_schema() AND table_name = tables.table_name),
                (SELECT array_agg(indexdef) FROM pg_indexes
                 WHERE schemaname = current_schema() AND tablename = tables.table_name)
            FROM information_schema.tables WHERE table_schema = current_schema()
            """
        )
        return {
            table: (set(columns), {without_casts(one) for one in indexes or []})
            for table, columns, indexes in cursor.fetchall()
        }
