"""Stopping mails from a mail: one click in the mail program or one on the page, without a log-in (RFC 8058)."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from marketplace.core import clock
from marketplace.notifications import catalogue, choices, unsubscribing
from marketplace.notifications.models import Channel, NotificationKind, NotificationPreference
from tests.notifications.people import reachable, send_all, tell

pytestmark = pytest.mark.django_db


def header_address(mail) -> str:
    return urlsplit(re.fullmatch(r"<(https?://\S+)>", mail.extra_headers["List-Unsubscribe"])[1]).path


def test_the_header_stops_mails_of_the_kind_with_one_post_and_no_cookie(mailoutbox):
    person = reachable()
    tell(person)
    send_all()
    assert mailoutbox[0].extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    client = Client(enforce_csrf_checks=True)
    answer = client.post(header_address(mailoutbox[0]), {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    tell(person)
    assert send_all() == 0
    tell(person, catalogue.money.REFUND_PART)
    assert send_all() == 1


def test_the_link_in_the_mail_leads_to_one_button_and_changes_nothing_by_itself(mailoutbox):
    person = reachable()
    tell(person)
    send_all()
    path = header_address(mailoutbox[0])
    assert path in mailoutbox[0].body
    assert path in mailoutbox[0].alternatives[0].content

    page = Client().get(path).content.decode()

    assert page.count('<form method="post">') == 1
    assert not NotificationPreference.objects.exists()  # scanners of mailboxes follow links


def stop_and_take_back(path) -> str:
    """Stop by this address; what the button "again" then carries."""
    page = Client().post(path).content.decode()
    return re.search(r'name="again" value="([^"]+)"', page)[1]


def test_who_stopped_them_by_mistake_has_them_back(mailoutbox):
    person = reachable()
    path = urlsplit(unsubscribing.address_for(person.pk, kind="order")).path
    Client().post(path, {"again": stop_and_take_back(path)})
    tell(person)
    assert send_all() == 1


def test_the_way_back_of_the_summary_brings_back_only_what_it_stopped(mailoutbox):
    person = reachable()
    choices.choose(user_id=person.pk, kinds=[NotificationKind.MESSAGE], channel=Channel.EMAIL, is_on=False)
    path = urlsplit(unsubscribing.address_for(person.pk, kind="")).path
    Client().post(path, {"again": stop_and_take_back(path)})
    tell(person, catalogue.talk.MESSAGE, words={"name": "甲"})
    with clock.moved_to(clock.now() + timedelta(hours=1)):
        assert send_all() == 0
    tell(person)
    assert send_all() == 1


def test_nobody_turns_mails_on_with_an_old_mail_alone(mailoutbox):
    person, other = reachable(), reachable(email="other@example.com")
    path = urlsplit(unsubscribing.address_for(person.pk, kind="order")).path
    again = stop_and_take_back(path)
    others = stop_and_take_back(urlsplit(unsubscribing.address_for(other.pk, kind="order")).path)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        late = Client().post(path, {"again": again})
    for answer in (late, Client().post(path, {"again": "1"}), Client().post(path, {"again": others})):
        assert 'role="alert"' in answer.content.decode()
    tell(person)
    assert send_all() == 0


def test_the_summary_is_stopped_as_a_whole(mailoutbox):
    person = reachable()
    path = urlsplit(unsubscribing.address_for(person.pk, kind="")).path
    Client().post(path)
    (
        tell(person),
        tell(person, catalogue.talk.MESSAGE, words={"name": "甲"}),
        tell(person, catalogue.gigs.LIVE, words={"title": "茶"}),
    )
    assert send_all() == 0
    tell(person, catalogue.disputes.OPENED)
    assert send_all() == 1


def test_a_mail_that_cannot_be_muted_offers_no_way_to_mute_it(mailoutbox):
    tell(reachable(), catalogue.disputes.OPENED)
    send_all()
    assert "List-Unsubscribe" not in mailoutbox[0].extra_headers
    assert "/unsubscribe/" not in mailoutbox[0].body


@pytest.mark.parametrize("forge", [lambda token: token[:-1] + "x", lambda token: "x" + token, lambda _token: "nobody"])
def test_a_token_that_we_did_not_make_stops_nothing(forge):
    person = reachable()
    token = unsubscribing.address_for(person.pk, kind="order").rstrip("/").rpartition("/")[2]
    for method in ("get", "post"):
        assert getattr(Client(), method)(f"/unsubscribe/{forge(token)}/").status_code == 404
    assert not NotificationPreference.objects.exists()


def test_the_token_of_an_account_that_is_gone_leads_nowhere():
    path = urlsplit(unsubscribing.address_for(987654321, kind="order")).path
    assert Client().post(path).status_code == 404


def test_a_token_of_another_purpose_is_none():
    from django.core import signing

    token = signing.dumps([reachable().pk, "order"], salt="something.else")
    assert Client().post(f"/unsubscribe/{token}/").status_code == 404
