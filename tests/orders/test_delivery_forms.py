"""The forms of deliveries and revision requests: no file is lost in silence, and what is not held back is said before."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from marketplace.orders import services
from marketplace.orders.delivery_forms import DeliveryForm
from marketplace.orders.models import Order, RevisionRequest
from marketplace.orders.sent_files import DELIVERY, subject_of
from marketplace.uploads.errors import UploadErrorCode
from marketplace.uploads.models import Upload
from marketplace.uploads.presenters import as_json
from marketplace.uploads.services import take_file
from marketplace.uploads.states import UploadState
from tests.factories import make_paid_order
from tests.logins import log_in
from tests.orders.changing import picture
from tests.orders.delivering import delivered_picture, original
from tests.orders.situations import footprint

pytestmark = pytest.mark.django_db


def test_what_ai_made_is_said_to_both():
    order = make_paid_order()
    url = reverse("orders:action", args=[order.number, "deliver"])
    said = {"message": "好了", "without_files": "on"}
    refused = log_in(order.seller).post(url, said)
    assert "ai_made" in refused.context["form"].errors  # it has to be answered
    assert log_in(order.seller).post(url, said | {"ai_made": "yes"}).status_code == 302
    assert order.deliveries.get().ai_made is True
    for user in (order.buyer, order.seller):
        assert "AI" in log_in(user).get(order.get_absolute_url()).content.decode()


def test_a_file_that_was_sent_beside_the_form_is_delivered_with_it_and_one_can_be_taken_away():
    order = make_paid_order()
    kept, gone = (
        take_file(owner=order.seller, purpose=DELIVERY, subject=subject_of(order), file=picture(name))
        for name in ("留.png", "去.png")
    )
    client, url = log_in(order.seller), reverse("orders:action", args=[order.number, "deliver"])
    page = client.get(url).content.decode()
    assert kept.key.hex in page
    said = {
        "message": "好了",
        "ai_made": "no",
        "sent": [kept.key.hex, gone.key.hex, "nonsense"],
        f"remove-{gone.key.hex}": "1",
    }
    assert client.post(url, said).status_code == 302
    delivery = order.deliveries.get()
    assert [file.name for file in delivery.files.all()] == ["留.png"]
    assert delivery.holds_back_originals is False  # the box was not ticked
    assert not Upload.objects.filter(pk=gone.pk).exists()


def sent_for(order: Order, *names: str) -> list[Upload]:
    return [
        take_file(owner=order.seller, purpose=DELIVERY, subject=subject_of(order), file=picture(name)) for name in names
    ]


def test_a_delivery_never_goes_out_with_fewer_files_than_its_form_showed():
    order, elsewhere = make_paid_order(), make_paid_order()
    (kept,) = sent_for(order, "留.png")
    (foreign,) = sent_for(elsewhere, "别处.png")
    client, url = log_in(order.seller), reverse("orders:action", args=[order.number, "deliver"])
    before = footprint(order)
    for missing in (uuid4().hex, foreign.key.hex):
        answer = client.post(url, {"message": "好了", "ai_made": "no", "sent": [kept.key.hex, missing]})
        assert answer.status_code == 422
        assert answer.context["form"].errors["files"]
        assert footprint(order) == before
    # What is left is on the page again, and goes.
    assert client.post(url, {"message": "好了", "ai_made": "no", "sent": [kept.key.hex]}).status_code == 302
    assert [file.name for file in order.deliveries.get().files.all()] == ["留.png"]


def test_a_file_that_was_refused_is_named_before_the_rest_goes_out_without_it():
    order = make_paid_order()
    kept, refused = sent_for(order, "留.png", "坏.png")
    Upload.objects.filter(pk=refused.pk).update(state=UploadState.REJECTED, refusal=UploadErrorCode.PROGRAM)
    client, url = log_in(order.seller), reverse("orders:action", args=[order.number, "deliver"])
    said = {"message": "好了", "ai_made": "no", "sent": [kept.key.hex, refused.key.hex]}
    answer = client.post(url, said)
    assert answer.status_code == 422
    assert "坏.png" in answer.content.decode()
    assert not order.deliveries.exists()
    assert list(Upload.objects.all()) == [kept]


def test_of_a_revision_request_no_file_is_lost_in_silence_either():
    order, _file = delivered_picture()
    url = reverse("orders:action", args=[order.number, "revise"])
    answer = log_in(order.buyer).post(url, {"message": "见图", "sent": [uuid4().hex]})
    assert answer.status_code == 422
    assert answer.context["form"].errors["files"]
    assert not RevisionRequest.objects.exists()


def test_looking_at_the_form_writes_nothing_and_what_may_not_be_sent_is_left_alone():
    order = make_paid_order()
    (gone,) = sent_for(order, "去.png")
    said = QueryDict(f"message=x&ai_made=no&sent={gone.key.hex}&remove-{gone.key.hex}=1")
    form = DeliveryForm(said, MultiValueDict({"files": [picture()]}), owner=order.seller, subject=subject_of(order))
    assert form.is_valid()
    assert list(Upload.objects.all()) == [gone]
    # An order that is over: nothing is taken in any more, and nothing is thrown away.
    services.cancel_order(order_id=order.pk, user=order.seller)
    url = reverse("orders:action", args=[order.number, "deliver"])
    answer = log_in(order.seller).post(url, said.dict() | {"files": picture()})
    assert answer.status_code == 422
    assert list(Upload.objects.all()) == [gone]


def test_files_that_came_with_a_form_that_is_refused_stay_for_the_next_time():
    order = make_paid_order()
    client, url = log_in(order.seller), reverse("orders:action", args=[order.number, "deliver"])
    assert client.post(url, {"message": "好了", "files": [picture("稿.png")]}).status_code == 422  # nothing said of AI
    (sent,) = Upload.objects.all()
    assert client.post(url, {"message": "好了", "ai_made": "no", "sent": sent.key.hex}).status_code == 302
    assert [file.name for file in order.deliveries.get().files.all()] == ["稿.png"]


@pytest.mark.parametrize(
    ("sent", "is_told"),
    [(lambda: picture(), False), (lambda: SimpleUploadedFile("源文件.psd", b"8BPS" + b"\0" * 60), True)],
    ids=["picture", "layers"],
)
def test_the_seller_is_told_of_each_file_that_cannot_be_held_back_before_it_goes_out(sent, is_told):
    order = make_paid_order()
    upload = take_file(owner=order.seller, purpose=DELIVERY, subject=subject_of(order), file=sent())
    words = "不加水印，买家可直接下载"
    page = log_in(order.seller).get(reverse("orders:action", args=[order.number, "deliver"])).content.decode()
    assert (words in page) is is_told
    assert (words == as_json(upload)["note"]) is is_told
    delivery = services.deliver_order(order_id=order.pk, seller=order.seller, message="x", uploads=[upload])
    assert original(order, delivery.files.get(), order.buyer) == (200 if is_told else 404)
