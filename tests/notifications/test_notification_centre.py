"""The notification centre: lines, counts, and who sees them."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from django.utils import translation

from marketplace.notifications import selectors, services
from marketplace.notifications.models import Notification, NotificationKind
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(db):
    return make_user(name="林小满")


def tell(user, **changes):
    values = {"kind": NotificationKind.ORDER, "title": "新的交付", "body": "3个文件", "url": "/orders/ABC/"} | changes
    return services.notify(recipient_id=user.pk, **values)


def test_a_notification_counts_as_unread_until_it_is_opened(client: Client, reader):
    line = tell(reader, url=reverse("messaging:inbox"))
    client.force_login(reader)
    assert selectors.unread_count(reader) == 1

    response = client.get(reverse("notifications:open", args=[line.pk]))

    assert response.status_code == 302
    assert response.url == reverse("messaging:inbox")
    assert selectors.unread_count(reader) == 0


def test_opening_in_english_leads_to_the_english_page(client: Client, reader):
    line = tell(reader, url=reverse("messaging:inbox") + "#reviews")
    client.force_login(reader)
    with translation.override("en"):
        address = reverse("notifications:open", args=[line.pk])
        assert address.startswith("/en/")

        assert client.get(address).url == "/en/messages/#reviews"


def test_nobody_opens_the_line_of_somebody_else(client: Client, reader):
    line = tell(reader)
    client.force_login(make_user())

    assert client.get(reverse("notifications:open", args=[line.pk])).status_code == 404
    assert selectors.unread_count(reader) == 1


@pytest.mark.parametrize("url", ["", "https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_a_line_never_leads_off_the_site(client: Client, reader, url):
    line = tell(reader, url=url)
    client.force_login(reader)

    assert client.get(reverse("notifications:open", args=[line.pk])).url == reverse("notifications:list")


def test_mark_all_read_empties_only_ones_own_count(client: Client, reader):
    other = make_user()
    tell(reader), tell(reader), tell(other)
    client.force_login(reader)

    client.post(reverse("notifications:read_all"))

    assert (selectors.unread_count(reader), selectors.unread_count(other)) == (0, 1)


def test_who_is_not_signed_in_has_no_count_and_no_list(client: Client):
    assert selectors.unread_count(AnonymousUser()) == 0
    response = client.get(reverse("notifications:list"))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_the_list_shows_ones_own_lines(client: Client, reader):
    tell(reader, title="¥1,280进入托管")
    tell(make_user(), title="与我无关")
    client.force_login(reader)

    page = client.get(reverse("notifications:list")).content.decode()

    assert "¥1,280进入托管" in page
    assert "与我无关" not in page


def test_an_empty_list_says_what_will_be_there(client: Client, reader):
    client.force_login(reader)
    response = client.get(reverse("notifications:list"))
    assert response.status_code == 200
    assert "empty" in response.content.decode()


def test_notify_latest_replaces_the_unread_line_of_the_same_address(reader):
    tell(reader, kind=NotificationKind.MESSAGE, url="/messages/1/", title="旧")
    tell(reader, kind=NotificationKind.MESSAGE, url="/messages/2/")

    services.notify_latest(recipient_id=reader.pk, kind=NotificationKind.MESSAGE, title="新", url="/messages/1/")

    assert list(Notification.objects.filter(url="/messages/1/").values_list("title", flat=True)) == ["新"]
    assert selectors.unread_count(reader) == 2


def test_long_words_are_cut_to_what_the_row_holds(reader):
    line = tell(reader, title="长" * 200, body="文" * 400)
    assert (len(line.title), len(line.body)) == (120, 300)
    assert line.title.endswith("…")
