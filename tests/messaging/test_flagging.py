"""What leads past the platform: the writer is warned, moderators see it, and some of it waits until they have."""

import re
from datetime import time
from io import BytesIO
from uuid import uuid4

import pytest
import segno
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from marketplace.core.config import set_config
from marketplace.messaging import selectors, services
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.models import AwayReply, FlagStatus, Message, MessageFlag
from marketplace.moderation.models import AdminLog
from marketplace.notifications.models import Notification
from marketplace.safety import words
from marketplace.safety.models import Level, SensitiveWord
from tests.factories import make_paid_order, make_seller, make_user
from tests.logins import log_in
from tests.messaging.test_services import say

pytestmark = pytest.mark.django_db
CONTACT, PAYMENT = "加我微信 moon_0413 聊", "这单不走平台了，直接转我支付宝"


@pytest.fixture
def moderator(db):
    return make_user(name="审核员")


def send(conversation, sender, body, **more):
    return services.send_message(conversation_id=conversation.pk, sender=sender, body=body, **more)


def refusal(conversation, sender, body, **more):
    with pytest.raises(MessagingError) as caught:
        send(conversation, sender, body, **more)
    return caught.value


def read(attachment) -> bytes:
    with storages["private"].open(attachment.file.name) as file:
        return file.read()


def hold(conversation, sender, body=PAYMENT, **more):
    assert refusal(conversation, sender, body, confirmed=True, **more).code == MessagingErrorCode.HELD
    return MessageFlag.objects.latest("pk")


def test_the_writer_is_warned_with_their_own_words_before_anything_is_sent(conversation, buyer):
    error = refusal(conversation, buyer, CONTACT)
    assert error.code == MessagingErrorCode.CONTACT_WARNING
    assert "加我微信" in error.message
    assert not Message.objects.exists()
    assert not MessageFlag.objects.exists()


def test_sent_all_the_same_it_goes_and_moderators_see_it(conversation, buyer, seller):
    message = send(conversation, buyer, CONTACT, confirmed=True)
    assert Notification.objects.get(recipient=seller).body == CONTACT
    flag = MessageFlag.objects.get()
    assert (flag.message, flag.sender, flag.level, flag.status) == (message, buyer, Level.FLAG, FlagStatus.OPEN)
    first = flag.findings[0]
    assert flag.words[first["start"] : first["end"]] == first["text"]
    assert first["kind"] == "wechat"


def test_what_is_harmless_goes_without_a_word(conversation, buyer):
    say(conversation, buyer, "微信小程序的登录页再改一版，3800 元可以")
    assert not MessageFlag.objects.exists()


def test_the_platform_decides_how_far_it_goes(conversation, buyer):
    set_config(key="safety.contacts_level", value=Level.NOTHING, reason="试")
    say(conversation, buyer, CONTACT)
    set_config(key="safety.contacts_level", value=Level.WARN, reason="试")
    assert refusal(conversation, buyer, CONTACT).code == MessagingErrorCode.CONTACT_WARNING
    send(conversation, buyer, CONTACT, confirmed=True)
    assert not MessageFlag.objects.exists()


def test_about_an_order_contact_details_are_only_warned_of(buyer):
    conversation = services.order_conversation(order=make_paid_order(buyer=buyer))
    assert refusal(conversation, buyer, "样品到了打我电话 13867120945").code == MessagingErrorCode.CONTACT_WARNING
    send(conversation, buyer, "样品到了打我电话 13867120945", confirmed=True)
    assert not MessageFlag.objects.exists()
    hold(conversation, buyer)


def test_people_give_support_their_number(buyer):
    conversation = services.start_support(user=buyer)
    say(conversation, buyer, "我的手机 13867120945，请回电")
    assert not MessageFlag.objects.exists()


def test_asking_for_payment_elsewhere_is_held_back_and_nobody_gets_it(conversation, buyer, seller):
    assert "拦下" in refusal(conversation, buyer, PAYMENT).message
    hold(conversation, buyer)
    assert not Message.objects.exists()
    assert not Notification.objects.filter(recipient=seller).exists()
    conversation.refresh_from_db()
    assert conversation.last_sequence == 0


