"""The pages of conversations, and who gets a 404."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from marketplace.core import clock
from marketplace.messaging import services
from marketplace.messaging.models import Conversation, Message
from tests.factories import make_gig, make_paid_order

pytestmark = pytest.mark.django_db


def say(conversation, sender, body="你好", **kwargs):
    return services.send_message(conversation_id=conversation.pk, sender=sender, body=body, **kwargs)


def test_the_inbox_shows_conversations_and_an_empty_one_says_so(client: Client, conversation, buyer, seller):
    client.force_login(seller)
    assert "empty" in client.get(reverse("messaging:inbox")).content.decode()
    say(conversation, buyer, "按这个来")
    page = client.get(reverse("messaging:inbox")).content.decode()
    assert "按这个来" in page
    assert conversation.get_absolute_url() in page


@pytest.mark.parametrize("read_in", ["", "/en"])
@pytest.mark.parametrize("copied_in", ["", "/en"])
def test_an_address_of_ours_is_a_link_in_whichever_language_it_was_copied_and_is_read(
    client: Client, conversation, buyer, seller, copied_in, read_in
):
    own = make_gig(seller=seller).get_absolute_url()
    path = f"{copied_in}{own}"
    say(conversation, seller, f"{settings.SITE_URL}{path}")
    client.force_login(buyer)
    page = client.get(f"{read_in}{conversation.get_absolute_url()}").content.decode()
    assert f'<a href="{path}">' in page
    assert f'class="bubble__link" href="{read_in}{own}"' in page


def test_opening_a_conversation_shows_it_and_reads_it(client: Client, conversation, buyer, seller):
    services.start_conversation(buyer=buyer, seller=seller, gig=make_gig(seller=seller))
    say(conversation, buyer, "<b>什么时候</b>能给初稿？")
    client.force_login(seller)

    response = client.get(conversation.get_absolute_url())

    page = response.content.decode()
    assert response.status_code == 200
    assert "&lt;b&gt;什么时候" in page
    assert f'data-chat="{conversation.pk}"' in page
    conversation.refresh_from_db()
    assert conversation.seller_read_at == conversation.last_message_at


def test_the_days_of_a_thread_are_those_of_the_platforms_clock(client: Client, conversation, buyer, seller):
    sent = say(conversation, buyer).created_at
    client.force_login(seller)
    with clock.moved_to(sent + timedelta(days=6)):
        page = client.get(conversation.get_absolute_url()).content.decode()
    head = re.search(r'class="thread__day">(.*?)</li>', page)[1]
    assert "今天" not in head
    assert f"{timezone.localtime(sent).month}月{timezone.localtime(sent).day}日" in head


def test_a_plain_form_sends_a_message(client: Client, conversation, buyer):
    client.force_login(buyer)
    response = client.post(
        conversation.get_absolute_url(), {"body": "好的", "files": [SimpleUploadedFile("a.txt", b"abc")]}
    )
    message = Message.objects.get()
    assert response.url == f"{conversation.get_absolute_url()}#message-{message.pk}"
    assert (message.body, message.attachments.get().name) == ("好的", "a.txt")


def test_a_script_gets_the_bubble_or_the_sentence_why_not(client: Client, conversation, buyer):
    client.force_login(buyer)
    address, accept = conversation.get_absolute_url(), {"Accept": "application/json"}

    sent = client.post(address, {"body": "好的"}, headers=accept)
    refused = client.post(address, {"body": " "}, headers=accept)

    assert sent.status_code == 201
    assert (sent.json()["body"], sent.json()["mine"]) == ("好的", True)
    assert "sender_id" not in sent.json()
    assert refused.status_code == 409
    assert refused.json()["code"] == "empty"
    assert Message.objects.count() == 1


def test_a_script_learns_by_its_code_whether_words_are_warned_of_or_held_and_may_confirm_under_the_same_name(
    client: Client, conversation, buyer
):
    client.force_login(buyer)
    address, accept = conversation.get_absolute_url(), {"Accept": "application/json"}
    words = {"body": "加我微信 moon_0413 聊", "client_id": str(uuid4())}

    warned = client.post(address, words, headers=accept)
    assert (warned.status_code, warned.json()["code"]) == (409, "contact_warning")
    assert "加我微信" in warned.json()["message"]
    assert not Message.objects.exists()
    assert client.post(address, words | {"confirmed": "1"}, headers=accept).json()["client_id"] == words["client_id"]

    payment = {"body": "这单不走平台了，直接转我支付宝", "confirmed": "1", "client_id": str(uuid4())}
    held = client.post(address, payment, headers=accept)
    assert (held.status_code, held.json()["code"]) == (409, "held")
    assert Message.objects.count() == 1


def test_strangers_find_no_conversation_and_no_file(client: Client, conversation, buyer, stranger):
    attachment = say(conversation, buyer, files=[SimpleUploadedFile("a.txt", b"abc")]).attachments.get()
    addresses = [conversation.get_absolute_url(), reverse("messaging:attachment", args=[attachment.pk])]
    assert [client.get(address).status_code for address in addresses] == [302, 302]
    client.force_login(stranger)
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    assert client.post(addresses[0], {"body": "我也来"}).status_code == 404
    assert Message.objects.count() == 1


def test_a_file_is_saved_and_never_shown(client: Client, conversation, buyer, seller):
    file = SimpleUploadedFile("页面.html", b"<script>alert(1)</script>", content_type="text/html")
    attachment = say(conversation, buyer, files=[file]).attachments.get()
    client.force_login(seller)
    response = client.get(reverse("messaging:attachment", args=[attachment.pk]))
    assert b"".join(response.streaming_content) == b"<script>alert(1)</script>"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment")


def test_starting_opens_the_conversation_about_the_gig(client: Client, buyer, seller):
    gig = make_gig(seller=seller)
    client.force_login(buyer)
    address = reverse("messaging:start", args=[seller.profile.handle])
    assert client.get(address, {"gig": gig.pk}).status_code == 200
    assert not Conversation.objects.exists()

    response = client.post(address, {"gig": gig.pk})

    conversation = Conversation.objects.get()
    assert response.url == conversation.get_absolute_url()
    assert (conversation.buyer, conversation.seller, conversation.gig) == (buyer, seller, gig)


def test_who_has_to_log_in_first_still_asks_about_the_service(client: Client, buyer, seller):
    gig = make_gig(seller=seller)
    page = client.get(gig.get_absolute_url()).content.decode()
    address = re.search(r'id="start-talk" action="([^"]+)"', page)[1]
    led = client.post(address)
    back = parse_qs(urlsplit(led.url).query)["next"][0]
    client.force_login(buyer)
    assert client.get(back).context["gig"] == gig
    assert client.post(address).url == Conversation.objects.get(gig=gig).get_absolute_url()


def test_the_first_message_comes_back_to_the_page_it_was_written_on(client: Client, buyer, seller):
    client.force_login(buyer)
    address = reverse("messaging:start", args=[seller.profile.handle])
    here = client.post(address, {"body": "在吗", "next": "/orders/ABC/"})
    away = client.post(address, {"body": "在吗", "next": "https://elsewhere.example/"})
    assert here.url.startswith("/orders/ABC/#message-")
    assert away.url.startswith(Conversation.objects.get().get_absolute_url())


def test_writing_to_nobody_is_404_and_to_oneself_a_refusal(client: Client, seller):
    client.force_login(seller)
    assert client.post(reverse("messaging:start", args=["nobody"])).status_code == 404
    assert client.post(reverse("messaging:start", args=[seller.profile.handle])).status_code == 409
    assert not Conversation.objects.exists()


def talk(order, user, other):
    request = RequestFactory().get("/orders/ABC/")
    request.user = user
    template = Template("{% load messaging %}{% order_talk order user other %}")
    given = {"request": request, "order": order, "user": user, "other": other, "csrf_token": "token"}
    return template.render(Context(given))


def test_an_order_shows_the_last_three_messages_about_it_and_a_form(
    conversation, buyer, seller, django_assert_max_num_queries
):
    order = make_paid_order(buyer=buyer, gig=make_gig(seller=seller))
    say(conversation, seller, "另一件事")
    assert "第" not in talk(order, buyer, seller)
    about_it = services.order_conversation(order=order)
    for number in range(5):
        say(about_it, seller, f"第{number}句")
    with django_assert_max_num_queries(5):
        shown = talk(order, buyer, seller)
    assert "第1句" not in shown
    assert "另一件事" not in shown
    assert all(f"第{number}句" in shown for number in (2, 3, 4))
    assert reverse("messaging:about_order", args=[order.number]) in shown
    assert 'name="next" value="/orders/ABC/"' in shown
    assert 'value="token"' in shown


def test_the_first_message_about_an_order_begins_its_conversation(client: Client, buyer, seller, stranger):
    order = make_paid_order(buyer=buyer, gig=make_gig(seller=seller))
    address = reverse("messaging:about_order", args=[order.number])
    client.force_login(seller)
    assert client.get(address).url == f"{order.get_absolute_url()}#talk"
    answer = client.post(address, {"body": "草图好了", "next": order.get_absolute_url()})
    message = Message.objects.get()
    assert (message.conversation.order, message.sender) == (order, seller)
    assert answer.url == f"{order.get_absolute_url()}#message-{message.pk}"
    assert client.get(address).url == message.conversation.get_absolute_url()
    client.force_login(stranger)
    assert client.post(address, {"body": "我也来"}).status_code == 404
    assert Message.objects.count() == 1
