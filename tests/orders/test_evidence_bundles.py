"""The evidence in one file: everything is in it, its checksums hold, it never changes, and only those concerned get it."""

import hashlib
import json
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, OperationalError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from marketplace.core import clock
from marketplace.ledger.tasks import clear_due_earnings
from marketplace.messaging.services import order_conversation, send_message, start_conversation, withdraw_message
from marketplace.orders import services
from marketplace.orders.conversations import conversation_of
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.evidence import collect
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
from tests.factories import (
    decide_finally,
    make_coupon,
    make_delivered_order,
    make_finance,
    make_gig,
    make_moderator,
    make_paid_order,
    make_user,
)
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


def test_one_that_nobody_works_on_is_given_up_and_one_that_waits_for_its_turn_is_not(order):
    bundle = services.ask_for_bundle(dispute_id=order.dispute.pk, user=order.buyer)
    with clock.moved_to(clock.now() + bundles.STALLED_AFTER * 2):
        assert services.give_up_stalled_bundles() == 0
    EvidenceBundle.objects.update(status=BundleStatus.BUILDING)
    assert services.give_up_stalled_bundles() == 0
    with clock.moved_to(clock.now() + bundles.STALLED_AFTER * 2):
        assert services.give_up_stalled_bundles() == 1
    bundle.refresh_from_db()
    assert bundle.status == BundleStatus.FAILED


def test_both_sides_and_mediators_download_it_and_strangers_do_not_learn_of_it(order):
    bundle = made(order)
    page = reverse("orders:bundle_download", args=[order.number, bundle.pk, "zip"])
    for side in (order.buyer, order.seller):
        answer = log_in(side).get(page)
        assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == bundle.archive_sha256
        assert "no-store" in answer.headers["Cache-Control"]
    assert log_in(make_user()).get(page).status_code == 404
    assert (
        log_in(order.buyer).get(reverse("orders:bundle_download", args=[order.number, bundle.pk, "exe"])).status_code
        == 404
    )
    other = make_dispute_in(DisputeStatus.MEDIATION)
    wrong = reverse("orders:bundle_download", args=[other.number, bundle.pk, "zip"])
    assert log_in(other.buyer).get(wrong).status_code == 404

    mediator = Client()
    log_in(make_moderator(), client=mediator)
    args = [order.dispute.pk, bundle.pk, "pdf"]
    pdf = b"".join(mediator.get(reverse("orders_dispute_bundle_download", args=args)).streaming_content)
    assert pdf.startswith(b"%PDF")
    assert hashlib.sha256(pdf).hexdigest() == bundle.pdf_sha256
    with pytest.raises(PermissionDenied):
        services.ask_for_bundle(dispute_id=order.dispute.pk, user=make_user())


def test_the_page_asks_for_it_shows_how_far_it_is_and_then_offers_it(order):
    buyer = log_in(order.buyer)
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
    page = log_in(order.buyer).get(reverse("orders:dispute", args=[order.number])).content.decode()
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


def tables_of(order, user=None) -> tuple[dict, list[str], str]:
    """What a bundle holds: its tables, the paths of its files, and the words of the paper."""
    bundle = made(order, user)
    archive = ZipFile(BytesIO(bundle.archive.open("rb").read()))
    tables = {
        name.removeprefix("data/").removesuffix(".json"): json.loads(archive.read(name))
        for name in archive.namelist()
        if name.startswith("data/")
    }
    return tables, archive.namelist(), bundles._paper(bundle, collect(order.dispute))


def test_a_commit_whose_answer_was_lost_keeps_its_files(order, monkeypatch):
    finish = bundles._finish

    def lost(bundle):
        finish(bundle)
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(bundles, "_finish", lost)
    bundle = made(order)
    assert bundle.status == BundleStatus.READY
    assert hashlib.sha256(bundle.archive.open("rb").read()).hexdigest() == bundle.archive_sha256
    assert bundle.pdf.storage.exists(bundle.pdf.name)