def test_the_same_sent_again_is_held_back_once(conversation, buyer):
    client_id = uuid4()
    first = hold(conversation, buyer, client_id=client_id)
    assert hold(conversation, buyer, client_id=client_id) == first
    assert MessageFlag.objects.count() == 1


def test_a_released_message_is_delivered_with_its_files_as_the_newest_one(conversation, buyer, seller, moderator):
    quoted = say(conversation, seller, "怎么付款？")
    flag = hold(
        conversation,
        buyer,
        files=[SimpleUploadedFile("报价.pdf", b"%PDF-1")],
        client_id=uuid4(),
        quoted=quoted.sequence,
    )
    say(conversation, buyer, "在吗")
    assert services.clear_flag(flag_id=flag.pk, moderator=moderator)
    flag.refresh_from_db()
    message = flag.message
    assert (message.body, message.sender, message.sequence, message.quoted) == (PAYMENT, buyer, 3, quoted)
    assert message.client_id == flag.client_id
    (attachment,) = message.attachments.all()
    assert (attachment.name, read(attachment)) == ("报价.pdf", b"%PDF-1")
    assert flag.status == FlagStatus.CLEARED
    assert Notification.objects.filter(recipient=buyer, body__contains=PAYMENT).exists()
    assert not services.clear_flag(flag_id=flag.pk, moderator=moderator)
    assert Message.objects.count() == 3


def test_a_held_message_against_the_rules_is_never_delivered_and_its_writer_reads_why(conversation, buyer, moderator):
    flag = hold(conversation, buyer)
    assert services.uphold_flag(flag_id=flag.pk, moderator=moderator, words="请在平台内付款。")
    assert not Message.objects.exists()
    assert "请在平台内付款。" in Notification.objects.get(recipient=buyer).body
    assert not services.uphold_flag(flag_id=flag.pk, moderator=moderator, words="再来")
    assert AdminLog.objects.get().data["flag"] == flag.pk


def test_a_message_against_the_rules_is_taken_out_of_the_conversation(conversation, buyer, seller, moderator):
    message = send(conversation, buyer, CONTACT, confirmed=True)
    services.uphold_flag(flag_id=MessageFlag.objects.get().pk, moderator=moderator, words="请不要留微信。")
    message.refresh_from_db()
    assert (message.body, message.is_withdrawn) == ("", True)
    assert [revision.body for revision in message.revisions.all()] == [CONTACT]
    assert CONTACT not in str(selectors.inbox(seller))


def test_nobody_is_said_to_have_withdrawn_what_a_moderator_took_out(conversation, buyer, seller, moderator):
    send(conversation, buyer, CONTACT, confirmed=True)
    services.uphold_flag(flag_id=MessageFlag.objects.get().pk, moderator=moderator, words="请不要留微信。")
    for person, said in ((buyer, "你的一条消息因违反规则被移除。"), (seller, "这条消息已被平台移除。")):
        client = log_in(person)
        page = client.get(conversation.get_absolute_url()).content.decode()
        assert said in page
        assert "[已被平台移除]" in client.get(reverse("messaging:inbox")).content.decode()
        assert "撤回了" not in page
        assert "已撤回" not in page
    line = Notification.objects.get(recipient=seller)
    assert line.body == "[已被平台移除]"


def test_what_its_writer_withdrew_is_still_said_to_be_withdrawn(conversation, buyer, seller):
    message = send(conversation, buyer, CONTACT, confirmed=True)
    services.withdraw_message(conversation_id=conversation.pk, sequence=message.sequence, user=buyer)
    client = log_in(seller)
    page = client.get(conversation.get_absolute_url()).content.decode()
    assert "这条消息已撤回。" in page
    assert "已被平台移除" not in page


