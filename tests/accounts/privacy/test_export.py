"""The copy of everything: what is in it, for whom, for how long, and what happens when it fails."""

import csv
import json
from base64 import b64decode
from datetime import timedelta
from io import BytesIO, StringIO
from tempfile import TemporaryFile
from zipfile import ZipFile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse

from marketplace.accounts import services, tasks
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import DataExport, ExportStatus, Portfolio
from marketplace.accounts.personal_data import Section, Table, register
from marketplace.core import clock
from marketplace.messaging.services import open_conversation, send_message
from marketplace.notifications.models import Notification
from tests.factories import make_completed_order, make_gig, make_seller, make_user, make_verified_seller
from tests.logins import log_in

pytestmark = pytest.mark.django_db
PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")


def built(user) -> DataExport:
    export = services.ask_for_export(user=user)
    assert services.build_data_export(export_id=export.pk)
    export.refresh_from_db()
    return export


def opened(export) -> ZipFile:
    return ZipFile(BytesIO(export.file.read()))


def rows(archive, name):
    return json.loads(archive.read(f"data/{name}.json"))


@pytest.fixture
def broken_section():
    from marketplace.accounts import personal_data

    class Broken(Section):
        def tables(self, user):
            def fail():
                raise OSError("the disk is full")

            return [Table("broken", fail)]

    register("broken", Broken())
    yield
    del personal_data._sections["broken"]


def test_a_seller_finds_everything_of_theirs_in_the_zip():
    seller = make_verified_seller(name="林青山")
    seller.phone = "+8613800138000"
    seller.save()
    piece = Portfolio.objects.create(profile=seller.profile, title="茶馆招牌")
    piece.media.create(kind="image", picture=ContentFile(PIXEL, name="tea.png"))
    services.record_consent(user=seller)
    buyer = make_user(name="周末", email="weekend@example.com", phone="+8613900139000")
    order = make_completed_order(buyer=buyer, gig=make_gig(seller=seller, title="招牌设计"))
    talk = open_conversation(user=buyer, other=seller)
    send_message(conversation_id=talk.pk, sender=buyer, body="你好", files=[ContentFile(b"a sketch", name="草图.txt")])
    send_message(conversation_id=talk.pk, sender=seller, body="=HYPERLINK(1)")

    archive = opened(built(seller))

    assert rows(archive, "account")[0]["phone"] == "+8613800138000"
    assert rows(archive, "profile")[0]["display_name"] == "林青山"
    assert {row["document"] for row in rows(archive, "consents")} == {"terms", "privacy"}
    assert [row["name"] for row in rows(archive, "verifications") if row["kind"] == "real_name"] == ["林**"]
    assert [row["title"] for row in rows(archive, "services")] == ["招牌设计"]
    bought = rows(archive, "orders")
    assert [(row["number"], row["role"], row["other"], row["total_fen"]) for row in bought] == [
        (order.number, "seller", "周末", 10_000)
    ]
    assert {row["by"] for row in rows(archive, "order_events")} == {"you", "other side", "platform"}
    assert [(row["sender"], row["body"]) for row in rows(archive, "messages")] == [
        ("周末", "你好"),
        ("林青山", "=HYPERLINK(1)"),
    ]
    assert sum(row["amount_fen"] for row in rows(archive, "ledger_entries")) == 9_000
    names = archive.namelist()
    assert archive.read(f"files/messages/{talk.pk}/草图.txt") == b"a sketch"
    assert archive.read(f"files/orders/{order.number}/delivery-1/work.txt") == b"the work"
    assert any(name.startswith("files/portfolio/tea") for name in names)
    # The same as CSV, and no cell that a spreadsheet would run.
    lines = list(csv.DictReader(StringIO(archive.read("data/messages.csv").decode("utf-8-sig"))))
    assert [line["body"] for line in lines] == ["你好", "'=HYPERLINK(1)"]
    assert archive.testzip() is None


