"""Every message has a number in its conversation, and one that is sent again is one message."""

import threading
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from marketplace.core import clock
from marketplace.messaging import selectors, services
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.models import Conversation, Message, MessageAttachment, Participant
from marketplace.notifications.models import Notification
from tests.messaging.test_services import say, stored_files


@pytest.mark.django_db
def test_messages_of_both_sides_are_numbered_in_the_order_in_which_they_came(conversation, buyer, seller):
    numbers = [say(conversation, sender).sequence for sender in (buyer, seller, seller, buyer)]
    assert numbers == [1, 2, 3, 4]
    conversation.refresh_from_db()
    assert conversation.last_sequence == 4


@pytest.mark.django_db
def test_the_same_sent_again_is_the_same_message(conversation, buyer, seller):
    mark = uuid4()
    first = say(conversation, buyer, "好", client_id=mark, files=[SimpleUploadedFile("a.txt", b"x")])
    files = stored_files()
    again = say(conversation, buyer, "好", client_id=mark, files=[SimpleUploadedFile("b.txt", b"y")])
    assert again == first
    services.edit_message(conversation_id=conversation.pk, sequence=1, editor=buyer, body="改过")
    assert say(conversation, buyer, "好", client_id=mark) == first
    assert (Message.objects.get().body, MessageAttachment.objects.count()) == ("改过", 1)
    assert stored_files() == files
    assert Notification.objects.filter(recipient=seller).count() == 1


@pytest.mark.django_db
def test_other_words_under_the_same_mark_are_refused_and_not_lost_unseen(client, conversation, buyer):
    mark = uuid4()
    say(conversation, buyer, "好", client_id=mark)
    with pytest.raises(MessagingError) as refusal:
        say(conversation, buyer, "另一句", client_id=mark)
    assert refusal.value.code == MessagingErrorCode.REUSED
    client.force_login(buyer)
    page = client.post(conversation.get_absolute_url(), {"body": "另一句", "client_id": str(mark)})
    assert page.status_code == 422
    assert ">另一句</textarea>" in page.content.decode()
    assert str(mark) not in page.content.decode()
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_two_people_may_happen_on_one_mark(conversation, buyer, seller):
    mark = uuid4()
    say(conversation, buyer, client_id=mark)
    say(conversation, seller, client_id=mark)
    assert Message.objects.count() == 2


@pytest.mark.usefixtures("committed_db")
def test_the_same_sent_ten_times_at_once_is_one_message_and_others_lose_no_number(conversation, buyer, seller):
    mark, answers = uuid4(), []
    start = threading.Barrier(16)

    def send(sender, client_id):
        try:
            start.wait()
            answers.append(say(conversation, sender, "好", client_id=client_id).pk)
        finally:
            connection.close()

    jobs = [(buyer, mark)] * 10 + [(seller, uuid4()) for _one in range(6)]
    threads = [threading.Thread(target=send, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 16
    assert len(set(answers)) == 7
    stored = list(Message.objects.order_by("sequence").values_list("sequence", "pk"))
    assert [number for number, _pk in stored] == list(range(1, 8))
    assert Conversation.objects.get().last_sequence == 7


@pytest.mark.usefixtures("committed_db")
def test_the_release_before_writes_without_numbers_and_gets_them(buyer, seller):
    """What it inserts: a conversation and messages by their old columns alone."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_conversation (buyer_id, seller_id, created_at) VALUES (%s, %s, now()) RETURNING id",
            [buyer.pk, seller.pk],
        )
        (key,) = cursor.fetchone()
        for sender in (buyer, seller):
            cursor.execute(
                "INSERT INTO messaging_message (conversation_id, sender_id, body, created_at) VALUES (%s, %s, '好', now())",
                [key, sender.pk],
            )
    conversation = selectors.conversation_for(seller, key)
    assert say(conversation, buyer).sequence == 3
    assert list(Message.objects.values_list("sequence", flat=True)) == [1, 2, 3]
    assert list(Participant.objects.values_list("user", "role")) == [(buyer.pk, "buyer"), (seller.pk, "seller")]


@pytest.mark.django_db
def test_what_was_read_under_the_release_before_stays_read(conversation, buyer, seller):
    """It notes a moment in its own column and knows no numbers."""
    for body in ("一", "二"):
        say(conversation, buyer, body)
    Conversation.objects.filter(pk=conversation.pk).update(seller_read_at=Message.objects.get(body="一").created_at)
    seat = Participant.objects.get(conversation=conversation, user=seller)
    assert (seat.read_sequence, seat.delivered_sequence) == (1, 1)
    Conversation.objects.filter(pk=conversation.pk).update(seller_read_at=clock.now())
    assert selectors.unread_totals([seller.pk]) == {seller.pk: 0}
    assert Participant.objects.get(conversation=conversation, user=buyer).read_sequence == 2
    Conversation.objects.filter(pk=conversation.pk).update(seller_read_at=None)
    assert selectors.unread_totals([seller.pk]) == {seller.pk: 0}


@pytest.mark.django_db
def test_a_window_gets_what_it_has_missed_and_what_was_changed_meanwhile(conversation, buyer, seller):
    first = say(conversation, buyer, "一")
    say(conversation, seller, "二")
    seen = say(conversation, buyer, "三")
    say(conversation, seller, "四")
    services.edit_message(conversation_id=conversation.pk, sequence=1, editor=buyer, body="壹")
    services.withdraw_message(conversation_id=conversation.pk, sequence=2, user=seller)
    missed = selectors.messages_after(conversation, after=seen.sequence)
    changed = selectors.changed_since(conversation, up_to=seen.sequence, since=first.created_at)
    assert [message.body for message in missed] == ["四"]
    assert [(message.sequence, message.body, message.is_withdrawn) for message in changed] == [
        (1, "壹", False),
        (2, "", True),
    ]