def test_a_decision_needs_a_reason_and_somebody_who_takes_no_part(conversation, buyer, seller, moderator):
    flag = hold(conversation, buyer)
    with pytest.raises(MessagingError) as missing:
        services.uphold_flag(flag_id=flag.pk, moderator=moderator, words=" ")
    assert missing.value.code == MessagingErrorCode.FLAG_REASON_MISSING
    for own in (buyer, seller):
        with pytest.raises(MessagingError) as caught:
            services.clear_flag(flag_id=flag.pk, moderator=own)
        assert caught.value.code == MessagingErrorCode.FLAG_OWN_CASE
    flag.refresh_from_db()
    assert flag.status == FlagStatus.OPEN
    assert not Message.objects.exists()


def test_who_goes_on_and_on_is_held_back(conversation, buyer, moderator):
    set_config(key="safety.flags_before_hold", value=2, reason="试")
    for number in range(2):
        send(conversation, buyer, f"加我微信 moon_041{number}", confirmed=True)
    hold(conversation, buyer, CONTACT)
    # What was cleared does not count against anybody.
    for flag in MessageFlag.objects.filter(message__isnull=False):
        services.clear_flag(flag_id=flag.pk, moderator=moderator)
    send(conversation, buyer, "加我微信 moon_0419", confirmed=True)


def test_a_number_sent_in_pieces_is_found_with_its_last_piece(conversation, buyer, seller):
    say(conversation, buyer, "138")
    say(conversation, seller, "什么意思？")
    say(conversation, buyer, "5712")
    assert refusal(conversation, buyer, "3460").code == MessagingErrorCode.CONTACT_WARNING


def test_a_code_in_a_picture_is_read_and_a_picture_without_one_goes(conversation, buyer):
    buffer = BytesIO()
    segno.make("https://u.wechat.com/MHlx8Kc0Fz7vGm2").save(buffer, kind="png", scale=6)
    code = SimpleUploadedFile("名片.png", buffer.getvalue(), "image/png")
    assert refusal(conversation, buyer, "这是我的名片", files=[code]).code == MessagingErrorCode.CONTACT_WARNING
    sent = send(conversation, buyer, "这是我的名片", files=[code], confirmed=True)
    assert read(sent.attachments.get()) == buffer.getvalue()
    assert MessageFlag.objects.get().findings == [
        {"kind": "code_wechat", "text": "https://u.wechat.com/MHlx8Kc0Fz7vGm2"}
    ]
    send(conversation, buyer, "", files=[SimpleUploadedFile("说明.pdf", b"%PDF-1")])


def test_a_watched_word_has_its_own_level_up_to_the_platforms(conversation, buyer):
    words.forget_words()
    SensitiveWord.objects.create(word="测试词丙", level=Level.HOLD)
    assert refusal(conversation, buyer, "测 试 词 丙").code == MessagingErrorCode.WORDS_WARNING
    hold(conversation, buyer, "测试词丙")
    set_config(key="safety.words_level_most", value=Level.WARN, reason="试")
    send(conversation, buyer, "测试词丙", confirmed=True)
    words.forget_words()


def test_an_edit_is_looked_at_as_a_new_message_is(conversation, buyer):
    message = say(conversation, buyer, "你好")

    def edit(body, **more):
        return services.edit_message(
            conversation_id=conversation.pk, sequence=message.sequence, editor=buyer, body=body, **more
        )

    with pytest.raises(MessagingError) as caught:
        edit(CONTACT)
    assert caught.value.code == MessagingErrorCode.CONTACT_WARNING
    for confirmed in (False, True):  # nobody is promised that it is only held back
        with pytest.raises(MessagingError) as caught:
            edit(PAYMENT, confirmed=confirmed)
        assert caught.value.code == MessagingErrorCode.EDIT_REFUSED
    message.refresh_from_db()
    assert message.body == "你好"
    edit(CONTACT, confirmed=True)
    assert MessageFlag.objects.get().words == CONTACT


