"""Words kept ready: quick replies with what is known filled in, and the answer of somebody who is away."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.messaging import selectors, services
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.models import AwayReply, Message, MessageTemplate
from marketplace.messaging.services import replies
from tests.factories import make_gig, make_paid_order, make_user, staff_group
from tests.logins import log_in
from tests.messaging.test_services import say

pytestmark = pytest.mark.django_db
CHINA = ZoneInfo("Asia/Shanghai")


def at(hour, day=1):
    return clock.moved_to(datetime(2026, 12, day, hour, 0, tzinfo=CHINA))


@pytest.fixture
def away(seller):
    return services.set_away_reply(
        owner=seller, body="已下班，明早九点回复您", hours_from=time(22), hours_to=time(9), is_on=True
    )


def test_a_quick_reply_knows_who_reads_it_and_what_it_is_about(buyer, seller):
    MessageTemplate.objects.create(title="平台的", body="请通过平台付款")
    services.save_template(owner=seller, title="报价", body="{name}您好，{service}可以做，订单{order}")
    order = make_paid_order(buyer=buyer, gig=make_gig(seller=seller))
    replies = selectors.quick_replies(seller, services.order_conversation(order=order))
    assert [reply.title for reply in replies] == ["报价", "平台的"]
    assert replies[0].body == f"{buyer.display_name}您好，{order.gig_title}可以做，订单{order.number}"
    direct = services.start_conversation(buyer=buyer, seller=seller)
    assert "{order}" in selectors.quick_replies(seller, direct)[0].body
    assert [reply.title for reply in selectors.quick_replies(buyer, direct)] == ["平台的"]
    with_support = services.start_support(user=seller)
    assert [reply.title for reply in selectors.quick_replies(seller, with_support)] == ["报价"]


def test_the_platforms_replies_are_in_the_language_of_who_writes(seller, conversation):
    for language in ("zh-hans", "en", ""):
        MessageTemplate.objects.create(title=language or "所有人", body="…", language=language)
    own = services.save_template(owner=seller, title="自己的", body="…")
    for language in ("zh-hans", "en"):
        with translation.override(language):
            replies = selectors.quick_replies(seller, conversation)
        assert [reply.title for reply in replies] == [own.title, language, "所有人"]


def test_quick_replies_are_kept_changed_and_deleted_by_their_owner(client: Client, seller, stranger):
    client.force_login(seller)
    client.post(reverse("messaging:replies"), {"title": "你好", "body": "您好，请问要做什么？"})
    template = MessageTemplate.objects.get(owner=seller)
    edit, delete = (reverse(f"messaging:{name}", args=[template.pk]) for name in ("edit_reply", "delete_reply"))
    other = Client()
    other.force_login(stranger)
    assert [other.post(address, {"title": "x", "body": "y"}).status_code for address in (edit, delete)] == [404, 404]
    client.post(edit, {"title": "问候", "body": "您好"})
    template.refresh_from_db()
    assert (template.title, template.body) == ("问候", "您好")
    client.post(delete)
    assert not MessageTemplate.objects.exists()


def test_there_is_a_most_of_them(seller, monkeypatch):
    monkeypatch.setattr(replies, "TEMPLATES_AT_MOST", 1)
    services.save_template(owner=seller, title="一", body="一")
    with pytest.raises(MessagingError) as refusal:
        services.save_template(owner=seller, title="二", body="二")
    assert refusal.value.code == MessagingErrorCode.TOO_MANY_TEMPLATES
    assert MessageTemplate.objects.count() == 1


def test_who_is_away_answers_by_themselves_and_has_read_nothing(conversation, buyer, seller, away):
    with at(23):
        say(conversation, buyer, "在吗")
    answer = Message.objects.get(kind="auto")
    assert (answer.sender, answer.body, answer.sequence) == (seller, "已下班，明早九点回复您", 2)
    assert selectors.unread_count(seller) == 1
    assert selectors.unread_count(buyer) == 1
    assert selectors.marks_of(conversation, buyer).read == 0


def test_it_stands_in_a_conversation_once_in_twelve_hours(conversation, buyer, seller, away):
    for hour, day in ((22, 1), (23, 1), (3, 2), (11, 2), (23, 2)):
        with at(hour, day):
            say(conversation, buyer, f"{day}日{hour}点")
    assert [message.body for message in Message.objects.order_by("sequence") if message.kind == "text"] == [
        "1日22点",
        "1日23点",
        "2日3点",
        "2日11点",
        "2日23点",
    ]
    assert Message.objects.filter(kind="auto").count() == 2


def test_the_page_says_how_often_it_answers_as_it_is_set(client: Client, seller):
    client.force_login(seller)
    address = reverse("messaging:replies")
    assert "同一会话每12小时最多一次" in client.get(address).content.decode()
    set_config(key="messaging.away_hours", value=1, reason="试")
    assert "同一会话每1小时最多一次" in client.get(address).content.decode()
    assert "at most once an hour" in client.get(f"/en{address}").content.decode()


def test_what_an_automatic_reply_may_not_say_is_named_in_the_language_of_the_page(client: Client, seller):
    client.force_login(seller)
    typed = {"is_on": "on", "body": "微信 moon_0413，电话 13912345678", "hours_from": "22:00", "hours_to": "09:00"}
    assert "moon_0413、13912345678" in client.post(reverse("messaging:away"), typed).content.decode()
    english = client.post(f"/en{reverse('messaging:away')}", typed).content.decode()
    assert "moon_0413, 13912345678" in english


@pytest.mark.parametrize(("hour", "answers"), [(21, 0), (22, 1), (8, 1), (9, 0)])
def test_the_hours_reach_over_midnight(conversation, buyer, away, hour, answers):
    with at(hour):
        say(conversation, buyer)
    assert Message.objects.filter(kind="auto").count() == answers


def test_who_is_in_the_middle_of_a_talk_is_not_away_whatever_the_hours_say(conversation, buyer, seller, away):
    with at(22):
        say(conversation, seller, "我还在")
        say(conversation, buyer, "那我等一下")
    assert not Message.objects.filter(kind="auto").exists()
    with at(23):
        say(conversation, buyer, "还在吗")
    assert Message.objects.filter(kind="auto").count() == 1


def test_an_announced_absence_is_all_day(conversation, buyer, seller, away):
    with at(12):
        today = clock.now().astimezone(CHINA).date()
        type(seller.profile).objects.filter(user=seller).update(away_from=today, away_until=today + timedelta(days=3))
        say(conversation, buyer)
    assert Message.objects.filter(kind="auto").count() == 1


def test_two_who_are_away_do_not_answer_each_other(conversation, buyer, seller, away):
    services.set_away_reply(owner=buyer, body="我也不在", hours_from=time(0), hours_to=time(0), is_on=True)
    with at(23):
        say(conversation, buyer, "在吗")
    assert list(Message.objects.order_by("sequence").values_list("kind", flat=True)) == ["text", "auto"]


def test_switched_off_it_says_nothing(client: Client, conversation, buyer, seller, away):
    client.force_login(seller)
    typed = {"body": "已下班", "hours_from": "22:00", "hours_to": "09:00"}
    assert client.post(reverse("messaging:away"), typed).status_code == 302
    assert not AwayReply.objects.get().is_on
    with at(23):
        say(conversation, buyer)
    assert Message.objects.count() == 1


def test_staff_keeps_the_platforms_replies_and_sees_nobodys_own(client, seller):
    own = services.save_template(owner=seller, title="我的", body="我自己的话")
    MessageTemplate.objects.create(title="平台的", body="请通过平台付款")
    administrator = make_user()
    administrator.groups.add(staff_group("administrator"))
    client = log_in(administrator)
    listed = client.get("/admin/snippets/messaging/messagetemplate/").content.decode()
    assert "请通过平台付款" in listed
    assert "我自己的话" not in listed
    for act in ("edit", "delete", "history", "usage"):
        assert client.get(f"/admin/snippets/messaging/messagetemplate/{act}/{own.pk}/").status_code == 404, act
    client.post(
        "/admin/snippets/messaging/messagetemplate/add/", {"title": "新的", "body": "{name}您好", "position": 1}
    )
    assert MessageTemplate.objects.get(title="新的").owner is None
