"""What windows hear of each other, through the project's own ASGI application and Valkey."""

import asyncio
import threading
from uuid import uuid4

import pytest
from channels.db import database_sync_to_async
from django.db import connection, transaction
from django.test import Client

from marketplace.accounts import services as accounts
from marketplace.core import live
from marketplace.messaging import services
from marketplace.messaging.live import catching_up, writing
from marketplace.messaging.live import presence as presence_module
from marketplace.messaging.live.socket import TOO_SLOW, WAITING_FRAMES, Socket
from marketplace.messaging.locks import lock_conversation
from marketplace.messaging.models import Message, Participant
from marketplace.messaging.services.together import Draft, send_together
from marketplace.notifications import catalogue
from marketplace.notifications.services import notify
from tests.factories import make_user
from tests.messaging.live import live_window

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture(autouse=True)
def _look_often(settings):
    settings.LIVE = settings.LIVE | {"look_again_seconds": 0.3}


def say(conversation, sender, *bodies):
    return [services.send_message(conversation_id=conversation.pk, sender=sender, body=body) for body in bodies]


def test_a_message_reaches_both_windows_as_one_and_the_same_frame(conversation, buyer, seller):
    client_id = str(uuid4())

    async def story():
        async with (
            live_window(buyer, follow=conversation.pk) as ours,
            live_window(seller, follow=conversation.pk) as theirs,
        ):
            words = {
                "type": "message",
                "conversation": conversation.pk,
                "client_id": client_id,
                "body": "两家店，要接打印机。",
            }
            await ours.say(words)
            mine, other = await ours.hear("message"), await theirs.hear("message")
            assert mine == other
            assert (mine["from"], mine["sequence"], mine["client_id"]) == ("buyer", 1, client_id)
            assert (mine["body"], mine["name"]) == ("两家店，要接打印机。", "林小满")
            assert not any("sender" in key or "user" in key for key in mine)

    asyncio.run(story())
    assert Message.objects.get().sender == buyer


def test_the_same_message_sent_again_is_there_once_and_is_answered_again(conversation, buyer, seller):
    words = {"type": "message", "conversation": conversation.pk, "client_id": str(uuid4()), "body": "好"}

    async def story():
        async with (
            live_window(buyer, follow=conversation.pk) as ours,
            live_window(seller, follow=conversation.pk) as theirs,
        ):
            await ours.say(words)
            first = await ours.hear("message")
            await theirs.hear("message")
            await ours.say(words | {"again": True})
            assert await ours.hear("message") == first
            assert await theirs.hears_nothing("message")

    asyncio.run(story())
    assert Message.objects.count() == 1


def test_a_message_sent_by_a_form_appears_in_open_windows(conversation, buyer, seller):
    def post():
        client = Client()
        client.force_login(buyer, backend="django.contrib.auth.backends.ModelBackend")
        client.post(conversation.get_absolute_url(), {"body": "好"})

    async def story():
        async with live_window(seller, follow=conversation.pk) as theirs:
            await database_sync_to_async(post)()
            assert (await theirs.hear("message"))["body"] == "好"

    asyncio.run(story())


def test_who_comes_back_hears_what_was_missed_in_its_order_and_nothing_twice(conversation, buyer, seller):
    say(conversation, buyer, "一", "二", "三", "四")

    async def story():
        async with live_window(seller) as theirs:
            await theirs.say({"type": "resume", "conversation": conversation.pk, "after": 1})
            heard = [await theirs.hear() for _ in range(5)]
            frames = [frame for frame in heard if frame["type"] in {"message", "resumed"}]
            assert [frame.get("body") for frame in frames] == ["二", "三", "四", None]
            assert (frames[-1]["sequence"], frames[-1]["more"], frames[-1]["role"]) == (4, False, "seller")
            assert await theirs.hears_nothing("message")

    asyncio.run(story())


def test_who_missed_much_is_told_in_parts(conversation, buyer, seller, monkeypatch):
    monkeypatch.setattr(catching_up, "MOST", 2)
    say(conversation, buyer, "一", "二", "三")

    async def story():
        async with live_window(seller) as theirs:
            await theirs.say({"type": "resume", "conversation": conversation.pk, "after": 0})
            part = await theirs.hear("resumed")
            assert (part["sequence"], part["more"]) == (2, True)
            await theirs.say({"type": "resume", "conversation": conversation.pk, "after": 2})
            assert (await theirs.hear("message"))["body"] == "三"
            assert not (await theirs.hear("resumed"))["more"]

    asyncio.run(story())


