"""What one does on the page of a conversation, with plain forms and with polling: quote, edit, search, read on, put away."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.messaging import selectors, services
from marketplace.messaging.models import Message
from marketplace.orders.services import accept_delivery
from tests.factories import make_delivered_order, make_gig, make_paid_order, make_user
from tests.messaging.test_services import say

pytestmark = pytest.mark.django_db


@pytest.fixture
def theirs(client: Client, conversation, seller):
    client.force_login(seller)
    return client


@pytest.fixture
def ours(conversation, buyer):
    client = Client()
    client.force_login(buyer)
    return client


def page_of(client, conversation, **query):
    return client.get(conversation.get_absolute_url(), query).content.decode()


def test_a_page_has_one_mark_for_its_form_so_that_two_taps_are_one_message(conversation, ours):
    typed = {
        "body": "好的",
        "client_id": ours.get(conversation.get_absolute_url()).context["form"].data.get("client_id"),
    }
    page = page_of(ours, conversation)
    mark = page.split('name="client_id"')[1].split('value="')[1].split('"')[0]
    typed["client_id"] = mark
    first = ours.post(conversation.get_absolute_url(), typed)
    again = ours.post(conversation.get_absolute_url(), typed)
    assert first.url == again.url
    assert Message.objects.count() == 1


def test_what_is_quoted_stands_above_the_answer(conversation, buyer, ours, theirs):
    question = say(conversation, buyer, "两家店一共多少钱？")
    page = page_of(theirs, conversation, quote=question.sequence)
    assert f'name="quoted" autocomplete="off" value="{question.sequence}"' in page
    theirs.post(conversation.get_absolute_url(), {"body": "三千四", "quoted": question.sequence})
    assert Message.objects.get(body="三千四").quoted == question
    assert "bubble__quote" in page_of(ours, conversation)


def test_edit_and_withdraw_are_offered_for_two_minutes_to_who_wrote_it(conversation, buyer, ours, theirs):
    message = say(conversation, buyer, "三百块")
    edit = reverse("messaging:edit", args=[conversation.pk, message.sequence])
    withdraw = reverse("messaging:withdraw", args=[conversation.pk, message.sequence])
    assert edit in page_of(ours, conversation)
    assert edit not in page_of(theirs, conversation)
    assert theirs.post(edit, {"body": "改别人的"}).status_code == 404
    assert theirs.post(withdraw).status_code == 404
    ours.post(edit, {"body": "五百块"})
    shown = page_of(theirs, conversation)
    assert "五百块" in shown
    assert "三百块" not in shown
    with clock.moved_to(clock.now() + timedelta(minutes=3)):
        assert edit not in page_of(ours, conversation)
        late = ours.post(edit, {"body": "七百块"})
        assert late.status_code == 422
        assert "七百块" in late.content.decode()
    ours.post(withdraw)
    assert "五百块" not in page_of(theirs, conversation)
    assert Message.objects.get().is_withdrawn


def test_one_reads_on_in_both_directions_by_number(conversation, buyer, theirs, monkeypatch):
    monkeypatch.setattr("marketplace.messaging.selectors.threads.THREAD_LENGTH", 3)
    monkeypatch.setattr(selectors, "THREAD_LENGTH", 3)
    set_config(key="messaging.per_minute", value=0, reason="试")
    for number in range(1, 61):
        say(conversation, buyer, f"（{number}）")
    newest = page_of(theirs, conversation)
    assert "（60）" in newest
    assert "（10）" not in newest
    earlier = reverse("messaging:earlier", args=[conversation.pk, 11])
    assert earlier in newest
    above = theirs.get(earlier).content.decode()
    assert "（10）" in above
    assert "（11）" not in above
    around = page_of(theirs, conversation, around=5)
    assert ">（5）<" in around
    assert ">（60）</p>" not in around
    assert "data-chat-poll" not in around  # it does not show the newest


def test_a_page_without_a_socket_asks_for_what_is_new_and_what_was_changed(conversation, buyer, seller, ours, theirs):
    first = say(conversation, buyer, "一")
    page = page_of(theirs, conversation)
    address = page.split('data-chat-poll hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert 'hx-trigger="every' in page
    say(conversation, buyer, "二")
    services.edit_message(conversation_id=conversation.pk, sequence=1, editor=buyer, body="壹")
    answer = theirs.get(address).content.decode()
    assert "二" in answer
    assert f'id="message-{first.pk}"' in answer
    assert 'hx-swap-oob="true"' in answer
    assert "壹" in answer
    assert reverse("messaging:news", args=[conversation.pk, 2]) in answer
    assert selectors.unread_count(seller) == 0
    again = theirs.get(urlsplit(address).path.replace("/1/", "/2/")).content.decode()
    assert "二" not in again


def test_the_mark_of_reading_reaches_a_page_that_polls(conversation, buyer, seller, ours):
    message = say(conversation, buyer, "看到了吗")
    page = page_of(ours, conversation)
    assert 'data-mark="sent"' in page
    address = page.split('data-chat-poll hx-get="')[1].split('"')[0].replace("&amp;", "&")
    services.mark_delivered(conversation_id=conversation.pk, receiver=seller, up_to=1)
    assert 'data-mark="delivered"' in page_of(ours, conversation)
    services.mark_read(conversation_id=conversation.pk, reader=seller)
    answer = ours.get(address).content.decode()
    assert f'id="message-{message.pk}"' in answer
    assert 'data-mark="read"' in answer


def test_one_finds_words_and_files_of_this_conversation_alone(conversation, buyer, seller, stranger, theirs):
    found = say(conversation, buyer, "<b>储值</b>要能退")
    gone = say(conversation, buyer, "储值的旧说法")
    services.withdraw_message(conversation_id=conversation.pk, sequence=gone.sequence, user=buyer)
    elsewhere = services.start_conversation(buyer=stranger, seller=seller)
    say(elsewhere, stranger, "别处的储值")
    address = reverse("messaging:search", args=[conversation.pk])
    page = theirs.get(address, {"q": "储值"}).content.decode()
    assert "&lt;b&gt;<mark>储值</mark>&lt;/b&gt;" in page
    assert f"?around={found.sequence}#message-{found.pk}" in page
    assert "旧说法" not in page
    assert "别处" not in page
    assert theirs.get(reverse("messaging:search", args=[elsewhere.pk]), {"q": "储值"}).status_code == 200
    other = Client()
    other.force_login(stranger)
    assert other.get(address, {"q": "储值"}).status_code == 404


def test_what_is_put_away_is_back_when_something_is_said(conversation, buyer, theirs):
    say(conversation, buyer, "在吗")
    settings, inbox = reverse("messaging:settings", args=[conversation.pk]), reverse("messaging:inbox")
    told = theirs.post(settings, {"act": "archive"}, follow=True)
    assert "已归档" in told.content.decode()
    assert theirs.get(inbox).context["rows"] == []
    assert len(theirs.get(inbox, {"show": "archived"}).context["rows"]) == 1
    with clock.moved_to(clock.now() + timedelta(seconds=5)):
        say(conversation, buyer, "还在吗")
    assert len(theirs.get(inbox).context["rows"]) == 1
    theirs.post(settings, {"act": "mute"})
    assert theirs.get(inbox).context["rows"][0].is_muted
    assert theirs.post(settings, {"act": "nonsense"}).status_code == 302


def test_what_was_put_away_by_mistake_is_taken_back_in_the_list(conversation, buyer, ours, theirs, stranger):
    say(conversation, buyer, "在吗")
    settings, inbox = reverse("messaging:settings", args=[conversation.pk]), reverse("messaging:inbox")
    told = theirs.post(settings, {"act": "archive"}, follow=True)
    assert told.context["put_away"] == conversation
    answer = theirs.post(settings, {"act": "unarchive", "from_list": "1"})
    assert answer.url == inbox
    assert len(theirs.get(inbox).context["rows"]) == 1
    # Neither who did not put it away nor a stranger reads that it was.
    other = Client()
    other.force_login(stranger)
    for client in (theirs, ours, other):
        assert client.get(inbox, {"put_away": conversation.pk}).context["put_away"] is None


def test_a_script_changes_a_message_without_the_page(conversation, buyer, ours, theirs):
    say(conversation, buyer, "明天交")
    edit = reverse("messaging:edit", args=[conversation.pk, 1])
    script = {"headers": {"accept": "application/json"}}
    assert ours.post(edit, {"body": "后天交"}, **script).status_code == 204
    assert "后天交" in page_of(theirs, conversation)
    warned = ours.post(edit, {"body": "加我微信 moyan_24"}, **script)
    assert (warned.status_code, warned.json()["code"].endswith("_warning")) == (409, True)
    assert ours.post(edit, {"body": "加我微信 moyan_24", "confirmed": "1"}, **script).status_code == 204
    empty = ours.post(edit, {"body": " "}, **script)
    assert empty.json()["message"]
    assert ours.post(edit, {"body": "后天交"}).status_code == 302  # the form of the page goes on working


def test_the_list_has_parts_and_finds_by_name_and_order(conversation, buyer, seller, theirs):
    order = make_paid_order(buyer=buyer, gig=make_gig(seller=seller))
    about_it = services.order_conversation(order=order)
    say(about_it, buyer, "订单里的话")
    say(conversation, seller, "下单前的话")
    inbox = reverse("messaging:inbox")

    def listed(**query):
        return [row.conversation for row in theirs.get(inbox, query).context["rows"]]

    assert listed() == [conversation, about_it]
    assert listed(show="orders") == [about_it]
    assert listed(show="unread") == [about_it]
    assert listed(q=order.number[:6]) == [about_it]
    assert listed(q=buyer.display_name) == [conversation, about_it]
    assert listed(q="没有这个人") == []


def test_a_long_list_is_read_on(buyer, seller, theirs, monkeypatch):
    monkeypatch.setattr(selectors, "INBOX_LENGTH", 2)
    talks = [services.start_conversation(buyer=make_user(name=f"买家{number}"), seller=seller) for number in range(5)]
    for number, talk in enumerate(talks):
        with clock.moved_to(clock.now() + timedelta(minutes=number)):
            say(talk, talk.buyer, f"第{number}位")
    shown, address = [], reverse("messaging:inbox")
    while address:
        page = theirs.get(address)
        shown += [row.conversation for row in page.context["rows"]]
        more = page.context["more_before"]
        address = f"{reverse('messaging:inbox')}?before={more}" if more else ""
    assert shown == talks[::-1]


def test_a_direct_conversation_leads_to_running_orders(conversation, buyer, seller, ours):
    order = make_paid_order(buyer=buyer, gig=make_gig(seller=seller))
    assert reverse("messaging:about_order", args=[order.number]) in page_of(ours, conversation)
    about_it = services.order_conversation(order=order)
    page = page_of(ours, about_it)
    assert order.get_absolute_url() in page
    assert reverse("messaging:about_order", args=[order.number]) not in page


def test_a_conversation_with_support_has_a_page(buyer, ours):
    talk = services.start_support(user=buyer)
    ours.post(talk.get_absolute_url(), {"body": "提现没到账"})
    page = page_of(ours, talk)
    assert "匠集客服" in page
    assert "提现没到账" in page
    assert "匠集客服" in ours.get(reverse("messaging:inbox")).content.decode()


def test_a_refused_message_keeps_its_words_in_the_box(conversation, ours):
    page = ours.post(conversation.get_absolute_url(), {"body": "长" * 2001})
    assert page.status_code == 422
    assert "长" * 2001 in page.content.decode()
    assert not Message.objects.exists()


def test_who_wrote_a_message_may_withdraw_it_in_the_words_of_messages_not_of_money(conversation, buyer, ours):
    say(conversation, buyer, "发错了")
    acts = re.search(r'class="bubble__acts">(.*?)</details>', page_of(ours, conversation), re.DOTALL)[1]
    assert "撤回" in acts
    assert "提现" not in acts


def test_what_happened_to_an_order_stands_in_its_conversation_where_it_happened(buyer, seller, ours):
    order = make_paid_order(buyer=buyer, gig=make_gig(seller=seller))
    about_it = services.order_conversation(order=order)
    for number in range(60):
        say(about_it, (buyer, seller)[number % 2], f"第{number}句")
    page = page_of(ours, about_it)
    assert "款项进入托管" not in page
    first = page_of(ours, about_it, before=11)
    assert first.index("款项进入托管") < first.index("第0句")
    assert "款项进入托管" not in page_of(ours, services.start_conversation(buyer=buyer, seller=seller))


def test_an_open_page_asks_for_what_happened_to_its_order_since(buyer, seller, stranger, ours):
    order = make_delivered_order(buyer=buyer, gig=make_gig(seller=seller))
    talk = services.order_conversation(order=order)
    news = reverse("messaging:order_news", args=[talk.pk])
    since = clock.now()
    with clock.moved_to(since + timedelta(seconds=5)):
        accept_delivery(order_id=order.pk, buyer=buyer)
    answer = ours.get(news, {"since": since.isoformat()})
    (line,) = answer.context["lines"]
    assert line.title in answer.content.decode()
    assert "已完成" in answer.content.decode()
    assert line.url in answer.content.decode()
    assert ours.get(news, {"since": "gestern"}).status_code == 404
    other = Client()
    other.force_login(stranger)
    assert other.get(news, {"since": since.isoformat()}).status_code == 404


def test_what_quotes_a_withdrawn_message_is_drawn_anew_in_open_pages(conversation, buyer, seller, theirs):
    say(conversation, buyer, "我的电话在这里")
    services.send_message(conversation_id=conversation.pk, sender=seller, body="收到", quoted=1)
    opened_at = clock.now()
    services.withdraw_message(conversation_id=conversation.pk, sequence=1, user=buyer)
    address = reverse("messaging:news", args=[conversation.pk, 2])
    answer = theirs.get(address, {"since": opened_at.isoformat()}).content.decode()
    assert answer.count("hx-swap-oob") == 2
    assert "我的电话" not in answer
    assert 'data-quotes="1"' in answer


@pytest.mark.parametrize("since", ["2026-99-99T00:00:00", "2026-01-01T00:00:00", "昨天"])
def test_a_moment_that_is_none_is_no_error(conversation, ours, since):
    address = reverse("messaging:news", args=[conversation.pk, 0])
    assert ours.get(address, {"since": since}).status_code == 200
