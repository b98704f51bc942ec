"""Windows of staff and of sessions that hold no longer: through the project's own ASGI application, as test_live_access.py."""

import asyncio
from datetime import timedelta

import pytest
from channels.db import database_sync_to_async
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from marketplace.accounts import services as accounts
from marketplace.accounts import viewing
from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.messaging import services
from marketplace.messaging.models import Message, Participant, ParticipantRole
from tests.factories import make_finance, make_moderator, make_paid_order
from tests.messaging.live import live_window, session_cookie
from tests.messaging.test_live_access import EVERY_KIND
from tests.support.test_cases import make_support

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture(autouse=True)
def _look_often(settings):
    settings.LIVE = settings.LIVE | {"look_again_seconds": 0.3}


@pytest.fixture
def with_support(buyer):
    return services.start_support(user=buyer)


# Support


def test_support_hears_what_is_said_where_it_takes_part(with_support, buyer):
    async def story():
        async with (
            live_window(await database_sync_to_async(make_support)()) as theirs,
            live_window(buyer, follow=with_support.pk) as ours,
        ):
            assert (await theirs.follow(with_support.pk))["role"] == ParticipantRole.SUPPORT
            await ours.say({"type": "message", "conversation": with_support.pk, "body": "钱到哪里去了"})
            assert (await theirs.hear("message"))["body"] == "钱到哪里去了"
            assert (await ours.hear("message"))["from"] == ParticipantRole.PERSON
            await theirs.say({"type": "typing", "conversation": with_support.pk})
            assert (await ours.hear("typing"))["from"] == ParticipantRole.SUPPORT

    asyncio.run(story())


def test_what_was_said_before_staff_reads_at_its_desk_alone_which_notes_it(with_support, buyer):
    services.send_message(conversation_id=with_support.pk, sender=buyer, body="早就说过")
    staff = make_support()
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"{with_support.get_absolute_url()}live/?after=0").status_code == 404

    async def story():
        async with live_window(staff) as theirs:
            for since in (None, "2020-01-01T00:00:00+08:00"):
                resume = {"type": "resume", "conversation": with_support.pk, "after": 0, "since": since}
                await theirs.say(resume)
                assert (await theirs.hear("resumed", "message"))["type"] == "resumed"

    asyncio.run(story())


def test_support_answers_from_its_desk_and_not_as_somebody_of_the_conversation(with_support, buyer):
    async def story():
        async with live_window(await database_sync_to_async(make_support)(), follow=with_support.pk) as theirs:
            for content in EVERY_KIND[2:5]:
                await theirs.say(content | {"conversation": with_support.pk})
                assert (await theirs.hear("error"))["code"] == "not_participant"

    asyncio.run(story())
    assert not Message.objects.exists()


@pytest.mark.parametrize("content", EVERY_KIND, ids=lambda content: content["type"])
def test_staff_without_the_permission_hears_nothing_of_support(with_support, buyer, content):
    clerk = make_finance()

    async def story():
        async with live_window(clerk) as theirs, live_window(buyer, follow=with_support.pk) as ours:
            await theirs.say(content | {"conversation": with_support.pk})
            refused = await theirs.hear("error")
            assert (refused["code"], refused["message"]) == ("not_participant", "")
            await ours.say({"type": "message", "conversation": with_support.pk, "body": "只给客服"})
            await ours.hear("message")
            assert await theirs.hears_nothing("message", "resumed", "typing")

    asyncio.run(story())


def test_support_has_no_business_between_two_people_who_have_not_called_it(conversation, buyer):
    async def story():
        async with live_window(await database_sync_to_async(make_support)()) as theirs:
            assert (await theirs.follow(conversation.pk))["code"] == "not_participant"

    asyncio.run(story())


def test_support_comes_with_a_dispute_and_hears_no_more_when_it_has_left():
    order = make_paid_order()
    conversation = services.order_conversation(order=order)
    staff, buyer = make_support(), order.buyer

    async def story():
        async with live_window(staff) as theirs, live_window(buyer, follow=conversation.pk) as ours:
            assert (await theirs.follow(conversation.pk))["code"] == "not_participant"
            await database_sync_to_async(services.let_support_in)(order=order)
            assert (await theirs.follow(conversation.pk))["role"] == ParticipantRole.SUPPORT
            await database_sync_to_async(services.let_support_out)(order=order)
            assert (await theirs.hear("error"))["code"] == "not_participant"
            await ours.say({"type": "message", "conversation": conversation.pk, "body": "又只有我们"})
            await ours.hear("message", body="又只有我们")
            assert await theirs.hears_nothing("message")

    asyncio.run(story())


