"""Sending: once, again with growing pauses, and given up on a list of staff's. Over a real mail server."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from marketplace.core import clock
from marketplace.notifications import catalogue, dispatching, letters, spreading, tasks
from marketplace.notifications.models import Dispatch, DispatchStatus, OutboundMessage, OutboundStatus
from tests.notifications.mail_server import mail_server
from tests.notifications.people import reachable, send_all, tell, ways


@pytest.fixture
def server(settings):
    with mail_server() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield running


def only() -> Dispatch:
    return Dispatch.objects.get()


@pytest.mark.django_db
def test_a_mail_leaves_over_the_wire_in_both_forms_and_with_a_number_of_its_own(server):
    line = tell(reachable())
    assert send_all() == 1
    (mail,) = server.taken
    assert mail["To"] == "lin@example.com"
    assert mail["Message-ID"].startswith(f"<notice-{line.pk}@")
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert only().status == DispatchStatus.SENT


@pytest.mark.django_db
def test_the_job_does_all_of_it(server):
    tell(reachable())
    assert [tasks.send_notices(), tasks.send_by("email")] == [1, 1]
    assert [tasks.send_notices(), tasks.send_by("email")] == [0, 0]
    assert len(server.taken) == 1


@pytest.mark.django_db
def test_a_server_that_is_away_is_asked_again_with_growing_pauses_and_then_given_up(server, settings):
    tell(reachable())
    settings.EMAIL_PORT = 9  # nobody listens there
    now, pauses = timezone.now(), []
    for _attempt in range(len(dispatching.PAUSES) + 1):
        with clock.moved_to(now):
            assert send_all() == 0
            row = only()
            pauses.append(timedelta(minutes=round((row.due_at - now) / timedelta(minutes=1))))
            now = row.due_at
    assert pauses[:-1] == list(dispatching.PAUSES)
    assert (row.status, row.attempts) == (DispatchStatus.DEAD, len(dispatching.PAUSES) + 1)
    assert "no mail server" in row.problem
    with clock.moved_to(now + timedelta(days=1)):
        assert send_all() == 0


@pytest.mark.django_db
def test_between_two_attempts_nothing_is_sent(server):
    server.fault = "busy"
    tell(reachable())
    assert send_all() == 0
    server.fault = ""
    assert send_all() == 0
    with clock.moved_to(timezone.now() + timedelta(minutes=2)):
        assert send_all() == 1
    assert len(server.taken) == 1


@pytest.mark.django_db
def test_a_mailbox_that_does_not_exist_is_not_tried_again(server):
    server.fault = "refused"
    tell(reachable())
    assert send_all() == 0
    assert (only().status, only().problem) == (DispatchStatus.DEAD, "the mail server said 550")


@pytest.mark.django_db
def test_a_mail_that_may_have_left_is_not_sent_twice(server):
    server.fault = "hangs_up"
    tell(reachable())
    assert send_all() == 0
    server.fault = ""
    with clock.moved_to(timezone.now() + timedelta(days=1)):
        assert send_all() == 0
    assert len(server.taken) == 1
    assert only().problem.startswith("may have arrived")


@pytest.mark.django_db
def test_a_mail_in_the_hand_of_a_worker_that_died_is_not_sent_twice(server):
    tell(reachable())
    spreading.spread_lines()
    Dispatch.objects.update(status=DispatchStatus.SENDING, tried_at=timezone.now(), attempts=1)
    assert send_all() == 0  # the worker may still be at it
    with clock.moved_to(timezone.now() + timedelta(minutes=10)):
        assert send_all() == 0
    assert server.taken == []
    assert only().status == DispatchStatus.DEAD


@pytest.mark.django_db
def test_staff_tries_again_what_was_given_up(server):
    server.fault = "refused"
    tell(reachable())
    send_all()
    server.fault = ""
    assert dispatching.try_again(dispatch_id=only().pk)
    assert not dispatching.try_again(dispatch_id=only().pk)  # it waits now
    assert send_all() == 1
    assert (len(server.taken), only().attempts) == (1, 1)
    assert not dispatching.try_again(dispatch_id=only().pk)


@pytest.mark.django_db
def test_staff_takes_off_the_list_what_needs_nothing_more(server):
    server.fault = "refused"
    tell(reachable())
    send_all()
    assert dispatching.set_aside(dispatch_id=only().pk)
    assert not dispatching.dead_dispatches().exists()
    assert send_all() == 0


@pytest.mark.django_db
def test_a_text_message_that_the_provider_refused_is_on_the_list_too():
    person = reachable(phone="+8613800138000")
    line = tell(person, catalogue.disputes.OPENED)
    spreading.spread_lines()
    Dispatch.objects.update(channel="sms")
    assert send_all() == 1
    text = OutboundMessage.objects.get()
    assert line.title in text.body
    OutboundMessage.objects.update(status=OutboundStatus.FAILED, problem="isv.MOBILE_NUMBER_ILLEGAL")
    assert dispatching.dead_dispatches().get().text_message == text
    assert dispatching.try_again(dispatch_id=only().pk)
    assert send_all() == 1
    assert OutboundMessage.objects.count() == 2


@pytest.mark.django_db
def test_a_fault_of_ours_is_loud_and_the_others_still_leave(server, monkeypatch, caplog):
    first, second = tell(reachable()), tell(reachable(email="other@example.com"))
    spreading.spread_lines()
    real = letters.open_address

    def broken(line):
        if line.pk == first.pk:
            raise ValueError("a fault of ours")
        return real(line)

    monkeypatch.setattr(letters, "open_address", broken)
    tasks.send_notices()
    assert tasks.send_by("email") == 1
    assert (ways(first), ways(second)) == ({"email": "dead"}, {"email": "sent"})
    assert "a fault of ours" in caplog.text


@pytest.mark.django_db
def test_what_left_long_ago_is_forgotten_and_the_line_stays(server):
    line = tell(reachable())
    send_all()
    with clock.moved_to(timezone.now() + dispatching.KEPT_FOR - timedelta(days=1)):
        assert dispatching.forget_old_dispatches() == 0
    with clock.moved_to(timezone.now() + dispatching.KEPT_FOR + timedelta(days=1)):
        assert dispatching.forget_old_dispatches() == 1
    line.refresh_from_db()


def test_of_eight_workers_at_once_one_sends(server, committed_db):
    tell(reachable())
    barrier = threading.Barrier(8)
    left = []

    def work():
        try:
            barrier.wait(10)
            left.append(send_all())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(left) == 1
    assert len(server.taken) == 1