def test_nothing_of_the_other_side_beyond_name_and_words_is_in_it():
    seller, buyer = make_seller(), make_user(email="hidden@example.com", phone="+8613900139000")
    make_completed_order(buyer=buyer, gig=make_gig(seller=seller))
    talk = open_conversation(user=buyer, other=seller)
    send_message(conversation_id=talk.pk, sender=buyer, body="你好")
    stranger_order = make_completed_order(gig=make_gig(title="与我无关"))

    archive = opened(built(seller))
    text = b"".join(archive.read(name) for name in archive.namelist() if name.startswith("data/"))

    assert b"hidden@example.com" not in text
    assert b"13900139000" not in text
    assert buyer.username.encode() not in text
    assert stranger_order.number.encode() not in text
    assert "与我无关".encode() not in text


def test_a_file_that_storage_has_lost_does_not_keep_the_rest_back(buyer):
    piece = Portfolio.objects.create(profile=buyer.profile, title="旧作")
    picture = piece.media.create(kind="image", picture=ContentFile(PIXEL, name="gone.png")).picture
    picture.storage.delete(picture.name)
    archive = opened(built(buyer))
    assert "gone" in archive.read("files/missing.txt").decode()
    assert rows(archive, "portfolio")[0]["title"] == "旧作"


def test_one_at_a_time_and_again_afterwards(buyer):
    first = services.ask_for_export(user=buyer)
    with pytest.raises(AccountError) as refusal:
        services.ask_for_export(user=buyer)
    assert refusal.value.code == AccountErrorCode.EXPORT_UNDER_WAY
    assert DataExport.objects.count() == 1
    services.build_data_export(export_id=first.pk)
    first.refresh_from_db()
    second = built(buyer)
    first.refresh_from_db()
    assert (first.status, second.status) == (ExportStatus.EXPIRED, ExportStatus.READY)


def test_a_task_that_runs_twice_makes_one_copy(buyer):
    export = services.ask_for_export(user=buyer)
    assert tasks.build_export(export.pk) is True
    assert tasks.build_export(export.pk) is False
    assert Notification.objects.filter(recipient=buyer, title="你的数据副本已备好").count() == 1


def test_what_fails_says_so_and_can_be_asked_for_again(buyer, broken_section, caplog):
    export = services.ask_for_export(user=buyer)
    assert services.build_data_export(export_id=export.pk) is False
    export.refresh_from_db()
    assert (export.status, export.file.name) == (ExportStatus.FAILED, "")
    assert "could not be made" in caplog.text
    page = log_in(buyer).get(reverse("accounts:privacy")).content.decode()
    assert "再试一次" in page
    assert services.ask_for_export(user=buyer).pk != export.pk


def test_a_copy_that_nobody_works_on_any_more_is_given_up(buyer):
    export = services.ask_for_export(user=buyer)
    DataExport.objects.filter(pk=export.pk).update(
        status=ExportStatus.BUILDING, updated_at=clock.now() - timedelta(minutes=31)
    )
    assert tasks.look_after_exports() == 1
    export.refresh_from_db()
    assert export.status == ExportStatus.FAILED


def test_a_copy_that_waits_for_its_turn_is_sent_again_and_never_given_up(buyer, settings):
    """The slow queue may be full for an hour, or have lost it."""
    settings.CELERY_TASK_ALWAYS_EAGER = True  # what is handed over is done at once
    export = services.ask_for_export(user=buyer)
    assert services.send_waiting_exports_again() == 0  # it has only just been sent
    DataExport.objects.filter(pk=export.pk).update(updated_at=clock.now() - timedelta(minutes=31))
    assert services.give_up_stalled_exports() == 0
    export.refresh_from_db()
    assert export.status == ExportStatus.WAITING
    assert tasks.look_after_exports() == 1
    assert tasks.look_after_exports() == 0
    export.refresh_from_db()
    assert export.status == ExportStatus.READY


