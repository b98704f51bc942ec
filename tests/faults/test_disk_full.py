"""F11 of facts/reliability.md: no room on the disk. Who wanted to keep something is told to come again; nothing half is kept."""

import gc
import logging
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from marketplace.core import clock
from marketplace.ledger.models import Transaction
from marketplace.orders.models import DeliveryFile
from marketplace.orders.states import OrderStatus
from marketplace.payments import services as payments
from marketplace.payments.audit import audit_money
from marketplace.payments.models import GatewayNotification
from marketplace.uploads import services, tasks
from marketplace.uploads.models import Upload
from marketplace.uploads.selectors import WAITS_FOR
from marketplace.uploads.states import UploadState
from tests.factories import make_order, make_paid_order
from tests.faults.disk import MEGABYTE, CannotMountError, SmallDisk, small_disk
from tests.logins import log_in
from tests.payments.conftest import alipay_keys, forge, post_notice, silent_alipay  # noqa: F401 fixtures
from tests.uploads import files
from tests.uploads.conftest import desk, folders, send  # noqa: F401 fixtures too

AWAY = {"zh-hans": "网站暂时无法访问", "en": "We are away for a moment"}
READERS_LEAVE_WITHIN = 60  # seconds
PAGE = 4096  # what a file takes of the disk, at least
WORK = os.urandom(3 * MEGABYTE)  # more than a request keeps in memory


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    with ExitStack() as stack:
        try:
            mounted = stack.enter_context(small_disk(megabytes=16))
        except CannotMountError as problem:
            pytest.skip(str(problem))
        yield mounted


@pytest.fixture(params=["temporary", "private"])
def crowded(request, disk, settings, monkeypatch) -> Iterator[SmallDisk]:
    """The disk of the temporary folder, or that of the files themselves."""
    folder = disk.folder(request.param)
    if request.param == "temporary":
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
    else:
        kept = settings.STORAGES["private"]
        location = kept["OPTIONS"] | {"location": str(folder)}
        settings.STORAGES = settings.STORAGES | {"private": kept | {"OPTIONS": location}}
    # Lines of the log that pytest keeps would keep the request alive, and with it the temporary file that goes when it goes.
    logging.disable(logging.CRITICAL)
    yield disk
    logging.disable(logging.NOTSET)


def left_on(disk: SmallDisk) -> list[str]:
    """The files of requests that are over."""
    gc.collect()
    return disk.files()


def refused(answer, language: str = "zh-hans") -> bool:
    """Whether a person was told, in their language, to come again."""
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    return AWAY[language] in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("language", AWAY)
def test_a_delivery_that_has_no_room_is_made_when_there_is_some(crowded, language):
    order = make_paid_order()
    # With the check of forged requests, which reads the form before any view does.
    seller = log_in(order.seller, client=Client(enforce_csrf_checks=True, raise_request_exception=False))
    with translation.override(language):
        page = reverse("orders:deliver", args=[order.number])

    def deliver():
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', seller.get(page).content.decode())[1]
        values = {"message": "完成了。", "ai_made": "no", "holds_back_originals": "on", "csrfmiddlewaretoken": token}
        return seller.post(page, values | {"files": SimpleUploadedFile("work.zip", WORK)})

    crowded.leave(MEGABYTE)  # it breaks off in the middle
    assert refused(deliver(), language)
    order.refresh_from_db()
    assert (order.status, order.deliveries.count(), Upload.objects.count()) == (OrderStatus.IN_PROGRESS, 0, 0)
    assert left_on(crowded) == []

    crowded.empty()
    assert deliver().status_code == 302
    order.refresh_from_db()
    assert order.status == OrderStatus.DELIVERED
    with storages["private"].open(DeliveryFile.objects.get().file.name) as kept:
        assert kept.read() == WORK


@pytest.mark.django_db
@pytest.mark.usefixtures("desk")
def test_a_script_is_told_so_and_sends_the_file_again(crowded, seller, seller_client):
    content = files.picture(size=(1200, 900), form="BMP")
    assert len(content) > 2 * MEGABYTE
    seller_client.raise_request_exception = False
    values = {"purpose": "tests", "subject": "form:1", "name": "a.jpg", "size": len(content), "modified_ms": 1_000}
    told = seller_client.post("/uploads/", values).json()

    def send_bytes():
        file = SimpleUploadedFile("whatever.bin", content)
        fields = told["target"]["fields"] | {"file": file}
        return seller_client.post(told["target"]["url"], fields, headers={"Accept": "application/json"})

    crowded.leave(MEGABYTE)
    answer = send_bytes()
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    del answer  # the tests' client keeps what was raised with it
    assert left_on(crowded) == []
    # It did not arrive, and nobody says that it did.
    assert seller_client.post(told["finish"]).status_code == 409
    assert Upload.objects.get().state == UploadState.DECLARED

    crowded.empty()
    assert send_bytes().status_code == 201
    assert seller_client.post(told["finish"]).json()["state"] == "received"
    with storages["private"].open(Upload.objects.get().storage_name) as kept:
        assert kept.read() == content


