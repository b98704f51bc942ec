"""Starting conversations, sending, reading: what happens, and that a refusal changes nothing."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone, translation

from marketplace.accounts.services import suspend_person
from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.messaging import push, selectors, services
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.models import Conversation, Message, MessageAttachment, Participant
from marketplace.messaging.services import receipts, writing
from marketplace.notifications.models import Notification
from tests.factories import make_gig, make_moderator, make_user

pytestmark = pytest.mark.django_db


def stored_files():
    root = Path(storages["private"].location)
    return [path for path in root.rglob("*") if path.is_file()]


def say(conversation, sender, body="你好", **kwargs):
    return services.send_message(conversation_id=conversation.pk, sender=sender, body=body, **kwargs)


@pytest.fixture
def pushed(monkeypatch):
    """Events that would have gone to open windows."""
    events = []
    monkeypatch.setattr(push, "publish", lambda frame, *, people, unread=(): events.append((frame, sorted(people))))
    return events


# Starting


def test_two_people_have_one_conversation(conversation, buyer, seller):
    assert services.start_conversation(buyer=buyer, seller=seller) == conversation
    assert Conversation.objects.count() == 1


def test_it_is_the_same_one_when_the_seller_buys_in_turn(conversation, buyer, seller):
    assert services.start_conversation(buyer=seller, seller=buyer) == conversation
    assert Conversation.objects.count() == 1


def test_nobody_talks_to_themself(seller):
    with pytest.raises(MessagingError) as refusal:
        services.start_conversation(buyer=seller, seller=seller)
    assert refusal.value.code == MessagingErrorCode.ONESELF
    assert not Conversation.objects.exists()


def test_a_gig_becomes_what_the_conversation_is_about(conversation, buyer, seller):
    gig = make_gig(seller=seller)
    services.start_conversation(buyer=buyer, seller=seller, gig=gig)
    conversation.refresh_from_db()
    assert conversation.gig == gig


def test_anybody_may_write_to_a_seller(buyer, seller):
    conversation = services.open_conversation(user=buyer, other=seller)
    assert (conversation.buyer, conversation.seller) == (buyer, seller)


def test_nobody_starts_a_conversation_with_somebody_who_sells_nothing(buyer, seller, stranger):
    for user in (seller, stranger):
        with pytest.raises(MessagingError) as refusal:
            services.open_conversation(user=user, other=buyer)
        assert refusal.value.code == MessagingErrorCode.NOT_A_SELLER
    assert not Conversation.objects.exists()


def test_who_was_refused_has_used_up_nothing_of_the_hour(buyer, stranger, seller):
    set_config(key="messaging.new_per_hour", value=1, reason="test")
    with pytest.raises(MessagingError):
        services.open_conversation(user=stranger, other=buyer)
    assert services.open_conversation(user=stranger, other=seller).buyer == stranger


def test_a_seller_answers_in_the_conversation_the_buyer_began(conversation, buyer, seller):
    assert services.open_conversation(user=seller, other=buyer) == conversation


# Sending


def test_a_message_reaches_the_other_side(conversation, buyer, seller, pushed, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        message = say(conversation, buyer, " 想做一个小程序。\r\n大概什么价？ ")

    conversation.refresh_from_db()
    assert message.body == "想做一个小程序。\n大概什么价？"
    assert conversation.last_message_at == message.created_at
    assert selectors.unread_count(seller) == 1
    assert list(selectors.unread_messages(seller)) == [message]
    assert selectors.unread_count(buyer) == 0
    ((frame, people),) = pushed
    assert (frame["type"], frame["conversation"], frame["sequence"]) == ("message", conversation.pk, 1)
    assert (frame["id"], frame["from"]) == (message.pk, "buyer")
    assert people == sorted([buyer.pk, seller.pk])


def test_ten_messages_are_one_unread_notification(conversation, buyer, seller):
    for number in range(10):
        say(conversation, buyer, f"第{number}句")
    lines = Notification.objects.filter(recipient=seller)
    assert [line.body for line in lines] == ["第9句"]
    assert lines[0].url == conversation.get_absolute_url()
    assert not Notification.objects.filter(recipient=buyer).exists()


def test_after_reading_the_next_message_notifies_anew(conversation, buyer, seller):
    say(conversation, buyer)
    services.mark_read(conversation_id=conversation.pk, reader=seller)
    say(conversation, buyer)
    assert Notification.objects.filter(recipient=seller).count() == 2
    assert Notification.objects.filter(recipient=seller, read_at=None).count() == 1


def test_the_notification_is_in_the_language_of_the_site_whoever_writes(conversation, buyer, seller):
    with translation.override("en"):
        say(conversation, buyer)
    assert Notification.objects.get(recipient=seller).url == f"/messages/{conversation.pk}/"


def test_files_go_along_under_names_of_ours(conversation, buyer):
    file = SimpleUploadedFile("../../小满茶 菜单.PDF", b"%PDF-1.7")
    message = say(conversation, buyer, "", files=[file])
    attachment = message.attachments.get()
    assert (attachment.name, attachment.size) == ("小满茶 菜单.PDF", 8)
    assert attachment.file.name.startswith("messages/")
    assert "菜单" not in attachment.file.name
    assert len(attachment.sha256) == 64
    assert attachment.file.read() == b"%PDF-1.7"
    assert Notification.objects.get().body == "小满茶 菜单.PDF"


REFUSALS = {
    MessagingErrorCode.EMPTY: {"body": " \n "},
    MessagingErrorCode.TOO_LONG: {"body": "长" * 2001},
    MessagingErrorCode.TOO_MANY_FILES: {"files": [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(6)]},
}


@pytest.mark.parametrize("code", REFUSALS)
def test_what_does_not_fit_is_refused_and_leaves_nothing(conversation, buyer, code):
    before = Conversation.objects.values().get()
    with pytest.raises(MessagingError) as refusal:
        say(conversation, buyer, **REFUSALS[code])
    assert refusal.value.code == code
    assert refusal.value.message
    assert Conversation.objects.values().get() == before
    assert not Message.objects.exists()
    assert not Notification.objects.exists()
    assert stored_files() == []


def test_a_file_that_is_too_large_is_refused(conversation, buyer):
    large = SimpleUploadedFile("录像.mp4", b"x")
    large.size = 20 * 1024 * 1024 + 1
    with pytest.raises(MessagingError) as refusal:
        say(conversation, buyer, files=[large])
    assert refusal.value.code == MessagingErrorCode.FILE_TOO_LARGE
    assert "录像.mp4" in refusal.value.message
    assert not MessageAttachment.objects.exists()
    assert stored_files() == []


def test_a_stranger_cannot_write_into_a_conversation(conversation, stranger):
    with pytest.raises(MessagingError) as refusal:
        say(conversation, stranger, files=[SimpleUploadedFile("x.txt", b"x")])
    assert refusal.value.code == MessagingErrorCode.NOT_PARTICIPANT
    assert not Message.objects.exists()
    assert stored_files() == []


def test_a_message_that_cannot_be_stored_takes_its_files_back(
    conversation, buyer, monkeypatch, django_capture_on_commit_callbacks
):
    def fail(**kwargs):
        raise RuntimeError("no notification")

    monkeypatch.setattr(writing, "notify_latest", fail)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError):
        say(conversation, buyer, files=[SimpleUploadedFile("x.txt", b"x")])
    assert not Message.objects.exists()
    assert stored_files() == []


def test_a_message_is_kept_when_nobody_can_be_told(conversation, buyer, settings, django_capture_on_commit_callbacks):
    settings.LIVE = settings.LIVE | {"url": "redis://127.0.0.1:1/0"}
    with django_capture_on_commit_callbacks(execute=True):
        say(conversation, buyer)
    assert Message.objects.count() == 1


# Reading


def test_reading_clears_both_counts_and_tells_the_writer(
    conversation, buyer, seller, pushed, django_capture_on_commit_callbacks
):
    say(conversation, buyer)
    with django_capture_on_commit_callbacks(execute=True):
        services.mark_read(conversation_id=conversation.pk, reader=seller)
        services.mark_read(conversation_id=conversation.pk, reader=seller)

    assert selectors.unread_count(seller) == 0
    assert not Notification.objects.filter(recipient=seller, read_at=None).exists()
    read = {"type": "read", "conversation": conversation.pk, "from": "seller", "sequence": 1}
    assert [frame for frame, _people in pushed] == [read]
    conversation.refresh_from_db()
    assert conversation.seller_read_at == conversation.last_message_at  # what the release before reads


def test_the_line_of_a_message_that_comes_while_one_reads_stays_unread(conversation, buyer, seller, monkeypatch):
    say(conversation, buyer, "一")
    mark = receipts.mark_url_read

    def just_before(**named):
        say(conversation, buyer, "二")
        return mark(**named)

    monkeypatch.setattr(receipts, "mark_url_read", just_before)
    services.mark_read(conversation_id=conversation.pk, reader=seller)
    assert Notification.objects.get(recipient=seller, read_at=None).body == "二"
    assert selectors.unread_count(seller) == 1


def test_a_stranger_reads_nothing(conversation, buyer, seller, stranger):
    say(conversation, buyer)
    with pytest.raises(MessagingError):
        services.mark_read(conversation_id=conversation.pk, reader=stranger)
    assert selectors.unread_count(seller) == 1


def test_the_inbox_lists_the_newest_first_in_one_query(
    conversation, buyer, seller, stranger, django_assert_num_queries
):
    empty_conversation = services.start_conversation(buyer=stranger, seller=seller)
    say(conversation, buyer, "一")
    say(conversation, buyer, "二")
    with django_assert_num_queries(1):
        rows = selectors.inbox(seller)
    assert [(row.other, row.excerpt, row.unread) for row in rows] == [(buyer, "二", 2)]
    say(empty_conversation, stranger, "三")
    assert [row.excerpt for row in selectors.inbox(seller)] == ["三", "二"]
    assert [row.unread for row in selectors.inbox(buyer)] == [0]


def test_a_long_thread_is_shown_in_stretches(conversation, buyer):
    messages = [say(conversation, buyer, str(number)) for number in range(7)]
    newest = selectors.thread(conversation, limit=3)
    assert [message.body for message in newest.messages] == ["4", "5", "6"]
    assert newest.earlier_before == messages[4].sequence == 5
    earlier = selectors.thread(conversation, before=newest.earlier_before, limit=4)
    assert [message.body for message in earlier.messages] == ["0", "1", "2", "3"]
    assert earlier.earlier_before is None
    assert earlier.later_after == 4
    later = selectors.thread(conversation, after=earlier.later_after, limit=2)
    assert [message.body for message in later.messages] == ["4", "5"]
    assert (later.earlier_before, later.later_after) == (5, 6)


def test_the_badge_reads_the_new_messages_of_ones_own_conversations_and_no_others(buyer, seller):
    """Every page asks for it: a scan of all messages would slow the whole site as the talk grows."""
    now = timezone.now()
    people = [make_user() for _one in range(7)]
    talks = Conversation.objects.bulk_create(
        [Conversation(buyer=one, seller=other) for one in people for other in people if one != other]
    )
    mine = Conversation.objects.create(buyer=buyer, seller=seller)
    Participant.objects.bulk_create(
        Participant(conversation=talk, user=user, role=role, joined_at=now)
        for talk in [*talks, mine]
        for user, role in ((talk.buyer, "buyer"), (talk.seller, "seller"))
    )
    Message.objects.bulk_create(
        Message(conversation=talk, sender=talk.seller, sequence=number, body="你好", created_at=now)
        for number in range(1, 301)  # everybody talks at the same time: neighbours in the table are strangers
        for talk in [*talks, mine]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_message, messaging_conversation, messaging_participant")
    plan = selectors.unread_total(buyer).explain()
    assert "messaging_message_number" in plan, plan
    assert "Seq Scan on messaging_message" not in plan, plan
    assert selectors.unread_count(buyer) == 300
    Participant.objects.filter(conversation=mine, user=buyer).update(read_sequence=300)
    assert (selectors.unread_count(buyer), selectors.unread_count(seller)) == (0, 0)


def test_who_was_suspended_a_moment_ago_sends_nothing(conversation, buyer):
    ends_at = clock.now() + timedelta(days=1)
    suspend_person(user_id=buyer.pk, staff=make_moderator(), reason="私下交易", ends_at=ends_at)
    assert buyer.is_active  # as it was read by a window that is still open
    with pytest.raises(MessagingError) as refusal:
        services.send_message(conversation_id=conversation.pk, sender=buyer, body="加我微信")
    assert refusal.value.code == MessagingErrorCode.SENDER_INACTIVE
    assert not Message.objects.exists()
