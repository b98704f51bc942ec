"""The notification centre: lines, counts, and who sees them."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from django.utils import translation

from marketplace.notifications import catalogue, live, selectors, services
from marketplace.notifications.models import Notification
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(db):
    return make_user(name="林小满")


def tell(user, **changes):
    values = {"notice": catalogue.orders.DELIVERED, "about": "3个文件", "url": "/orders/ABC/"} | changes
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
    tell(reader, about="品牌设计")
    tell(make_user(), about="与我无关")
    client.force_login(reader)

    page = client.get(reverse("notifications:list")).content.decode()

    assert "品牌设计" in page
    assert "与我无关" not in page


def test_an_empty_list_says_what_will_be_there(client: Client, reader):
    client.force_login(reader)
    response = client.get(reverse("notifications:list"))
    assert response.status_code == 200
    assert "empty" in response.content.decode()


def message_from(name, **changes):
    return {"notice": catalogue.talk.MESSAGE, "words": {"name": name}, "about": "在吗"} | changes


def test_notify_latest_replaces_the_unread_line_of_the_same_address(reader):
    tell(reader, **message_from("旧", url="/messages/1/"))
    tell(reader, **message_from("别人", url="/messages/2/"))

    services.notify_latest(recipient_id=reader.pk, **message_from("新", url="/messages/1/"))

    titles = Notification.objects.filter(url="/messages/1/").values_list("title", flat=True)
    assert list(titles) == ["新发来消息"]
    assert selectors.unread_count(reader) == 2


def test_long_words_are_cut_to_what_the_row_holds(reader):
    line = tell(reader, **message_from("长" * 200, about="文" * 400))
    assert (len(line.title), len(line.body)) == (120, 300)
    assert line.title.endswith("…")


def test_a_word_that_is_missing_is_a_programming_error(reader):
    with pytest.raises(KeyError):
        tell(reader, **message_from("甲", words={}))
    assert not Notification.objects.exists()


def test_who_reads_english_reads_the_line_in_english(client: Client, reader):
    tell(reader, **message_from("林小满"))
    client.force_login(reader)
    assert "林小满发来消息" in client.get("/notifications/").content.decode()
    page = client.get("/en/notifications/").content.decode()
    assert "Message from 林小满" in page
    assert "在吗" in page


def test_a_line_of_a_former_release_stays_readable(client: Client, reader):
    Notification.objects.create(
        recipient=reader, kind="order", title="旧的通知", notice="orders.gone", words={"a": "b"}
    )
    client.force_login(reader)
    assert "旧的通知" in client.get("/en/notifications/").content.decode()


def test_the_list_can_be_narrowed_to_a_kind_and_to_what_is_unread(client: Client, reader):
    tell(reader, about="品牌设计")
    read = tell(reader, notice=catalogue.money.REFUNDED, about="退款的订单")
    services.mark_read(notification=read)
    client.force_login(reader)

    def shown(query):
        page = client.get(f"/notifications/{query}").content.decode()
        return ("品牌设计" in page, "退款的订单" in page)

    assert shown("") == (True, True)
    assert shown("?unread=1") == (True, False)
    assert shown("?kind=money") == (False, True)
    assert shown("?kind=order&unread=1") == (True, False)
    assert shown("?kind=nonsense") == (True, True)


def test_marking_one_kind_as_read_leaves_the_others(client: Client, reader):
    tell(reader), tell(reader, notice=catalogue.money.REFUNDED)
    client.force_login(reader)

    client.post(reverse("notifications:read_all"), {"kind": "money"})

    assert list(Notification.objects.filter(read_at=None).values_list("kind", flat=True)) == ["order"]


def test_the_bell_of_an_open_page_asks_for_its_count_in_words(client: Client, reader):
    tell(reader), tell(make_user())
    client.force_login(reader)
    assert client.get("/notifications/unread/").json() == {"count": 1}
    services.mark_all_read(recipient=reader)
    assert client.get("/notifications/unread/").json() == {"count": 0}


@pytest.fixture
def heard(monkeypatch):
    people = []
    monkeypatch.setattr(live, "_listeners", [])
    live.on_count_changed(people.append)
    return people


def test_windows_hear_of_a_changed_count_after_the_commit_and_not_before(
    reader, heard, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        line = tell(reader)
        assert heard == []
    assert heard == [reader.pk]
    for change in (
        lambda: services.mark_read(notification=line),
        lambda: services.mark_all_read(recipient=reader),
    ):
        with django_capture_on_commit_callbacks(execute=True):
            change()
    assert heard == [reader.pk] * 3


def test_a_listener_that_fails_spoils_nothing(reader, heard, django_capture_on_commit_callbacks, caplog):
    def broken(_user_id):
        raise OSError("no Valkey")

    live._listeners.insert(0, broken)
    with django_capture_on_commit_callbacks(execute=True):
        tell(reader)
    assert heard == [reader.pk]
    assert "was not pushed" in caplog.text
