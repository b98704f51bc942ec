"""Deliveries as evidence: files of any kind, previews with a watermark, who gets the originals when, versions."""

import hashlib
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageChops

from marketplace.core import clock
from marketplace.orders import services
from marketplace.orders.models import Delivery, DeliveryFile, Order, RevisionFile, RevisionRequest
from marketplace.orders.own_data import OrdersSection
from marketplace.orders.sent_files import DELIVERY, REVISION, subject_of
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.models import Upload
from marketplace.uploads.services import collect_upload, take_file
from tests.factories import decide_finally, make_delivered_order, make_moderator, make_paid_order, make_user
from tests.logins import log_in
from tests.orders.changing import picture
from tests.orders.delivering import deliver, delivered_picture, original, preview
from tests.orders.situations import footprint
from tests.uploads import files

pytestmark = pytest.mark.django_db


def test_a_file_is_kept_to_the_byte_with_its_checksum_and_the_time_it_came():
    order = make_paid_order()
    content = files.picture_with_place()  # with EXIF: the work is not ours to clean
    (file,) = deliver(order, SimpleUploadedFile("定稿.jpg", content)).files.all()
    assert file.file.read() == content
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert timezone.now() - file.received_at < timedelta(minutes=1)
    assert not file.file.name.endswith(".jpg")  # no server guesses a type by it


def test_the_preview_of_a_picture_is_smaller_ours_and_has_words_across_it():
    order = make_paid_order()
    (file,) = deliver(order, picture(size=(1000, 600), colour="#808080")).files.all()
    assert (file.width, file.height, file.is_picture) == (1000, 600, True)
    answer = preview(order, file, order.buyer, size="large")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    drawn = Image.open(BytesIO(answer.content)).convert("RGB")
    assert drawn.size == (750, 450)
    plain = Image.new("RGB", drawn.size, "#808080")
    changed = ImageChops.difference(drawn, plain).convert("L").point(lambda value: 255 if value > 24 else 0)
    # Everywhere: whichever quarter is cut out, the words are on it.
    for left, top in ((0, 0), (375, 0), (0, 225), (375, 225)):
        quarter = changed.crop((left, top, left + 375, top + 225))
        assert sum(quarter.histogram()[255:]) > 375 * 225 * 0.01
    small = Image.open(BytesIO(preview(order, file, order.buyer).content))
    assert small.width == 480


def test_two_orders_have_different_words():
    first, second = make_paid_order(), make_paid_order()
    drawn = [deliver(order, picture()).files.get() for order in (first, second)]
    contents = [storages["private"].open(file.previews[-1]["webp"]).read() for file in drawn]
    assert contents[0] != contents[1]


def test_of_a_document_the_first_page_is_shown_and_the_document_is_not_held_back():
    order = make_paid_order()
    (file,) = deliver(order, SimpleUploadedFile("手册.pdf", files.pdf(pages=3))).files.all()
    assert (bool(file.previews), file.is_picture) == (True, False)
    assert preview(order, file, order.buyer).status_code == 200
    assert original(order, file, order.buyer) == 200


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("锁.pdf", files.pdf_with_password()),
        ("脚本.pdf", files.pdf_with_script()),
        ("炸弹.png", files.bomb()),
        ("半张.jpg", files.picture()[:-4000]),
        ("页面.html", b"<script>alert(1)</script>"),
        ("图.svg", files.svg_with_script()),
        ("两样.jpg", files.polyglot_with_page()),
        ("没有后缀", b"\x00\x01\x02"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_whatever_it_is_it_only_ever_comes_as_a_download(name, content):
    order = make_paid_order()
    (file,) = deliver(order, SimpleUploadedFile(name, content), holds_back_originals=False).files.all()
    answer = log_in(order.buyer).get(reverse("orders:file", args=[order.number, file.pk]))
    assert b"".join(answer.streaming_content) == content
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    if file.previews:  # of the picture that is a page as well
        shown = preview(order, file, order.buyer)
        assert b"<script" not in shown.content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("setup.exe", b"x"),
        ("setup.EXE. ", b"x"),
        ("报价.pdf.lnk", b"x"),
        ("gpj.\u202eexe", b"x"),
        ("图片.png", b"MZ" + b"\0" * 100),
        ("程序", b"\x7fELF" + b"\0" * 100),
        ("app.apk", files.polyglot_with_archive()),
        ("脚本.js", b"WScript.Shell"),
    ],
    # By the name alone: an archive holds the time it was made at, and two workers would know it by two names.
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_starts_by_being_opened_is_refused_with_the_way_out(name, content):
    order = make_paid_order()
    before = footprint(order)
    with pytest.raises(UploadError) as refusal:
        deliver(order, SimpleUploadedFile(name, content))
    assert refusal.value.code == UploadErrorCode.PROGRAM
    assert "ZIP" in refusal.value.message
    assert footprint(order) == before
    assert not Upload.objects.exists()