def test_what_is_said_while_a_window_is_told_what_it_missed_comes_after_it_and_once(
    conversation, buyer, seller, monkeypatch
):
    say(conversation, buyer, "一")
    told = catching_up.missed

    def slowly(*arguments, **named):
        missed = told(*arguments, **named)
        say(conversation, buyer, "二")  # after the look, so that it is not in the answer
        again = told(*arguments, **named)
        say(conversation, buyer, "三")  # and one that is in it
        return again if named["after"] == 0 else missed

    monkeypatch.setattr(catching_up, "missed", slowly)

    async def story():
        async with live_window(seller) as theirs:
            await theirs.say({"type": "resume", "conversation": conversation.pk, "after": 0})
            bodies = [(await theirs.hear("message"))["body"] for _ in range(3)]
            assert bodies == ["一", "二", "三"]
            assert await theirs.hears_nothing("message")

    asyncio.run(story())


def test_what_was_changed_while_one_was_away_is_told_too(conversation, buyer, seller):
    say(conversation, buyer, "一", "二", "三")

    def change():
        services.edit_message(conversation_id=conversation.pk, sequence=1, editor=buyer, body="壹")
        services.withdraw_message(conversation_id=conversation.pk, sequence=2, user=buyer)

    async def story():
        async with live_window(seller) as theirs:
            since = (await theirs.follow(conversation.pk, after=3))["at"]
            await database_sync_to_async(change)()
            assert (await theirs.hear("edited"))["body"] == "壹"
            assert (await theirs.hear("withdrawn"))["sequence"] == 2
        async with live_window(seller) as theirs:
            await theirs.say({"type": "resume", "conversation": conversation.pk, "after": 3, "since": since})
            assert ((await theirs.hear("edited"))["sequence"], (await theirs.hear("withdrawn"))["sequence"]) == (1, 2)
            assert await theirs.hears_nothing("message")
            for nonsense in ("yesterday", "2026-99-99T00:00:00+08:00", "2026-01-01T00:00:00"):
                await theirs.say({"type": "resume", "conversation": conversation.pk, "after": 3, "since": nonsense})
                assert (await theirs.hear("resumed", "edited"))["type"] == "resumed"

    asyncio.run(story())


def test_typing_shows_on_the_other_side_and_reading_moves_the_mark(conversation, buyer, seller):
    say(conversation, buyer, "在吗", "？")

    async def story():
        async with (
            live_window(buyer, follow=conversation.pk) as ours,
            live_window(seller, follow=conversation.pk) as theirs,
        ):
            await theirs.say({"type": "typing", "conversation": conversation.pk})
            assert (await ours.hear("typing")) == {"type": "typing", "conversation": conversation.pk, "from": "seller"}
            await theirs.say({"type": "delivered", "conversation": conversation.pk, "sequence": 2})
            delivered = await ours.hear("delivered")
            assert (delivered["from"], delivered["sequence"]) == ("seller", 2)
            await theirs.say({"type": "read", "conversation": conversation.pk, "sequence": 1})
            read = await ours.hear("read")
            assert (read["from"], read["sequence"]) == ("seller", 1)

    asyncio.run(story())
    assert Participant.objects.filter(user=seller).values_list("delivered_sequence", "read_sequence").get() == (2, 1)


def test_who_comes_back_learns_how_far_the_others_are(conversation, buyer, seller):
    say(conversation, buyer, "一", "二")
    services.mark_read(conversation_id=conversation.pk, reader=seller, up_to=1)
    services.mark_delivered(conversation_id=conversation.pk, receiver=seller, up_to=2)

    async def story():
        async with live_window(buyer) as ours:
            assert (await ours.follow(conversation.pk))["marks"]["seller"] == {"delivered": 2, "read": 1}

    asyncio.run(story())


# Presence


def test_presence_shows_who_comes_and_when_who_goes_was_last_there(conversation, buyer, seller, monkeypatch):
    monkeypatch.setattr(presence_module, "FAREWELL_SECONDS", 0.3)

    async def story():
        async with live_window(buyer) as ours:
            assert (await ours.follow(conversation.pk))["presence"]["seller"] == {"online": False, "last_seen": None}
            async with live_window(seller):
                came = await ours.hear("presence")
                assert (came["from"], came["online"]) == ("seller", True)
                assert (await ours.follow(conversation.pk))["presence"]["seller"]["online"]
            went = await ours.hear("presence")
            assert not went["online"]
            assert went["last_seen"]
            assert (await ours.follow(conversation.pk))["presence"]["seller"] == {
                "online": False,
                "last_seen": went["last_seen"],
            }

    asyncio.run(story())


