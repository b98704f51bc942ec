"""Editing and withdrawing: for two minutes, by who wrote it alone, and nothing is left of it for the other side."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from marketplace.core import clock
from marketplace.messaging import push, selectors, services
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.frames import message_frame
from marketplace.messaging.models import Message, MessageRevision
from marketplace.notifications import spreading
from marketplace.notifications.models import Channel, Dispatch, DispatchStatus, Notification
from tests.messaging.test_services import say

pytestmark = pytest.mark.django_db


def edit(message, editor, body="改过的话"):
    return services.edit_message(
        conversation_id=message.conversation_id, sequence=message.sequence, editor=editor, body=body
    )


def withdraw(message, user):
    return services.withdraw_message(conversation_id=message.conversation_id, sequence=message.sequence, user=user)


def later(minutes):
    return clock.moved_to(clock.now() + timedelta(minutes=minutes))


@pytest.fixture
def frames(monkeypatch):
    sent = []
    monkeypatch.setattr(push, "publish", lambda frame, *, people, unread=(): sent.append(frame))
    return sent


def test_new_words_take_the_place_of_the_old_ones_which_are_kept(
    conversation, buyer, seller, frames, django_capture_on_commit_callbacks
):
    message = say(conversation, buyer, "三百块")
    with django_capture_on_commit_callbacks(execute=True):
        edit(message, buyer, "五百块")
    message.refresh_from_db()
    assert (message.body, message.sequence) == ("五百块", 1)
    assert message.edited_at is not None
    assert [revision.body for revision in message.revisions.all()] == ["三百块"]
    (frame,) = frames
    assert (frame["type"], frame["sequence"], frame["body"]) == ("edited", 1, "五百块")
    assert Notification.objects.get(recipient=seller).body == "五百块"


def test_what_is_withdrawn_is_gone_from_everywhere_the_other_side_looks(
    conversation, buyer, seller, frames, django_capture_on_commit_callbacks
):
    message = say(conversation, buyer, "私人号码 12345", files=[SimpleUploadedFile("合同.pdf", b"%PDF")])
    say(conversation, seller, "收到", quoted=message.sequence)
    file = message.attachments.get()
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(message, buyer)
        withdraw(message, buyer)  # a second tap
    shown = selectors.thread(conversation).messages
    told = [message_frame(each, conversation) for each in shown]
    assert "12345" not in str(told)
    assert "合同" not in str(told)
    assert (told[0]["withdrawn"], told[1]["quoted"]["excerpt"]) == (True, "")
    assert selectors.recent_files(conversation) == []
    for person in (buyer, seller):
        with pytest.raises(Http404):
            selectors.attachment_for(person, file.pk)
    assert [row.excerpt for row in selectors.inbox(seller)] == ["收到"]
    assert not Notification.objects.filter(body__contains="12345").exists()
    assert [frame["type"] for frame in frames] == ["withdrawn"]
    # Kept for reports and disputes.
    assert MessageRevision.objects.get().body == "私人号码 12345"
    assert file.file.storage.exists(file.file.name)


def test_what_was_withdrawn_unread_waits_for_nobody(conversation, buyer, seller):
    message = say(conversation, buyer)
    assert selectors.unread_count(seller) == 1
    withdraw(message, buyer)
    assert selectors.unread_count(seller) == 0


@pytest.mark.parametrize("act", [edit, withdraw])
def test_two_minutes_long_and_no_longer(conversation, buyer, act):
    message = say(conversation, buyer, "原话")
    with later(2.1), pytest.raises(MessagingError) as refusal:
        act(message, buyer)
    assert refusal.value.code == MessagingErrorCode.TOO_LATE
    assert "2" in refusal.value.message
    assert Message.objects.get().body == "原话"
    assert not MessageRevision.objects.exists()
    with later(1.9):
        act(message, buyer)
    assert MessageRevision.objects.count() == 1


@pytest.mark.parametrize("act", [edit, withdraw])
def test_nobody_changes_what_others_wrote(conversation, buyer, seller, stranger, act):
    message = say(conversation, buyer, "原话")
    for person, code in (
        (seller, MessagingErrorCode.NOT_YOURS),
        (stranger, MessagingErrorCode.NOT_PARTICIPANT),
    ):
        with pytest.raises(MessagingError) as refusal:
            act(message, person)
        assert refusal.value.code == code
    message.refresh_from_db()
    assert (message.body, message.edited_at, message.withdrawn_at) == ("原话", None, None)


def test_a_withdrawn_message_has_no_new_words(conversation, buyer):
    message = say(conversation, buyer)
    withdraw(message, buyer)
    with pytest.raises(MessagingError) as refusal:
        edit(message, buyer)
    assert refusal.value.code == MessagingErrorCode.WITHDRAWN
    assert Message.objects.get().body == ""


@pytest.mark.parametrize(
    ("body", "code"), [(" ", MessagingErrorCode.EMPTY), ("长" * 2001, MessagingErrorCode.TOO_LONG)]
)
def test_new_words_keep_to_what_a_message_may_be(conversation, buyer, body, code):
    message = say(conversation, buyer, "原话")
    with pytest.raises(MessagingError) as refusal:
        edit(message, buyer, body)
    assert refusal.value.code == code
    assert Message.objects.get().body == "原话"


def test_a_quote_is_of_the_same_conversation(conversation, buyer, seller, stranger):
    elsewhere = services.start_conversation(buyer=stranger, seller=seller)
    secret = say(elsewhere, stranger, "只在这里")
    message = say(conversation, buyer, "引用", quoted=secret.sequence)
    assert message.quoted is None
    answer = say(conversation, seller, "好", quoted=message.sequence)
    assert answer.quoted == message


def test_what_is_withdrawn_is_not_mailed_any_more(conversation, buyer, seller):
    message = say(conversation, buyer, "发错了")
    spreading.spread_lines()
    Dispatch.objects.filter(channel=Channel.PUSH).delete()
    Dispatch.objects.get_or_create(
        notification=Notification.objects.get(recipient=seller), channel=Channel.EMAIL, defaults={"due_at": clock.now()}
    )
    withdraw(message, buyer)
    assert Notification.objects.get(recipient=seller).body == "[已撤回]"
    assert Dispatch.objects.get(channel=Channel.EMAIL).status == DispatchStatus.SKIPPED


def test_the_bell_says_what_else_is_unread_when_the_newest_words_are_withdrawn(conversation, buyer, seller):
    say(conversation, buyer, "三张海报，周五要")
    message = say(conversation, buyer, "发错了")
    withdraw(message, buyer)
    line = Notification.objects.get(recipient=seller)
    assert line.body == "三张海报，周五要"
    assert line.spread_due_at is not None  # it is still to be told