def test_what_the_buyer_never_sent_is_nobodys_evidence():
    order = make_paid_order(gig=make_gig(requirements=2))
    first, second = order.requirements.all()
    services.save_requirements(
        order_id=order.pk,
        buyer=order.buyer,
        answers={first.pk: "只给自己看的草稿"},
        files={second.pk: SimpleUploadedFile("草稿.txt", b"private")},
    )
    services.skip_requirements(order_id=order.pk, seller=order.seller, message="先开始了")
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="联系不上")
    tables, paths, paper = tables_of(order, order.seller)
    assert [(row["answer"], row["file"]) for row in tables["requirements"]] == [("", ""), ("", "")]
    assert not [path for path in paths if path.startswith("files/requirements")]
    mediator = Client()
    log_in(make_moderator(), client=mediator)
    desk = mediator.get(reverse("orders_dispute_decide", args=[order.dispute.pk])).content.decode()
    for text in (paper, desk):
        assert "草稿" not in text
        assert first.prompt in text
    file = reverse("orders_dispute_file", args=[order.dispute.pk, "requirement", second.pk])
    assert mediator.get(file).status_code == 404

    services.withdraw_dispute(order_id=order.pk, user=order.buyer)
    services.submit_requirements(
        order_id=order.pk, buyer=order.buyer, answers={first.pk: "要蓝色", second.pk: "见附件"}
    )
    services.open_dispute(order_id=order.pk, user=order.seller, reason="还是联系不上")
    tables, paths, paper = tables_of(order, order.seller)
    assert tables["requirements"][0]["answer"] == "要蓝色"
    assert [path for path in paths if path.startswith("files/requirements")] == ["files/requirements/草稿.txt"]
    assert mediator.get(file).status_code == 200


def test_what_was_bought_stands_in_it_with_quantity_coupon_and_description():
    coupon = make_coupon(amount_fen=700)
    gig = make_gig()
    order = make_paid_order(gig=gig, quantity=2, coupon_code=coupon.code)
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="不符")
    tables, _paths, paper = tables_of(order)
    bought = tables["order"]
    assert (bought["quantity"], bought["discount_fen"], bought["coupon"]) == (2, 700, coupon.code)
    assert bought["as_bought"] == order.snapshot
    mediator = Client()
    log_in(make_moderator(), client=mediator)
    desk = mediator.get(reverse("orders_dispute_decide", args=[order.dispute.pk])).content.decode()
    for text in (paper, desk):
        assert coupon.code in text
    assert gig.description in paper
    as_bought = reverse("orders:as_bought", args=[order.number])
    assert as_bought in desk
    assert gig.description in mediator.get(as_bought).content.decode()


def test_the_paper_speaks_in_words_and_says_what_each_statement_is(order):
    _tables, _paths, paper = tables_of(order)
    for shown in ("买家：", "服务商：", "申请纠纷处理", "回应"):
        assert shown in paper
    assert "<th>约定交付</th>" in paper
    for code in ("待退款", "修改次数", "buyer: ", "seller: ", "<td>escrow</td>", "<td>open</td>", "payment_captured"):
        assert code not in paper


def test_neither_side_reads_the_others_wallet_in_it():
    order = decide_finally(make_dispute_in(DisputeStatus.MEDIATION), refund_fen=0)
    with clock.moved_to(clock.now() + timedelta(days=30)):
        clear_due_earnings()
    services.refund_part(order_id=order.pk, actor=make_finance(), amount_fen=4_000, reason="补偿")
    tables, _paths, _paper = tables_of(order)
    assert {row["account"] for row in tables["ledger"]} >= {"seller", "escrow"}
    assert not [row for row in tables["ledger"] if row["account"].startswith("user_")]
    assert sum(row["amount_fen"] for row in tables["ledger"]) == 0
    lines = [(row["transaction"], row["account"]) for row in tables["ledger"]]
    assert len(lines) == len(set(lines))


