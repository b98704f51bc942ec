"""While a release is rolled out, processes of the one before go on writing to the tables this one has migrated."""

from collections.abc import Iterator
from datetime import datetime
from importlib import import_module

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddConstraint, AddIndex, RunPython
from django.db.migrations.operations.fields import FieldOperation

from marketplace.accounts.models import User
from marketplace.messaging.models import Conversation, Message, MessageAttachment
from marketplace.messaging.services import (
    mark_read,
    order_conversation,
    say_as_support,
    send_message,
    start_conversation,
    start_support,
    withdraw_message,
)
from marketplace.moderation.roles import ensure_roles
from marketplace.orders.models import DeadlineKind, Order, OrderDeadline
from marketplace.orders.states import OrderStatus
from tests.factories import make_delivered_order, make_seller, make_user
from tests.notifications.people import tell

# The last migration of each app in the release that is running out there. Whoever makes a release moves them on.
RELEASED = {
    "accounts": "0010_absence_index",
    "core": "0002_rules_version",
    "discovery": "0003_document_attributes_index",
    "gigs": "0004_old_days",
    "insights": "0001_initial",
    "ledger": "0005_transaction_time",
    "messaging": "0001_initial",
    "moderation": "0004_reports",
    "notifications": "0003_to_send",
    "offers": "0001_offers_and_briefs",
    "orders": "0007_clocks_of_running_orders",
    "payments": "0002_money",
    "reviews": "0002_seller_list",
    "uploads": "0003_files_of_any_type",
}
# Rooms that the running release has not: whoever makes a release moves them into RELEASED.
NEW_ROOMS = {"safety", "support"}
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
    """
    order = make_delivered_order()
    talks = talked(order)
    executor = MigrationExecutor(connection)
    newest, before, clocks = executor.loader.graph.leaf_nodes(), schema(), clocks_of(order)
    assert DeadlineKind.ACCEPT in clocks
    executor.migrate(list(RELEASED.items()))
    known = released_tables(executor.loader)
    left = {table: columns - NOT_YET_DROPPED.get(table, set()) for table, (columns, _indexes) in schema().items()}
    assert {table: columns for table, columns in left.items() if table in known} == known
    write_on_as_before(talks, order)
    MigrationExecutor(connection).migrate(newest)
    call_command("migrate", verbosity=0)  # what a deployment runs: the receivers after it come along
    assert schema() == before
    order.refresh_from_db()
    assert order.status == OrderStatus.DELIVERED
    assert clocks_of(order) == clocks
    whole = list(Message.objects.filter(conversation=talks["direct"]).order_by("sequence"))
    said = ["能做吗？", "能。", "", "尺寸发你", "那时写的"]  # a withdrawn one has no words
    assert [(message.sequence, message.body) for message in whole] == list(enumerate(said, start=1))
    assert not MessageAttachment.objects.exists()
    kept = Conversation.objects.get(pk=talks["direct"])
    assert kept.last_sequence == 5
    assert set(kept.participants.values_list("user", "role")) == {
        (order.buyer_id, "buyer"),
        (order.seller_id, "seller"),
    }
    marks = dict(kept.participants.values_list("role", "read_sequence"))
    assert marks == {"buyer": 5, "seller": 4}  # read under the release before; what was read here was not unread there
    asked = Conversation.objects.get(pk=talks["support"])
    assert (asked.kind, asked.last_sequence) == ("support", 1)
    assert set(asked.participants.values_list("user", "role")) == {(order.buyer_id, "person"), (None, "support")}


def test_numbering_that_broke_off_is_run_again(own_database, monkeypatch):
    """An index that was left INVALID, one that is there already, and a lot of conversations of which one was locked too long."""
    migration = import_module("marketplace.messaging.migrations.0003_numbered")
    monkeypatch.setattr(migration, "AT_ONCE", 2)
    sides = [(make_user(), make_seller()) for _one in range(3)]
    MigrationExecutor(connection).migrate([("messaging", "0001_initial")])
    talks = [written_as_before(buyer, seller) for buyer, seller in sides]
    MigrationExecutor(connection).migrate([("messaging", "0002_participants")])
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX messaging_direct_pair ON messaging_conversation (buyer_id, seller_id)")
        with pytest.raises(IntegrityError):
            cursor.execute("CREATE UNIQUE INDEX CONCURRENTLY messaging_message_number ON messaging_message (body)")
        cursor.execute("SET lock_timeout = '200ms'")
    other = connection.copy()
    other.settings_dict = connection.settings_dict
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT FROM messaging_conversation WHERE id = %s FOR NO KEY UPDATE", [talks[2]])
        with pytest.raises(OperationalError):
            MigrationExecutor(connection).migrate([("messaging", "0003_numbered")])
        assert numbers(talks) == [[1, 2], [1, 2], [None, None]]
        cursor.execute("ROLLBACK")
    other.close()
    MigrationExecutor(connection).migrate([("messaging", "0003_numbered")])
    assert numbers(talks) == [[1, 2], [1, 2], [1, 2]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
        assert cursor.fetchall() == []
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'messaging_message_number'")
        assert "(conversation_id, sequence)" in cursor.fetchone()[0]


def test_indexes_that_broke_off_are_made_again(own_database):
    """One that was left INVALID, and one that was made before the next broke off."""
    person = make_user()
    for _line in range(2):
        tell(person)
    MigrationExecutor(connection).migrate([("notifications", "0004_dispatches")])
    with connection.cursor() as cursor:
        with pytest.raises(IntegrityError):
            cursor.execute(
                "CREATE UNIQUE INDEX CONCURRENTLY notification_to_spread ON notifications_notification (kind)"
            )
        cursor.execute("CREATE INDEX CONCURRENTLY outbound_by_day ON notifications_outboundmessage (created_at)")
    MigrationExecutor(connection).migrate([("notifications", "0005_to_spread")])
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
        assert cursor.fetchall() == []
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'notification_to_spread'")
        assert "(spread_due_at IS NOT NULL)" in cursor.fetchone()[0]


def written_as_before(buyer: User, seller: User) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_conversation (buyer_id, seller_id, created_at) VALUES (%s, %s, now()) RETURNING id",
            [buyer.pk, seller.pk],
        )
        (key,) = cursor.fetchone()
        for sender in (buyer, seller):
            cursor.execute(
                "INSERT INTO messaging_message (conversation_id, sender_id, body, created_at) VALUES (%s, %s, '好', now())",
                [key, sender.pk],
            )
    return key


def numbers(talks: list[int]) -> list[list[int | None]]:
    found = []
    with connection.cursor() as cursor:
        for key in talks:
            cursor.execute("SELECT sequence FROM messaging_message WHERE conversation_id = %s ORDER BY id", [key])
            found.append([number for (number,) in cursor.fetchall()])
    return found


# As the release before counts them.
UNREAD = """
SELECT count(*) FROM messaging_message AS message JOIN messaging_conversation AS talk ON talk.id = message.conversation_id
WHERE talk.buyer_id = %s AND message.sender_id <> talk.buyer_id
    AND message.created_at > coalesce(talk.buyer_read_at, '-infinity')