def test_who_goes_to_the_next_page_has_not_left(conversation, buyer, seller, monkeypatch):
    monkeypatch.setattr(presence_module, "FAREWELL_SECONDS", 3)

    async def story():
        async with live_window(buyer, follow=conversation.pk) as ours:
            async with live_window(seller):
                await ours.hear("presence")
            async with live_window(seller):
                await asyncio.sleep(3.5)
                await ours.say({"type": "ping"})
                heard = []
                while (frame := await ours.hear())["type"] != "pong":
                    heard.append(frame)
                assert [frame for frame in heard if frame["type"] == "presence" and not frame["online"]] == []

    asyncio.run(story())


@pytest.mark.parametrize("blocks", ["buyer", "seller"])
def test_between_people_of_whom_one_blocked_the_other_neither_presence_nor_typing_shows(
    conversation, buyer, seller, blocks
):
    pair = {"buyer": (buyer, seller), "seller": (seller, buyer)}[blocks]
    accounts.block_person(owner=pair[0], person=pair[1])

    async def story():
        async with live_window(buyer) as ours:
            assert (await ours.follow(conversation.pk))["presence"] == {}
            async with live_window(seller, follow=conversation.pk) as theirs:
                await theirs.say({"type": "typing", "conversation": conversation.pk})
                assert await ours.hears_nothing("presence", "typing")

    asyncio.run(story())


@pytest.mark.parametrize("blocks", ["buyer", "seller"])
def test_a_block_takes_effect_in_windows_that_are_open_and_so_does_its_end(
    conversation, buyer, seller, settings, blocks
):
    settings.LIVE = settings.LIVE | {"look_again_seconds": 60}  # told, not found
    owner, person = {"buyer": (buyer, seller), "seller": (seller, buyer)}[blocks]
    typing = {"type": "typing", "conversation": conversation.pk}

    async def story():
        async with (
            live_window(buyer, follow=conversation.pk) as ours,
            live_window(seller, follow=conversation.pk) as theirs,
        ):
            await ours.hear("presence", online=True)
            await database_sync_to_async(accounts.block_person)(owner=owner, person=person)
            for window, other in ((ours, "seller"), (theirs, "buyer")):
                gone = await window.hear("presence", online=False)
                assert (gone["from"], gone["last_seen"]) == (other, None)
            await ours.say(typing)
            await theirs.say(typing)
            async with live_window(seller), live_window(buyer):
                assert await ours.hears_nothing("presence", "typing")
                assert await theirs.hears_nothing("presence", "typing")
            await database_sync_to_async(accounts.unblock_person)(owner=owner, person=person)
            assert (await ours.hear("presence"))["online"]
            assert (await theirs.hear("presence"))["online"]
            await theirs.say(typing)
            await ours.hear("typing")

    asyncio.run(story())


def test_a_block_that_no_notice_told_of_takes_effect_within_seconds(conversation, buyer, seller, monkeypatch):
    async def story():
        async with (
            live_window(buyer, follow=conversation.pk) as ours,
            live_window(seller, follow=conversation.pk),
        ):
            await ours.hear("presence", online=True)
            monkeypatch.setattr(live, "publish_all", lambda notices: None)
            await database_sync_to_async(accounts.block_person)(owner=seller, person=buyer)
            assert (await ours.hear("presence", online=False))["last_seen"] is None

    asyncio.run(story())


# Badges


def test_a_window_on_any_page_is_told_how_much_waits(conversation, buyer, seller):
    async def story():
        async with live_window(seller) as theirs:
            assert (await theirs.hear("unread"))["messages"] == 0
            await database_sync_to_async(say)(conversation, buyer, "在吗")
            told = await theirs.hear("unread", messages=1)
            assert told["latest"] == [{"conversation": conversation.pk, "sequence": 1}]
            assert told["notifications"] == 1
            await database_sync_to_async(services.mark_read)(conversation_id=conversation.pk, reader=seller)
            assert (await theirs.hear("unread", messages=0))["notifications"] == 0

    asyncio.run(story())


def test_any_room_may_say_that_counts_have_changed(buyer):
    def tell():
        notify(recipient_id=buyer.pk, notice=catalogue.talk.MESSAGE, words={"name": "林小满"})

    async def story():
        async with live_window(buyer) as ours:
            await ours.hear("unread", notifications=0)
            await database_sync_to_async(tell)()
            assert (await ours.hear("unread", notifications=1))["messages"] == 0

    asyncio.run(story())


# Faults