def test_so_many_a_day_and_not_more_but_a_mediator_is_not_held_back(order):
    for number in range(bundles.MOST_BUNDLES_A_DAY):
        services.add_evidence(order_id=order.pk, user=order.buyer, text=f"第 {number} 句")
        made(order)
    services.add_evidence(order_id=order.pk, user=order.buyer, text="又一句")
    with pytest.raises(OrderError) as refusal:
        services.ask_for_bundle(dispute_id=order.dispute.pk, user=order.seller)
    assert refusal.value.code == OrderErrorCode.BUNDLES_TOO_OFTEN
    assert EvidenceBundle.objects.count() == bundles.MOST_BUNDLES_A_DAY
    assert made(order, make_moderator()).status == BundleStatus.READY


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\boot.ini", "..", "/", "", "a/../b.txt", " . ", "con\n.txt"]
)
def test_a_path_in_the_zip_leads_nowhere_else(name):
    taken: set[str] = set()
    first, again = (bundles._free_path("files/evidence/buyer", name, taken) for _twice in range(2))
    for path in (first, again):
        rest = path.removeprefix("files/evidence/buyer/")
        assert rest
        assert "/" not in rest
        assert "\\" not in rest
        assert rest.strip(".")
    assert first != again


def test_messages_from_long_before_the_order_do_not_belong_to_it(order):
    conversation = start_conversation(buyer=order.buyer, seller=order.seller)
    with clock.moved_to(clock.now()):
        message = send_message(conversation_id=conversation.pk, sender=order.buyer, body="去年的另一单")
    type(message).objects.filter(pk=message.pk).update(created_at=clock.now() - timedelta(days=200))
    assert "去年的另一单" not in [row["text"] for row in collect(order.dispute).tables["messages"]]


def test_what_the_two_write_after_the_end_is_no_evidence_of_this_order():
    order = make_paid_order()
    conversation = start_conversation(buyer=order.buyer, seller=order.seller)
    send_message(conversation_id=conversation.pk, sender=order.buyer, body="什么时候交？")
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="联系不上")
    order = decide_finally(order, refund_fen=order.total_fen)
    send_message(conversation_id=conversation.pk, sender=order.buyer, body="下一单聊聊？")
    assert [said.text for said in conversation_of(order)] == ["什么时候交？"]


def test_what_was_said_about_another_service_or_another_order_does_not_belong_to_it():
    """Two people talk about a sign for a bakery too; the dispute is about a picture book."""
    order = make_delivered_order()
    people = {"buyer": order.buyer, "seller": order.seller}

    def promise(text, gig, days_before):
        talk = start_conversation(**people, gig=gig)
        message = send_message(conversation_id=talk.pk, sender=order.seller, body=text)
        at = order.created_at - timedelta(days=days_before)
        type(message).objects.filter(pk=message.pk).update(created_at=at)

    promise("绘本送一张封面", order.gig, 2)
    promise("面包店的招牌下周好", make_gig(seller=order.seller), 1)
    sibling = make_paid_order(buyer=order.buyer, gig=order.gig)
    for where, text in ((sibling, "第二本的颜色"), (order, "第一本的尺寸")):
        talk = order_conversation(order=where)
        send_message(conversation_id=talk.pk, sender=order.buyer, body=text)
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="与描述不符")
    assert [said.text for said in conversation_of(order)] == ["绘本送一张封面", "第一本的尺寸"]


def test_what_was_withdrawn_is_shown_to_mediators_and_goes_to_nobody_else():
    """A wrong file, or words that moderators took out: the bundle is given to both sides."""
    order = make_paid_order()
    talk = order_conversation(order=order)
    sent = send_message(
        conversation_id=talk.pk,
        sender=order.seller,
        body="发错了的底价",
        files=[SimpleUploadedFile("别人的合同.txt", "机密".encode())],
    )
    withdraw_message(conversation_id=talk.pk, sequence=sent.sequence, user=order.seller)
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="联系不上")
    order.refresh_from_db()
    assert "发错了的底价" in conversation_of(order)[0].text
    told = collect(order.dispute)
    (row,) = [row for row in told.tables["messages"] if row["by"]]
    assert (row["text"], row["files"]) == ("[已撤回]", [])
    assert "别人的合同.txt" not in [file.name for file in told.files]
