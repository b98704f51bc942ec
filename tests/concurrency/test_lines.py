"""The line at the bell while a message takes its place: the job that spreads it, and who reads it, at the same moment."""

import threading
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from marketplace.notifications import catalogue, locks, services, spreading
from marketplace.notifications.models import Dispatch, Notification
from tests.concurrency.rig import until_waited_for
from tests.databases import together
from tests.notifications.people import reachable

pytestmark = pytest.mark.usefixtures("committed_db")


def say(person, words):
    services.notify_latest(
        recipient_id=person.pk,
        notice=catalogue.talk.MESSAGE,
        words={"name": "青禾品牌"},
        about=words,
        url="/messages/1/",
    )


def spread_while_the_next_one_comes(person):
    """The job has written the dispatches of the first line, and has not committed, when the second message comes."""
    say(person, "第一条")
    written = threading.Event()

    def spread():
        with transaction.atomic():
            spreading.spread_lines()
            written.set()
            until_waited_for()

    def next_one():
        assert written.wait(60)
        say(person, "第二条")

    return together(spread, next_one)


def test_a_message_that_comes_while_its_line_is_spread_takes_over_what_that_was_to_send():
    person = reachable()
    assert [result for result in spread_while_the_next_one_comes(person) if isinstance(result, Exception)] == []
    line = Notification.objects.get(recipient=person)
    assert line.body == "第二条"
    assert list(Dispatch.objects.values_list("notification", "channel")) == [(line.pk, "email")]


def test_control_without_the_lock_of_its_own_the_message_is_lost(monkeypatch):
    def unlocked(*, kind, recipient_ids, urls):
        lines = Notification.objects.filter(kind=kind, recipient__in=recipient_ids, url__in=urls, read_at=None)
        return list(lines.values_list("pk", flat=True))

    monkeypatch.setattr(locks, "lock_unread_lines", unlocked)
    person = reachable()
    results = spread_while_the_next_one_comes(person)
    assert [type(result) for result in results if isinstance(result, Exception)] == [IntegrityError]
    assert Notification.objects.get(recipient=person).body == "第一条"


def test_two_lots_that_take_the_same_lines_in_another_order_both_go_through(meet_before):
    people = [reachable(email=f"p{number}@example.com") for number in range(2)]
    for person in people:
        say(person, "先")

    def lot(persons, url):
        lines = [
            services.Line(recipient_id=person.pk, url=address, about=url, words={"name": "甲"})
            for person in persons
            for address in ("/messages/1/", url)
        ]
        services.notify_latest_each(notice=catalogue.talk.MESSAGE, lines=lines)

    meet_before(locks, "lock_unread_lines")
    results = together(partial(lot, people, "/messages/2/"), partial(lot, people[::-1], "/messages/3/"))
    assert [result for result in results if isinstance(result, Exception)] == []
    # Nobody holds the conversation here, so both may have put their line in the place of the first one; that one is gone.
    assert not Notification.objects.filter(body="先").exists()