"""


def talked(order: Order) -> dict[str, int]:
    """What the two said before the order and about it, a withdrawn message with a file among it, and a talk in which support
    wrote first. All is read.
    """
    direct = start_conversation(buyer=order.buyer, seller=order.seller).pk
    about = order_conversation(order=order).pk
    send_message(conversation_id=direct, sender=order.buyer, body="能做吗？")
    send_message(conversation_id=direct, sender=order.seller, body="能。")
    file = SimpleUploadedFile("错.txt", b"x")
    wrong = send_message(conversation_id=about, sender=order.seller, body="说错了", files=[file])
    withdraw_message(conversation_id=about, sequence=wrong.sequence, user=order.seller)
    send_message(conversation_id=about, sender=order.seller, body="尺寸发你")
    for conversation in (about, direct):
        mark_read(conversation_id=conversation, reader=order.buyer)
    support = start_support(user=order.buyer).pk
    staff = make_user()
    staff.groups.add(ensure_roles()["support"])
    say_as_support(conversation_id=support, staff=staff, body="您好，您的提现已到账。")
    return {"direct": direct, "about": about, "support": support}


def write_on_as_before(talks: dict[str, int], order: Order) -> None:
    """One conversation for the two holds it all, no file of a withdrawn message is served, and the release before writes on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM messaging_conversation WHERE buyer_id IS NOT NULL")
        assert cursor.fetchall() == [(talks["direct"],)]
        cursor.execute(UNREAD, [order.buyer_id])
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM messaging_messageattachment")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "INSERT INTO messaging_message (conversation_id, sender_id, body, created_at) VALUES (%s, %s, '那时写的', now())",
            [talks["direct"], order.seller_id],
        )
        cursor.execute("UPDATE messaging_conversation SET buyer_read_at = now() WHERE id = %s", [talks["direct"]])


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
        return {table: (set(columns), set(indexes or [])) for table, columns, indexes in cursor.fetchall()}