def test_who_speaks_for_support_no_longer_is_let_go_of(with_support):
    staff = make_support()

    def take_away():
        staff.groups.clear()

    async def story():
        async with live_window(staff, follow=with_support.pk) as theirs:
            await database_sync_to_async(take_away)()
            assert await theirs.is_closed() == 4409

    asyncio.run(story())


def test_a_moderator_reads_with_support_and_nowhere_else(with_support, conversation):
    async def story():
        async with live_window(await database_sync_to_async(make_moderator)()) as theirs:
            assert (await theirs.follow(conversation.pk))["code"] == "not_participant"

    asyncio.run(story())


# Staff that looks at the site as somebody


def test_a_window_of_staff_that_looks_as_somebody_is_the_staffs_own(conversation, buyer, seller):
    staff = make_support()
    services.send_message(conversation_id=conversation.pk, sender=seller, body="只给你看")
    client = Client()
    cookie = session_cookie(staff)
    client.cookies[django_settings.SESSION_COOKIE_NAME] = cookie.decode().partition("=")[2]
    session = client.session
    viewing.begin(session=session, staff=staff, person=buyer)
    session.save()
    assert viewing.SESSION_KEY in client.session

    async def story():
        async with live_window(cookie=cookie) as theirs:
            assert (await theirs.hear("unread"))["messages"] == 0  # the buyer has one
            for content in EVERY_KIND:
                await theirs.say(content | {"conversation": conversation.pk})
                assert (await theirs.hear("error"))["code"] == "not_participant"

    asyncio.run(story())
    assert Message.objects.count() == 1
    assert not Participant.objects.get(user=buyer).read_sequence


# Sessions


def _expire(cookie: bytes) -> None:
    key = cookie.decode().partition("=")[2]
    Session.objects.filter(session_key=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    cache.clear()


def test_an_expired_session_opens_no_window(buyer):
    cookie = session_cookie(buyer)
    _expire(cookie)

    async def story():
        async with live_window(cookie=cookie) as refused:
            assert await refused.is_closed() == 4401

    asyncio.run(story())


def test_a_session_that_expires_closes_its_window(conversation, buyer):
    cookie = session_cookie(buyer)

    async def story():
        async with live_window(cookie=cookie, follow=conversation.pk) as ours:
            await database_sync_to_async(_expire)(cookie)
            assert await ours.is_closed() == 4401

    asyncio.run(story())


@pytest.mark.parametrize("cookie", [b"sessionid=", b"sessionid=nonsense", b"nonsense"])
def test_a_cookie_of_nobody_opens_no_window(cookie):
    async def story():
        async with live_window(cookie=cookie) as refused:
            assert await refused.is_closed() == 4401

    asyncio.run(story())


def test_who_is_suspended_opens_no_window(buyer):
    cookie = session_cookie(buyer)
    ends_at = clock.now() + timedelta(days=1)
    accounts.suspend_person(user_id=buyer.pk, staff=make_moderator(), reason="私下交易", ends_at=ends_at)

    async def story():
        async with live_window(cookie=cookie) as refused:
            assert await refused.is_closed() == 4401

    asyncio.run(story())


def test_who_becomes_inactive_between_two_messages_is_asked_anew(conversation, buyer, settings):
    settings.LIVE = settings.LIVE | {"look_again_seconds": 60}  # neither a notice nor a look comes first

    async def story():
        async with live_window(buyer, follow=conversation.pk) as ours:
            await database_sync_to_async(User.objects.filter(pk=buyer.pk).update)(is_active=False)
            await ours.say({"type": "message", "conversation": conversation.pk, "body": "还在"})
            assert (await ours.hear("error"))["code"] == "sender_inactive"

    asyncio.run(story())
    assert not Message.objects.exists()