def test_a_worker_that_was_killed_after_the_upload_leaves_no_file_behind(
    buyer, monkeypatch, django_capture_on_commit_callbacks
):
    export = services.ask_for_export(user=buyer)
    with monkeypatch.context() as killed:
        killed.setattr("marketplace.accounts.services.exports._finish", lambda *arguments: False)
        services.build_data_export(export_id=export.pk)
    export.refresh_from_db()
    storage, name = export.file.storage, export.file.name
    assert storage.exists(name)
    DataExport.objects.filter(pk=export.pk).update(updated_at=clock.now() - timedelta(minutes=31))
    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.look_after_exports() == 1
    assert not storage.exists(name)
    export.refresh_from_db()
    assert (export.status, export.file.name) == (ExportStatus.FAILED, "")


def test_files_move_the_progress_on_one_by_one(buyer, monkeypatch):
    piece = Portfolio.objects.create(profile=buyer.profile, title="旧作")
    for number in range(3):
        piece.media.create(kind="image", picture=ContentFile(PIXEL, name=f"{number}.png"))
    from marketplace.accounts.services import exports

    with TemporaryFile() as whole:
        percents = list(exports._write_zip(whole, buyer))
    assert percents == sorted(percents)
    assert [percent for percent in percents if 50 < percent < 99] == [66, 82, 98]


def test_after_seven_days_the_file_is_deleted_and_not_served_even_before_the_job(buyer, monkeypatch):
    export = built(buyer)
    name = export.file.name
    address = reverse("accounts:export_file", args=[export.pk])
    client = log_in(buyer)
    assert client.get(address).status_code == 200
    later = clock.now() + timedelta(days=7, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.get(address).status_code == 404
    with pytest.MonkeyPatch.context():
        assert services.delete_expired_exports() == 1
    export.refresh_from_db()
    assert (export.status, export.file.name) == (ExportStatus.EXPIRED, "")
    assert name


def test_the_file_itself_goes_with_the_row(buyer, django_capture_on_commit_callbacks):
    export = built(buyer)
    name = export.file.name
    assert storages["private"].exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_export(export_id=export.pk)
    assert not storages["private"].exists(name)


def test_only_its_person_gets_it_and_only_after_a_recent_log_in(buyer):
    export = built(buyer)
    address = reverse("accounts:export_file", args=[export.pk])
    answer = log_in(buyer).get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert ZipFile(BytesIO(b"".join(answer.streaming_content))).testzip() is None
    assert log_in(make_user()).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    stale = log_in(buyer, minutes_ago=60).get(address)
    assert stale.status_code == 302
    assert "reauthenticate" in stale.url


def test_asking_for_it_needs_a_recent_log_in_and_shows_progress(buyer):
    ask = reverse("accounts:export_ask")
    assert "reauthenticate" in log_in(buyer, minutes_ago=60).post(ask).url
    assert not DataExport.objects.exists()
    client = log_in(buyer)
    assert client.post(ask).status_code == 302
    part = client.get(reverse("accounts:export_progress"), headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" in part
    assert "<progress" in part
    services.build_data_export(export_id=DataExport.objects.get().pk)
    part = client.get(reverse("accounts:export_progress"), headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in part  # nothing is asked for any more


@pytest.mark.parametrize("name", ["../../../etc/passwd", "C:\\windows\\evil.exe", "a\x00b.txt", "….."])
def test_no_name_of_a_file_leads_out_of_the_folder(buyer, name):
    seller = make_seller()
    talk = open_conversation(user=buyer, other=seller)
    message = send_message(conversation_id=talk.pk, sender=buyer, body="", files=[ContentFile(b"x", name="x.txt")])
    message.attachments.update(name=name.replace("\x00", ""))
    for path in opened(built(buyer)).namelist():
        assert not path.startswith("/")
        assert ".." not in path.split("/")
        assert "\\" not in path
        assert ":" not in path
