"""Backups and restore tests with real servers: money comes back to the fen, and no damage goes by unnoticed."""

import json
import os
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection

from marketplace.ledger.models import Account
from marketplace.operations.models import EventKind, OperationEvent
from marketplace.orders.models import DeliveryFile
from portal.backups import sums
from portal.backups.making import back_up
from portal.backups.manifest import DUMP, MANIFEST, SUMS, write_sums
from portal.backups.programs import call, parameters_of
from portal.backups.restoring import empty_server
from tests.factories import make_order
from tests.payments.conftest import alipay_keys, deliver_and_accept, pay_at, silent_alipay  # noqa: F401 two are fixtures


@pytest.fixture
def market(committed_db, silent_alipay):  # noqa: F811 the fixture
    """A market with money in it, paid at a gateway, so that its books are in order; and a file of each kind."""
    for order in (make_order(), make_order()):
        pay_at("alipay", order)
    deliver_and_accept(order)
    keep("default", "gigs/2026/11/picture.webp", b"a picture" * 1000)
    keep("private", "deliveries/2026/11/work.zip", b"a delivery" * 200_000)
    return order


def keep(storage: str, name: str, content: bytes) -> None:
    """A file of exactly this name, whatever tests before left under it."""
    storages[storage].delete(name)
    assert storages[storage].save(name, ContentFile(content)) == name


@pytest.fixture
def backup(market, tmp_path) -> Path:
    call_command("back_up", str(tmp_path / "backup"), stdout=StringIO())
    return tmp_path / "backup"


def restore_test(folder: Path, *options: str) -> str:
    said = StringIO()
    try:
        call_command("restore_test", str(folder), *options, stdout=said)
    finally:
        print(said.getvalue())  # for whoever reads why it failed
    return said.getvalue()


def own_database() -> str:
    """The DATABASE_URL of this test's own database, which is anything but empty."""
    server, _slash, rest = os.environ["DATABASE_URL"].rpartition("/jiangji")
    return f"{server}/{connection.settings_dict['NAME']}{rest}"


def seal(folder: Path) -> None:
    """What somebody does who changes a backup and its sums with it."""
    (folder / SUMS).unlink()
    write_sums(folder, {})


def test_money_and_files_come_back_and_the_audits_are_green(backup):
    manifest = json.loads((backup / MANIFEST).read_text())
    assert manifest["tables"]["orders_order"]["rows"] == 2
    assert manifest["tables"]["ledger_entry"]["rows"] > 4
    assert manifest["files"]["default"] >= 1
    assert manifest["files"]["private"] >= 1
    assert (backup / "files/private/deliveries/2026/11/work.zip").stat().st_size == 2_000_000
    assert oct((backup).stat().st_mode)[-3:] == "700"
    said = restore_test(backup, "--all")
    assert "same     ledger_entry" in said
    assert "same     audit of the books" in said
    assert "DIFFERS" not in said
    noted = list(OperationEvent.objects.order_by("pk").values_list("kind", "is_ok"))
    assert noted == [(EventKind.BACKUP, True), (EventKind.RESTORE_TEST, True)]


def test_definitions_are_the_same_before_and_after_a_dump_and_others_are_not():
    """PostgreSQL writes a migrated `IN` in one way and a restored one in another."""
    migrated = "status = ANY (ARRAY['new', 'done'])"
    restored = "status::text = ANY (ARRAY[('new'::character varying)::text, ('done'::character varying)::text])"
    with empty_server() as url:

        def checksum(condition: str) -> str:
            with psycopg.connect(url) as server:
                server.execute("DROP TABLE IF EXISTS job")
                server.execute(f"CREATE TABLE job (status varchar(9) CHECK ({condition}))")
            return sums.schema_checksum(parameters_of(url))

        assert checksum(migrated) == checksum(restored)
        assert checksum(migrated) != checksum(migrated.replace("done", "gone"))
        assert checksum(migrated) != checksum(migrated.replace("= ANY", "<> ALL"))
        either = "status > 'a' OR status < 'b'"
        assert checksum(f"({either}) AND status <> 'c'") != checksum(f"{either} AND status <> 'c'")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda folder: flip(folder / DUMP), f"{DUMP} is damaged"),
        (lambda folder: flip(folder / MANIFEST), f"{MANIFEST} is damaged"),
        (lambda folder: flip(folder / "files/private/deliveries/2026/11/work.zip"), "work.zip is damaged"),
        (lambda folder: (folder / "files/default/gigs/2026/11/picture.webp").unlink(), "picture.webp is missing"),
        (lambda folder: (folder / "files/other").write_text("?"), "files/other is not of this backup"),
        (lambda folder: (folder / SUMS).unlink(), "no backup, or an unfinished one"),
    ],
)
def test_a_backup_of_which_one_byte_is_another_is_refused_before_anything_is_restored(
    committed_db, tmp_path, damage, said
):
    keep("default", "gigs/2026/11/picture.webp", b"a picture")
    keep("private", "deliveries/2026/11/work.zip", b"a delivery")
    back_up(tmp_path / "backup", parameters=connection.get_connection_params())
    damage(tmp_path / "backup")
    # Were anything to be restored, this address would be reached for first, and nobody answers there.
    with pytest.raises(CommandError, match="was not restored") as refusal:
        restore_test(tmp_path / "backup", "--target", "postgres://nobody@127.0.0.1:9/nothing")
    assert said in str(refusal.value)
    assert OperationEvent.objects.get().is_ok is False