def test_a_name_that_turns_itself_around_is_shown_as_it_is():
    order = make_paid_order()
    (file,) = deliver(order, SimpleUploadedFile("图\u202egnp.zip", b"x")).files.all()
    assert file.name == "图gnp.zip"


def decided(order: Order, refund_fen: int) -> None:
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="和说好的不一样")
    decide_finally(order, refund_fen=refund_fen)


@pytest.mark.parametrize(
    ("then", "opens"),
    [
        (lambda order: None, False),
        (lambda order: services.request_revision(order_id=order.pk, buyer=order.buyer, message="改"), False),
        (lambda order: services.open_dispute(order_id=order.pk, user=order.buyer, reason="说不拢"), False),
        (lambda order: services.accept_delivery(order_id=order.pk, buyer=order.buyer), True),
        (lambda order: decided(order, 0), True),
        (lambda order: decided(order, 4000), True),
        (lambda order: decided(order, order.total_fen), False),  # all the money went back
    ],
    ids=["delivered", "in revision", "disputed", "accepted", "released", "split", "refunded"],
)
def test_the_buyer_gets_the_original_of_a_picture_once_it_is_paid_for_and_the_seller_always(then, opens):
    order, file = delivered_picture()
    then(order)
    assert original(order, file, order.buyer) == (200 if opens else 404)
    assert original(order, file, order.seller) == 200
    assert preview(order, file, order.buyer).status_code == 200
    page = log_in(order.buyer).get(order.get_absolute_url()).content.decode()
    assert (f'href="{reverse("orders:file", args=[order.number, file.pk])}"' in page) is opens


def test_the_seller_may_give_the_originals_at_once():
    order, file = delivered_picture(holds_back_originals=False)
    assert original(order, file, order.buyer) == 200


def picture_page(order: Order, file: DeliveryFile, user):
    return log_in(user).get(reverse("orders:picture", args=[order.number, file.pk]))


def test_a_delivered_picture_has_a_page_with_the_way_back_and_to_the_original_once_that_is_open():
    order = make_paid_order()
    first, second = deliver(order, picture("一.png"), picture("二.png")).files.all()
    address = reverse("orders:picture", args=[order.number, first.pk])
    assert f'href="{address}"' in log_in(order.buyer).get(order.get_absolute_url()).content.decode()
    page = picture_page(order, first, order.buyer).content.decode()
    assert f'href="{order.get_absolute_url()}#delivery-1"' in page
    assert reverse("orders:picture", args=[order.number, second.pk]) in page
    download = f'href="{reverse("orders:file", args=[order.number, first.pk])}" download'
    assert f'src="{reverse("orders:preview", args=[order.number, first.pk])}?size=large"' in page
    assert download not in page
    assert download in picture_page(order, first, order.seller).content.decode()
    services.accept_delivery(order_id=order.pk, buyer=order.buyer)
    assert download in picture_page(order, first, order.buyer).content.decode()


def test_what_is_no_picture_has_no_such_page():
    order = make_paid_order()
    (file,) = deliver(order, SimpleUploadedFile("稿.txt", b"text")).files.all()
    assert picture_page(order, file, order.buyer).status_code == 404


def test_for_a_stranger_neither_original_nor_preview_is_there():
    order, file = delivered_picture(holds_back_originals=False)
    other = make_delivered_order(buyer=order.buyer)
    for user in (make_user(), make_moderator()):
        assert original(order, file, user) == 404
        assert preview(order, file, user).status_code == 404
        assert picture_page(order, file, user).status_code == 404
    assert original(other, file, order.buyer) == 404  # found under its own order only
    assert Client().get(reverse("orders:preview", args=[order.number, file.pk])).status_code == 302