def test_new_words_of_a_decided_message_are_a_case_again(conversation, buyer, moderator):
    message = send(conversation, buyer, CONTACT, confirmed=True)
    services.clear_flag(flag_id=MessageFlag.objects.get().pk, moderator=moderator)
    services.edit_message(
        conversation_id=conversation.pk, sequence=message.sequence, editor=buyer, body="加V moon_0500", confirmed=True
    )
    flag = MessageFlag.objects.get()
    assert (flag.status, flag.words, flag.decided_at) == (FlagStatus.OPEN, "加V moon_0500", None)


def test_one_writes_so_many_messages_a_minute_and_the_same_again_does_not_count(conversation, buyer, seller):
    set_config(key="messaging.per_minute", value=3, reason="试")
    client_id = uuid4()
    for _again in range(3):
        send(conversation, buyer, "一", client_id=client_id)
    send(conversation, buyer, "二")
    send(conversation, buyer, "三")
    assert refusal(conversation, buyer, "四").code == MessagingErrorCode.TOO_FAST
    assert Message.objects.count() == 3
    say(conversation, seller, "对方不受影响")


def test_one_begins_so_many_conversations_an_hour(conversation, buyer, seller):
    set_config(key="messaging.new_per_hour", value=1, reason="试")
    others = [make_seller(name=name) for name in ("甲", "乙")]
    services.open_conversation(user=buyer, other=others[0])
    with pytest.raises(MessagingError) as caught:
        services.open_conversation(user=buyer, other=others[1])
    assert caught.value.code == MessagingErrorCode.TOO_MANY_NEW
    assert services.open_conversation(user=buyer, other=seller) == conversation


def test_an_automatic_reply_goes_out_without_contact_details(seller):
    hours = {"hours_from": time(22), "hours_to": time(9), "is_on": True}
    with pytest.raises(MessagingError) as caught:
        services.set_away_reply(owner=seller, body="急事加我微信 moon_0413", **hours)
    assert caught.value.code == MessagingErrorCode.REPLY_REFUSED
    assert not AwayReply.objects.exists()
    services.set_away_reply(owner=seller, body="明早九点回复你。", **hours)


def test_what_is_held_back_stands_in_its_place_for_who_wrote_it_alone(conversation, buyer, seller, moderator):
    flag = hold(conversation, buyer)
    ours, theirs = Client(), Client()
    ours.force_login(buyer)
    theirs.force_login(seller)
    page, other = (client.get(conversation.get_absolute_url()).content.decode() for client in (ours, theirs))
    assert PAYMENT in page
    assert "审核中，对方暂时看不到" in page
    assert PAYMENT not in other
    services.uphold_flag(flag_id=flag.pk, moderator=moderator, words="请在平台付款。")
    assert "未送达。原因：请在平台付款。" in ours.get(conversation.get_absolute_url()).content.decode()
    assert "请在平台付款。" not in theirs.get(conversation.get_absolute_url()).content.decode()


def test_what_is_held_back_stands_no_more_in_the_box_of_a_plain_form(conversation, buyer):
    """Left there it would be sent again, and held again, and count again."""
    client = log_in(buyer)
    fields = {"body": PAYMENT, "confirmed": "1", "client_id": str(uuid4())}
    answer = client.post(conversation.get_absolute_url(), fields, follow=True)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count(PAYMENT) == 1
    assert "审核中，对方暂时看不到" in page
    assert answer.context["body"] == ""
    assert MessageFlag.objects.count() == 1


def test_an_automatic_reply_that_is_refused_stays_in_its_box(seller):
    fields = {"is_on": "on", "body": CONTACT, "hours_from": "09:00", "hours_to": "18:00"}
    answer = log_in(seller).post(reverse("messaging:away"), fields)
    assert answer.status_code == 422
    assert CONTACT in answer.content.decode()


def test_a_warning_is_put_into_words_in_the_language_of_who_reads_it(conversation, buyer):
    with pytest.raises(MessagingError) as caught:
        say(conversation, buyer, CONTACT)
    with translation.override("en"):
        assert not re.search("[，。你]", caught.value.message.replace(CONTACT, ""))
    assert "发送前请确认" in caught.value.message