@pytest.mark.django_db
@pytest.mark.parametrize("is_copied", [False, True], ids=["not even a copy", "a copy and no more"])
def test_a_file_that_cannot_be_looked_into_for_want_of_room_waits_and_is_not_refused(
    disk,
    send,  # noqa: F811
    monkeypatch,
    is_copied,
):
    content = files.pdf_with_photograph()
    upload = send("a.pdf", content)
    monkeypatch.setattr(tempfile, "tempdir", str(disk.folder("temporary")))
    disk.leave(-(-len(content) // PAGE) * PAGE if is_copied else 0)
    for _turn in range(4):  # one more than a file may have that ends its worker
        with pytest.raises(OSError, match="No space left"):
            services.process_upload(upload_id=upload.pk)
        upload.refresh_from_db()
        assert (upload.state, upload.refusal, disk.files()) == (UploadState.RECEIVED, "", [])

    disk.empty()
    with clock.moved_to(clock.now() + 2 * WAITS_FOR):
        assert tasks.look_into_lost() == 1
    upload.refresh_from_db()
    assert upload.state == UploadState.READY


@pytest.fixture
def cramped(disk, committed_db):
    """Puts a table of this test's database on the small disk, and fills it: what PostgreSQL itself says then (53100)."""
    socket_folder = parse_qs(urlsplit(os.environ["DATABASE_URL"]).query)["host"][0]
    place = disk.folder("tables", owner=Path(socket_folder).stat().st_uid)
    space, moved = f"cramped_{connection.settings_dict['NAME']}", []

    def put(table: str) -> None:
        execute(f"ALTER TABLE {table} SET TABLESPACE {space}")
        moved.append(table)
        # Rows that the tests before removed stay for whoever still reads as of then (ANALYZE by autovacuum does), and a page
        # that is there has room for a new row.
        deadline = time.monotonic() + READERS_LEAVE_WITHIN
        while pages_of(table):
            assert time.monotonic() < deadline, f"somebody keeps the old rows of {table}"
            execute(f"VACUUM FULL {table}")
            time.sleep(0.05)
        disk.leave(0)

    execute(f"CREATE TABLESPACE {space} LOCATION '{place}'")
    yield put
    disk.empty()
    execute(*(f"ALTER TABLE {table} SET TABLESPACE pg_default" for table in moved), f"DROP TABLESPACE {space}")


def pages_of(table: str) -> int:
    """How many pages of rows a table has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size(%s::regclass) / current_setting('block_size')::int", [table])
        return cursor.fetchone()[0]


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.parametrize(
    ("table", "kept"), [("payments_gatewaynotification", 0), ("ledger_entry", 1)], ids=["inbox", "books"]
)
def test_a_payment_that_the_database_has_no_room_for_is_told_again(cramped, disk, forge, table, kept):  # noqa: F811
    order = make_order()
    told = forge(payments.start_payment(order_id=order.pk, gateway_code="alipay"))
    client = Client(raise_request_exception=False)
    cramped(table)
    assert refused(post_notice(told, client))  # anything but "success" is told again
    order.refresh_from_db()
    assert order.status == OrderStatus.PENDING_PAYMENT
    assert (GatewayNotification.objects.count(), Transaction.objects.count()) == (kept, 0)

    disk.empty()
    assert [post_notice(told, client).content for _time in range(2)] == [b"success"] * 2
    order.refresh_from_db()
    assert order.status == OrderStatus.IN_PROGRESS
    assert Transaction.objects.count() == 1
    assert audit_money().violations == []


@pytest.mark.parametrize("language", AWAY)
def test_a_person_reads_that_the_database_has_no_room(cramped, disk, language):
    order = make_paid_order()
    seller = log_in(order.seller, client=Client(raise_request_exception=False))
    with translation.override(language):
        page = reverse("orders:deliver", args=[order.number])
    values = {"message": "完成了。", "ai_made": "no", "without_files": "on"}
    cramped("orders_delivery")
    assert refused(seller.post(page, values), language)
    assert seller.get(page).status_code == 200  # reading goes on
    order.refresh_from_db()
    assert order.status == OrderStatus.IN_PROGRESS

    disk.empty()
    assert seller.post(page, values).status_code == 302
    order.refresh_from_db()
    assert (order.status, order.deliveries.count()) == (OrderStatus.DELIVERED, 1)