def test_a_notice_that_was_lost_is_made_up_for_within_seconds(conversation, buyer, seller, monkeypatch):
    async def story():
        async with live_window(seller, follow=conversation.pk) as theirs:
            monkeypatch.setattr(live, "publish_all", lambda notices: None)
            await database_sync_to_async(say)(conversation, buyer, "没人听见")
            told = await theirs.hear("resumed", again=True)
            assert told["sequence"] == 1
            await theirs.say({"type": "resume", "conversation": conversation.pk, "after": 0})
            assert (await theirs.hear("message"))["body"] == "没人听见"

    asyncio.run(story())


@pytest.mark.parametrize("is_named", [True, False])
def test_a_fault_behind_a_message_ends_no_window(conversation, buyer, monkeypatch, is_named):
    together, alone = writing.send_together, services.send_message
    faults = {"together": 1, "alone": 1}

    def sometimes(which, written):
        def write(*arguments, **named):
            if faults[which]:
                faults[which] -= 1
                raise RuntimeError("the database is away")
            return written(*arguments, **named)

        return write

    monkeypatch.setattr(writing, "send_together", sometimes("together", together))
    monkeypatch.setattr(services, "send_message", sometimes("alone", alone))
    words = {"type": "message", "conversation": conversation.pk, "body": "好"}
    if is_named:
        words["client_id"] = str(uuid4())

    async def story():
        async with live_window(buyer, follow=conversation.pk) as ours:
            await ours.say(words)
            refused = await ours.hear("error")
            assert (refused["code"], refused.get("client_id")) == ("busy", words.get("client_id"))
            await ours.say(words | {"again": True})
            assert (await ours.hear("message"))["body"] == "好"

    asyncio.run(story())
    assert Message.objects.count() == 1


def test_what_could_not_be_written_with_others_is_written_alone(conversation, buyer, seller, monkeypatch):
    def breaks(drafts):
        send_together(drafts)
        raise RuntimeError("after the commit")

    monkeypatch.setattr(writing, "send_together", breaks)
    words = {"type": "message", "conversation": conversation.pk, "client_id": str(uuid4()), "body": "好"}

    async def story():
        async with (
            live_window(buyer, follow=conversation.pk) as ours,
            live_window(seller, follow=conversation.pk) as theirs,
        ):
            await ours.say(words)
            assert await ours.hear("message") == await theirs.hear("message")
            assert await ours.hears_nothing("message", "error")

    asyncio.run(story())
    assert Message.objects.count() == 1


def test_a_conversation_that_somebody_has_locked_is_not_waited_for(conversation, buyer, seller):
    other = services.start_conversation(buyer=make_user(name="另一位"), seller=seller)
    is_locked, may_go = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            lock_conversation(conversation.pk)
            is_locked.set()
            may_go.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert is_locked.wait(20)
        answers = send_together([Draft(conversation.pk, buyer.pk, "在吗"), Draft(other.pk, seller.pk, "在")])
    finally:
        may_go.set()
        holder.join()
    assert answers[0] is None
    assert answers[1].conversation_id == other.pk


def test_what_many_say_at_once_comes_to_each_in_one_order(conversation, buyer, seller):
    def words(number):
        return {
            "type": "message",
            "conversation": conversation.pk,
            "client_id": str(uuid4()),
            "body": f"第 {number} 句",
        }

    async def story():
        async with (
            live_window(buyer, follow=conversation.pk) as ours,
            live_window(seller, follow=conversation.pk) as theirs,
        ):
            for number in range(8):
                await (ours if number % 2 else theirs).say(words(number))
            mine = [await ours.hear("message") for _ in range(8)]
            assert mine == [await theirs.hear("message") for _ in range(8)]
            assert [frame["sequence"] for frame in mine] == list(range(1, 9))
            for role, odd in (("buyer", 1), ("seller", 0)):
                own = [frame["body"] for frame in mine if frame["from"] == role]
                assert own == [f"第 {number} 句" for number in range(8) if number % 2 == odd]

    asyncio.run(story())


def test_a_window_whose_network_is_slow_keeps_nobody_waiting_and_is_closed_in_the_end():
    async def story():
        written: list[str] = []
        open_again, codes = asyncio.Event(), []

        async def send(message):
            await open_again.wait()
            written.append(message["text"])

        async def close(code):
            codes.append(code)

        slow = Socket(person_id=1, session_key="", standing=(), send=send, close=close)
        for number in range(5):
            slow.put_frame(str(number))
        assert written == []
        open_again.set()
        for number in range(5, 10):
            slow.put_frame(str(number))
        await asyncio.sleep(0.05)
        slow.put_frame("10")
        assert written == [str(number) for number in range(11)]

        open_again.clear()
        for number in range(WAITING_FRAMES + 3):
            slow.put_frame(str(number))
        await asyncio.sleep(0.05)
        assert codes == [TOO_SLOW]

    asyncio.run(story())
