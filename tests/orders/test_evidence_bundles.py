"""The evidence in one file: everything is in it, its checksums hold, it never changes, and only those concerned get it."""

import hashlib
import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from marketplace.core import clock
from marketplace.messaging.services import send_message, start_conversation
from marketplace.orders import services
from marketplace.orders.models import (
    BundleStatus,
    DeliveryFile,
    DisputeFile,
    EvidenceBundle,
    RevisionFile,
    private_storage,
)
from marketplace.orders.sent_files import REVISION, subject_of
from marketplace.orders.services import bundles
from marketplace.orders.states import DisputeStatus
from marketplace.uploads.services import take_file
from tests.factories import decide_finally, make_gig, make_moderator, make_paid_order, make_user
from tests.logins import log_in
from tests.orders.changing import picture
from tests.orders.test_dispute_steps import make_dispute_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    order = make_dispute_in(DisputeStatus.DECIDED)
    files = [SimpleUploadedFile("../../现场 照片.jpg", b"night"), SimpleUploadedFile("现场 照片.jpg", b"day")]
    services.add_evidence(order_id=order.pk, user=order.buyer, text="招牌反光", files=files)
    services.propose_split(order_id=order.pk, user=order.seller, refund_fen=2_880, message="愿意退三成")
    conversation = start_conversation(buyer=order.buyer, seller=order.seller)
    send_message(
        conversation_id=conversation.pk,
        sender=order.seller,
        body="夜里的也补给您",
        files=[SimpleUploadedFile("夜景.txt", b"night view")],
    )
    return order


def made(order, user=None) -> EvidenceBundle:
    bundle = services.ask_for_bundle(dispute_id=order.dispute.pk, user=user or order.buyer)
    services.build_bundle(bundle_id=bundle.pk)
    bundle.refresh_from_db()
    return bundle