def test_the_mediator_of_a_dispute_sees_everything_and_nobody_elses_deliveries():
    order, file = delivered_picture()
    mediator = make_moderator()
    assert original(order, file, mediator) == 404
    services.open_dispute(order_id=order.pk, user=order.seller, reason="说不拢")
    assert original(order, file, mediator) == 200
    assert preview(order, file, mediator).status_code == 200
    assert original(order, file, make_user()) == 404


@pytest.mark.parametrize(
    ("asked", "status", "part", "told"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("lines=1", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
    ],
)
def test_a_download_that_broke_off_goes_on_where_it_was(asked, status, part, told):
    order = make_paid_order()
    file = deliver(order, SimpleUploadedFile("a.bin", b"0123456789")).files.get()
    answer = log_in(order.buyer).get(reverse("orders:file", args=[order.number, file.pk]), headers={"range": asked})
    assert (answer.status_code, b"".join(answer.streaming_content)) == (status, part)
    assert answer.headers.get("Content-Range") == told
    assert answer.headers["Content-Length"] == str(len(part))


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=7-3", "bytes=99-100"])
def test_a_range_beyond_the_file_is_refused(asked):
    order = make_paid_order()
    file = deliver(order, SimpleUploadedFile("a.bin", b"0123456789")).files.get()
    answer = log_in(order.buyer).get(reverse("orders:file", args=[order.number, file.pk]), headers={"range": asked})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */10")


def test_the_database_itself_keeps_deliveries_and_revision_requests_as_they_are():
    order, _file = delivered_picture()
    sent = take_file(
        owner=order.buyer, purpose=REVISION, subject=subject_of(order), file=picture("批注.png", size=(60, 40))
    )
    services.request_revision(order_id=order.pk, buyer=order.buyer, message="见图", files=[sent])
    for model, change in (
        (Delivery, {"message": "不是这个"}),
        (DeliveryFile, {"sha256": "0" * 64}),
        (RevisionRequest, {"message": "我没说过"}),
        (RevisionFile, {"name": "别的.png"}),
    ):
        for attempt in (
            lambda rows, change=change: rows.update(**change),
            lambda rows: rows._raw_delete("default"),
        ):
            with pytest.raises(DatabaseError, match="evidence"), transaction.atomic():
                attempt(model.objects.all())
        assert model.objects.count() == 1


def test_versions_are_numbered_and_a_revision_request_carries_the_buyers_files():
    order, _file = delivered_picture()
    sent = take_file(owner=order.buyer, purpose=REVISION, subject=subject_of(order), file=picture("批注.png"))
    services.request_revision(order_id=order.pk, buyer=order.buyer, message="见图", files=[sent])
    shown = RevisionFile.objects.get()
    assert (shown.request.number, shown.name, shown.previews) == (1, "批注.png", [])
    url = reverse("orders:revision_file", args=[order.number, shown.pk])
    for user, status in ((order.seller, 200), (order.buyer, 200), (make_user(), 404)):
        assert log_in(user).get(url).status_code == status
    second = deliver(order, picture("第二版.png"))
    assert second.number == 2
    page = log_in(order.seller).get(order.get_absolute_url()).content.decode()
    assert page.index("delivery-2") < page.index("delivery-1")
    assert "批注.png" in page


def test_an_upload_belongs_to_one_delivery_and_to_its_sender():
    order = make_paid_order()
    elsewhere = make_paid_order()
    foreign = take_file(owner=elsewhere.seller, purpose=DELIVERY, subject=subject_of(elsewhere), file=picture())
    before = footprint(order)
    with pytest.raises(UploadError):
        services.deliver_order(order_id=order.pk, seller=order.seller, message="x", uploads=[foreign])
    assert footprint(order) == before
    own = take_file(owner=order.seller, purpose=DELIVERY, subject=subject_of(order), file=picture())
    services.deliver_order(order_id=order.pk, seller=order.seller, message="x", uploads=[own])
    second = make_paid_order(gig=order.gig)
    own.refresh_from_db()
    with pytest.raises(UploadError):
        services.deliver_order(order_id=second.pk, seller=second.seller, message="x", uploads=[own])
    assert not second.deliveries.exists()


def test_an_upload_for_another_order_of_the_same_seller_or_one_delivered_before_is_not_delivered():
    order, earlier = delivered_picture()
    services.request_revision(order_id=order.pk, buyer=order.buyer, message="改")
    second = make_paid_order(gig=order.gig)
    elsewhere = take_file(owner=order.seller, purpose=DELIVERY, subject=subject_of(second), file=picture("别处.png"))
    before = footprint(order)
    for upload in (elsewhere, Upload.objects.get(result_name=earlier.file.name)):
        with pytest.raises(UploadError) as refusal:
            services.deliver_order(order_id=order.pk, seller=order.seller, message="x", uploads=[upload])
        assert refusal.value.code == UploadErrorCode.NOT_READY
        assert footprint(order) == before


def copied(user) -> dict[str, bytes]:
    return {file.path: file.open().read() for file in OrdersSection().files(user)}


@pytest.mark.parametrize(
    ("then", "opens"),
    [
        (lambda order: None, False),
        (lambda order: services.accept_delivery(order_id=order.pk, buyer=order.buyer), True),
        (lambda order: decided(order, order.total_fen), False),
    ],
    ids=["delivered", "accepted", "refunded"],
)
def test_a_copy_of_ones_own_data_gives_the_buyer_no_original_that_the_page_holds_back(then, opens):
    order, file = delivered_picture()
    then(order)
    path = f"orders/{order.number}/delivery-1/定稿.png"
    original_bytes = file.file.read()
    assert copied(order.seller) == {path: original_bytes}
    if opens:
        assert copied(order.buyer) == {path: original_bytes}
    else:
        shown = b"".join(preview(order, file, order.buyer, size="large"))
        assert copied(order.buyer) == {f"{path}.preview.webp": shown}


def test_what_is_delivered_is_never_collected_and_what_was_only_sent_is(django_capture_on_commit_callbacks):
    order, file = delivered_picture()
    used = Upload.objects.get()
    running = make_paid_order(gig=order.gig)
    spare = take_file(owner=order.seller, purpose=DELIVERY, subject=subject_of(running), file=picture("没用上.png"))
    later = timezone.now() + timedelta(days=30)
    Upload.objects.update(updated_at=timezone.now() - timedelta(days=30))
    with clock.moved_to(later), django_capture_on_commit_callbacks(execute=True):
        assert collect_upload(upload_id=used.pk) is False
        assert collect_upload(upload_id=spare.pk) is True
    assert storages["private"].exists(file.file.name)
    assert all(storages["private"].exists(size["webp"]) for size in file.previews)
    assert not storages["private"].exists(spare.result_name)


def test_pictures_of_two_versions_stand_beside_each_other_by_name():
    order, first = delivered_picture()
    services.request_revision(order_id=order.pk, buyer=order.buyer, message="改")
    deliver(order, picture("新的.png"), picture("定稿.png"))
    url = reverse("orders:compare", args=[order.number])
    page = log_in(order.buyer).get(url)
    pairs = [tuple(file and file.name for file in pair) for pair in page.context["pairs"]]
    assert pairs == [("定稿.png", "定稿.png"), (None, "新的.png")]
    assert page.context["pairs"][0][0] == first
    assert log_in(order.buyer).get(url, {"old": "2", "new": "1"}).context["old"].number == 1
    for nonsense in ("x", "99", "9" * 5000, "²"):
        assert log_in(order.buyer).get(url, {"old": nonsense, "new": "99"}).status_code == 200
    assert log_in(make_user()).get(url).status_code == 404
    alone, _file = delivered_picture()
    assert log_in(alone.buyer).get(reverse("orders:compare", args=[alone.number])).status_code == 302


def test_of_several_pictures_of_one_name_each_is_compared():
    order = make_paid_order()
    deliver(order, picture("稿.png"), picture("稿.png", colour="#333"))
    services.request_revision(order_id=order.pk, buyer=order.buyer, message="改")
    deliver(order, picture("稿.png", colour="#555"), picture("稿.png", colour="#777"))
    pairs = log_in(order.buyer).get(reverse("orders:compare", args=[order.number])).context["pairs"]
    shown = [file.pk for pair in pairs for file in pair if file]
    assert (len(pairs), len(shown), len(set(shown))) == (2, 4, 4)
