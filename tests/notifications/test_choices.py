"""The page on which people choose what reaches them."""

import pytest
from django.conf import settings
from django.test import Client

from marketplace.notifications import catalogue, unsubscribing
from marketplace.notifications.choices_page import rows_for
from marketplace.notifications.models import NotificationKind, NotificationPreference, NotificationSettings
from tests.factories import make_user
from tests.logins import log_in
from tests.notifications.people import reachable, send_all, tell, ways

pytestmark = pytest.mark.django_db
URL = "/settings/notifications/"


def filled(page, **changes):
    """What a browser would send: the boxes that are ticked, and the rest."""
    form = page.context["form"]
    data = {}
    for name, field in form.fields.items():
        value = form.get_initial_for_field(field, name)
        if value is True:
            data[name] = "on"
        elif value not in (False, None, ""):
            data[name] = value
    data |= changes
    return {name: value for name, value in data.items() if value is not None}


def test_saving_the_page_as_it_is_changes_nothing_that_is_told():
    person = reachable()
    client = log_in(person)
    assert client.post(URL, filled(client.get(URL))).status_code == 302
    line = tell(person)
    send_all()
    assert ways(line) == {"email": "sent"}


def test_a_choice_of_another_release_is_in_nobodys_way(mailoutbox):
    """A kind or way that was dropped, or of a newer release that was taken back."""
    person = reachable()
    for kind, channel in (("fair", "email"), ("order", "pager")):
        NotificationPreference.objects.create(user=person, kind=kind, channel=channel, is_on=True)
    client = log_in(person)
    assert client.post(URL, filled(client.get(URL))).status_code == 302
    stop = unsubscribing.address_for(person.pk, kind="").removeprefix(settings.SITE_URL)
    assert Client().post(stop).status_code == 200
    tell(person)
    assert send_all() == 0
    assert NotificationPreference.objects.filter(kind="fair", is_on=True).exists()


def test_a_box_that_is_unticked_holds_from_the_next_notification_on():
    person = reachable()
    client = log_in(person)
    client.post(URL, filled(client.get(URL), **{"order-email": None}))
    order, money = tell(person), tell(person, catalogue.money.REFUND_PART)
    send_all()
    assert (ways(order), ways(money)) == ({}, {"email": "sent"})
    assert client.get(URL).context["form"]["order-email"].initial is False


def test_rhythm_quiet_hours_and_language_are_kept_and_shown_again():
    client = log_in(reachable())
    wanted = {
        "mail_rhythm": "daily",
        "digest_at": "18:30",
        "quiet_from": "22:00",
        "quiet_until": "07:30",
        "language": "en",
    }
    client.post(URL, filled(client.get(URL), **wanted))
    initial = client.get(URL).context["form"].initial
    assert {name: initial[name] for name in wanted} == wanted


def test_what_is_sent_is_in_the_language_that_was_chosen(mailoutbox):
    person = reachable()
    NotificationSettings.objects.create(user=person, language="en")
    tell(person)
    send_all()
    assert mailoutbox[0].subject == "Your order was delivered: please look at it"
    assert "/en/notifications/" in mailoutbox[0].body


@pytest.mark.parametrize(
    "quiet", [{"quiet_from": "22:00"}, {"quiet_until": "08:00"}, {"quiet_from": "08:00", "quiet_until": "08:00"}]
)
def test_half_a_quiet_time_is_refused_in_words_and_nothing_is_saved(quiet):
    client = log_in(reachable())
    answer = client.post(URL, filled(client.get(URL), **({"quiet_from": None, "quiet_until": None} | quiet)))
    assert answer.status_code == 400
    assert "免打扰时段" in answer.content.decode()
    assert not NotificationSettings.objects.exists()
    assert not NotificationPreference.objects.exists()


def test_a_box_that_is_not_on_the_page_cannot_be_ticked():
    person = reachable()
    client = log_in(person)
    client.post(
        URL, filled(client.get(URL), **{"security-email": "", "order-fax": "on", "offer-email": "", "user": "1"})
    )
    kinds = set(NotificationPreference.objects.values_list("kind", "channel"))
    assert ("security", "email") not in kinds
    assert set(NotificationPreference.objects.values_list("user", flat=True)) == {person.pk}


def test_the_page_names_everything_that_is_told():
    page = log_in(reachable()).get(URL).content.decode()
    for notice in catalogue.all_notices():
        is_there = notice.example.replace("“", "“") in page.replace("&#x27;", "'")
        assert is_there == (notice.who != catalogue.Who.STAFF), notice


def test_every_kind_has_a_row_and_security_no_box_for_mail():
    rows = {row.kind: row for row in rows_for(is_staff=False)}
    assert set(rows) == set(NotificationKind)
    assert not {"email", "sms"} & set(rows[NotificationKind.SECURITY].channels)


def test_the_page_says_what_is_missing_for_a_way():
    bare = log_in(make_user(email="typed@example.com")).get(URL).content.decode()
    assert "/accounts/email/" in bare
    assert "/accounts/phone/change/" in bare
    whole = log_in(reachable(phone="+8613800138000")).get(URL).content.decode()
    assert "lin@example.com" in whole
    assert "…8000" in whole


def test_strangers_are_sent_to_log_in():
    assert Client().get(URL).status_code == 302
