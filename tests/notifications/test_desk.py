"""Staff's list of what did not reach people."""

import pytest

from marketplace.moderation.models import AdminLog
from marketplace.notifications import catalogue, undelivered
from marketplace.notifications.errors import NoticeError, NoticeErrorCode
from marketplace.notifications.models import Dispatch, DispatchStatus
from tests.factories import make_user, staff_group
from tests.logins import log_in
from tests.notifications.people import reachable, send_all, tell

pytestmark = pytest.mark.django_db
URL = "/admin/undelivered/"


@pytest.fixture
def dead():
    tell(reachable(), about="品牌设计")
    send_all()
    Dispatch.objects.update(status=DispatchStatus.DEAD, problem="the mail server said 550", attempts=6)
    return Dispatch.objects.get()


def desk(role):
    staff = make_user()
    staff.groups.add(staff_group(role))
    return log_in(staff)


def test_support_sees_who_was_not_reached_why_and_sends_it_again(dead, mailoutbox):
    client = desk("support")
    page = client.get(URL).content.decode()
    for words in ("林小满", dead.notification.title, "the mail server said 550"):
        assert words in page
    mailoutbox.clear()
    assert client.post(f"{URL}{dead.pk}/", {"act": "again"}).status_code == 302
    assert send_all() == 1
    assert len(mailoutbox) == 1
    assert dead.notification.title not in client.get(URL).content.decode()


def test_two_of_support_send_it_once(dead):
    client = desk("support")
    client.post(f"{URL}{dead.pk}/", {"act": "again"})
    send_all()
    client.post(f"{URL}{dead.pk}/", {"act": "again"})
    assert send_all() == 0


def test_what_needs_nothing_is_taken_off(dead):
    client = desk("administrator")
    client.post(f"{URL}{dead.pk}/", {"act": "aside"})
    assert dead.notification.title not in client.get(URL).content.decode()
    dead.refresh_from_db()
    assert dead.status == DispatchStatus.SKIPPED


@pytest.mark.parametrize("role", ["marketer", "moderator", "finance"])
def test_others_of_the_staff_neither_see_it_nor_send_it(dead, role):
    client = desk(role)
    assert client.get(URL).status_code == 302
    client.post(f"{URL}{dead.pk}/", {"act": "again"})
    dead.refresh_from_db()
    assert dead.status == DispatchStatus.DEAD


def test_a_page_of_the_list_costs_the_same_with_many(dead, django_assert_max_num_queries):
    for number in range(5):
        tell(reachable(email=f"p{number}@example.com"), catalogue.orders.LATE_BUYER)
    send_all()
    Dispatch.objects.update(status=DispatchStatus.DEAD)
    client = desk("support")
    client.get(URL)
    with django_assert_max_num_queries(25):
        assert client.get(URL).status_code == 200


def test_who_sends_again_or_takes_off_is_written_down(dead):
    client = desk("support")
    client.post(f"{URL}{dead.pk}/", {"act": "again"})
    client.post(f"{URL}{dead.pk}/", {"act": "again"})  # it waits now: nothing is done
    Dispatch.objects.update(status=DispatchStatus.DEAD)
    client.post(f"{URL}{dead.pk}/", {"act": "aside"})
    lines = AdminLog.objects.filter(action__startswith="notice.").order_by("pk")
    assert [line.action for line in lines] == ["notice.again", "notice.aside"]
    assert lines[0].subject == dead.notification.recipient
    assert (lines[0].data["dispatch"], lines[0].data["problem"]) == (dead.pk, "the mail server said 550")


def test_what_may_have_arrived_is_sent_again_by_who_says_that_it_may_be_a_copy(dead):
    Dispatch.objects.update(problem="may have arrived: the worker stopped while sending")
    client, staff = desk("support"), make_user()
    assert 'name="sure"' in client.get(URL).content.decode()
    with pytest.raises(NoticeError) as refusal:
        undelivered.send_again(dispatch_id=dead.pk, staff=staff)
    assert refusal.value.code == NoticeErrorCode.MAY_HAVE_ARRIVED
    client.post(f"{URL}{dead.pk}/", {"act": "again"})
    dead.refresh_from_db()
    assert (dead.status, AdminLog.objects.filter(action="notice.again").exists()) == (DispatchStatus.DEAD, False)
    client.post(f"{URL}{dead.pk}/", {"act": "again", "sure": "1"})
    dead.refresh_from_db()
    assert dead.status == DispatchStatus.WAITING