def flip(path: Path) -> None:
    """Change one bit in the middle."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ 1]))


def test_a_dump_that_lacks_a_row_or_has_another_fen_is_found_although_its_sums_are_right(backup, tmp_path):
    """Somebody restored it, changed it, and dumped it anew: the sums of the files say nothing then."""
    with empty_server() as url:
        parameters = parameters_of(url)
        call("pg_restore", "--no-owner", f"--dbname={parameters['dbname']}", str(backup / DUMP), parameters=parameters)
        with psycopg.connect(url) as changed:
            changed.execute("SET session_replication_role = replica")
            changed.execute("DELETE FROM accounts_userprofile WHERE id = (SELECT max(id) FROM accounts_userprofile)")
            changed.execute(
                "UPDATE ledger_entry SET amount_fen = amount_fen + 1 WHERE id = (SELECT max(id) FROM ledger_entry)"
            )
        (backup / DUMP).unlink()
        call("pg_dump", "--format=custom", f"--file={backup / DUMP}", parameters=parameters)
    seal(backup)
    with pytest.raises(CommandError) as refusal:
        restore_test(backup)
    for what in ("accounts_userprofile", "ledger_entry", "audit of the books"):
        assert what in str(refusal.value)
    assert "orders_order," not in str(refusal.value)


def test_only_an_empty_database_is_filled_and_a_full_folder_is_left_alone(backup):
    before = Account.objects.count()
    with pytest.raises(CommandError, match="only an empty one is filled"):
        restore_test(backup, "--target", own_database())
    assert Account.objects.count() == before
    with pytest.raises(CommandError, match="is not empty"):
        call_command("back_up", str(backup))


def test_a_file_that_a_row_names_and_nobody_has_is_said_at_once_and_does_not_fail_the_test_later(market, tmp_path):
    lost = DeliveryFile.objects.get().file
    lost.storage.delete(lost.name)
    errors = StringIO()
    call_command("back_up", str(tmp_path / "backup"), stdout=StringIO(), stderr=errors)
    assert f"orders_deliveryfile.file: private/{lost.name}" in errors.getvalue()


def test_rows_are_compared_by_what_they_say_and_not_by_their_order(committed_db):
    with psycopg.connect(own_database()) as database:
        database.execute("CREATE TEMPORARY TABLE one AS SELECT * FROM django_migrations")
        # `pg_temp` is no table of anybody's; the rows of a real one are written anew, last first.
        before = sums.table_sums(database)["django_migrations"]
        database.execute("DELETE FROM django_migrations")
        database.execute("INSERT INTO django_migrations SELECT * FROM one ORDER BY id DESC")
        assert sums.table_sums(database)["django_migrations"] == before
        database.execute("UPDATE django_migrations SET name = name || ' ' WHERE id = (SELECT min(id) FROM one)")
        assert sums.table_sums(database)["django_migrations"] != before
        database.rollback()


def test_a_sequence_that_would_give_out_a_number_twice_is_found(committed_db):
    with psycopg.connect(own_database()) as database:
        assert sums.sequences_behind(database) == []
        # Of its own: what happens to a sequence is not rolled back, unless it was made in the same transaction.
        database.execute("CREATE TABLE tickets (id bigint GENERATED BY DEFAULT AS IDENTITY)")
        database.execute("INSERT INTO tickets SELECT FROM generate_series(1, 9)")
        assert sums.sequences_behind(database) == []
        database.execute("SELECT setval(pg_get_serial_sequence('tickets', 'id'), 1)")
        assert [line.split(":")[0] for line in sums.sequences_behind(database)] == ["tickets.id"]
        database.rollback()