def client_of(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_everything_is_in_it_and_every_checksum_holds(order):
    bundle = made(order)
    assert (bundle.status, bundle.percent) == (BundleStatus.READY, 100)
    whole = bundle.archive.open("rb").read()
    assert hashlib.sha256(whole).hexdigest() == bundle.archive_sha256
    assert len(whole) == bundle.archive_size
    archive = ZipFile(BytesIO(whole))
    manifest = json.loads(archive.read("manifest.json"))
    listed = {row["path"]: row for row in manifest["files"]}
    assert set(archive.namelist()) == {*listed, "manifest.json"}
    for path, row in listed.items():
        assert hashlib.sha256(archive.read(path)).hexdigest() == row["sha256"]
    assert [row["as_handed_in"] for row in listed.values() if "as_handed_in" in row] == [True, True, True]
    files = {path for path in listed if path.startswith("files/")}
    assert {path.split("/")[1] for path in files} == {"delivery-1", "evidence", "messages"}
    assert not [path for path in files if ".." in path.split("/")]
    assert {archive.read(path) for path in files} == {b"the work", b"night", b"day", b"night view"}
    assert archive.read("case.pdf") == bundle.pdf.open("rb").read()
    assert hashlib.sha256(archive.read("case.pdf")).hexdigest() == bundle.pdf_sha256

    case = {name: json.loads(archive.read(f"data/{name}.json")) for name in ("statements", "messages", "proposals")}
    assert [row["text"] for row in case["statements"]] == ["和说好的不一样", "做完了。", "招牌反光"]
    assert case["messages"][0]["text"] == "夜里的也补给您"
    assert case["proposals"][0]["refund_fen"] == 2_880
    assert sum(row["amount_fen"] for row in manifest["ledger"]) == 0
    assert {(row["account"], row["amount_fen"]) for row in manifest["ledger"]} >= {("escrow", 10_000)}
    event = order.events.get(type="bundle_made")
    assert event.data == {"sha256": bundle.archive_sha256, "pdf_sha256": bundle.pdf_sha256}


def test_a_file_that_is_no_longer_what_was_handed_in_is_named(order):
    file = DisputeFile.objects.first()
    storage = private_storage()
    storage.delete(file.file.name)
    assert storage.save(file.file.name, SimpleUploadedFile("x", b"something else")) == file.file.name
    archive = ZipFile(BytesIO(made(order).archive.open("rb").read()))
    rows = json.loads(archive.read("manifest.json"))["files"]
    assert [row["as_handed_in"] for row in rows if "as_handed_in" in row].count(False) == 1


def test_a_file_that_storage_lost_keeps_nothing_else_back(order):
    private_storage().delete(DisputeFile.objects.first().file.name)
    archive = ZipFile(BytesIO(made(order).archive.open("rb").read()))
    rows = json.loads(archive.read("manifest.json"))["files"]
    assert len([row for row in rows if row.get("missing")]) == 1
    assert "case.pdf" in archive.namelist()


def test_nothing_new_no_new_bundle_and_something_new_a_new_one(order):
    first = made(order)
    assert services.ask_for_bundle(dispute_id=order.dispute.pk, user=order.seller) == first
    services.add_evidence(order_id=order.pk, user=order.seller, text="再补一句")
    second = made(order, order.seller)
    assert second != first
    assert second.archive_sha256 != first.archive_sha256
    first.refresh_from_db()
    assert hashlib.sha256(first.archive.open("rb").read()).hexdigest() == first.archive_sha256


def test_one_is_made_at_a_time_and_a_second_run_of_the_job_does_nothing(order):
    asked = services.ask_for_bundle(dispute_id=order.dispute.pk, user=order.buyer)
    assert services.ask_for_bundle(dispute_id=order.dispute.pk, user=order.seller) == asked
    assert services.build_bundle(bundle_id=asked.pk) is True
    assert services.build_bundle(bundle_id=asked.pk) is False
    assert order.events.filter(type="bundle_made").count() == 1


def test_a_bundle_that_is_ready_is_changed_by_nobody(order):
    bundle = made(order)
    for change in (
        lambda: EvidenceBundle.objects.filter(pk=bundle.pk).update(archive_sha256="0" * 64),
        lambda: EvidenceBundle.objects.filter(pk=bundle.pk).delete(),
    ):
        with pytest.raises(IntegrityError, match="is evidence"), transaction.atomic():
            change()


def test_one_that_fails_says_so_leaves_no_file_and_can_be_asked_for_again(order, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(bundles, "_write_zip", fail)
        bundle = made(order)
    assert (bundle.status, bundle.archive.name, bundle.pdf.name) == (BundleStatus.FAILED, "", "")
    assert not order.events.filter(type="bundle_made").exists()
    assert made(order).status == BundleStatus.READY


def test_one_that_nobody_works_on_is_given_up(order):
    bundle = services.ask_for_bundle(dispute_id=order.dispute.pk, user=order.buyer)
    assert services.give_up_stalled_bundles() == 0
    with clock.moved_to(clock.now() + bundles.STALLED_AFTER * 2):
        assert services.give_up_stalled_bundles() == 1
    bundle.refresh_from_db()
    assert bundle.status == BundleStatus.FAILED


def test_both_sides_and_mediators_download_it_and_strangers_do_not_learn_of_it(order):
    bundle = made(order)
    page = reverse("orders:bundle_download", args=[order.number, bundle.pk, "zip"])
    for side in (order.buyer, order.seller):
        answer = client_of(side).get(page)
        assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == bundle.archive_sha256
        assert "no-store" in answer.headers["Cache-Control"]
    assert client_of(make_user()).get(page).status_code == 404
    assert (
        client_of(order.buyer).get(reverse("orders:bundle_download", args=[order.number, bundle.pk, "exe"])).status_code
        == 404
    )
    other = make_dispute_in(DisputeStatus.MEDIATION)
    wrong = reverse("orders:bundle_download", args=[other.number, bundle.pk, "zip"])
    assert client_of(other.buyer).get(wrong).status_code == 404

    mediator = Client()
    log_in(make_moderator(), client=mediator)
    args = [order.dispute.pk, bundle.pk, "pdf"]
    pdf = b"".join(mediator.get(reverse("orders_dispute_bundle_download", args=args)).streaming_content)
    assert pdf.startswith(b"%PDF")
    assert hashlib.sha256(pdf).hexdigest() == bundle.pdf_sha256
    with pytest.raises(PermissionDenied):
        services.ask_for_bundle(dispute_id=order.dispute.pk, user=make_user())


def test_the_page_asks_for_it_shows_how_far_it_is_and_then_offers_it(order):
    buyer = client_of(order.buyer)
    page = reverse("orders:bundle", args=[order.number])
    buyer.post(page)
    bundle = EvidenceBundle.objects.get()
    part = buyer.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" in part
    services.build_bundle(bundle_id=bundle.pk)
    part = buyer.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" not in part
    bundle.refresh_from_db()
    assert bundle.archive_sha256 in part


def test_a_picture_that_is_held_back_stands_in_it_as_its_preview_until_it_is_paid_for():
    order = make_paid_order(gig=make_gig(revisions=1))
    original = picture()
    services.deliver_order(order_id=order.pk, seller=order.seller, message="定稿", files=[original])
    sketch = picture("批注.png", colour="#333333")
    shown = take_file(owner=order.buyer, purpose=REVISION, subject=subject_of(order), file=sketch)
    services.request_revision(order_id=order.pk, buyer=order.buyer, message="改一处", files=[shown])
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="说不拢")
    original.seek(0)
    content = original.read()

    def files_of(bundle):
        archive = ZipFile(BytesIO(bundle.archive.open("rb").read()))
        rows = json.loads(archive.read("manifest.json"))["files"]
        return {row["path"]: (archive.read(row["path"]), row) for row in rows if row["path"].startswith("files/")}

    before = files_of(made(order))
    assert set(before) == {"files/delivery-1/定稿.png.preview.webp", "files/revision-1/批注.png"}
    preview, row = before["files/delivery-1/定稿.png.preview.webp"]
    assert preview.startswith(b"RIFF")
    assert row["preview_of"] == hashlib.sha256(content).hexdigest()
    assert content not in {whole for whole, _row in before.values()}
    page = client_of(order.buyer).get(reverse("orders:dispute", args=[order.number])).content.decode()
    file = DeliveryFile.objects.get()
    assert f'href="{reverse("orders:file", args=[order.number, file.pk])}"' not in page
    assert reverse("orders:preview", args=[order.number, file.pk]) in page
    assert reverse("orders:revision_file", args=[order.number, RevisionFile.objects.get().pk]) in page

    order = decide_finally(order, refund_fen=0)
    assert files_of(made(order))["files/delivery-1/定稿.png"][0] == content


def test_the_same_case_is_the_same_whatever_language_it_is_asked_for_in(order):
    first = made(order)
    with translation.override("en"):
        assert services.ask_for_bundle(dispute_id=order.dispute.pk, user=order.seller) == first
