"""F6 of facts/reliability.md: Valkey is emptied, or comes back without its last moments. What counts stands in PostgreSQL."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as portal
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from marketplace.ledger.models import Transaction
from marketplace.messaging.models import Message
from marketplace.messaging.services import start_conversation
from marketplace.orders import services as orders
from marketplace.orders.models import Refund
from marketplace.payments.audit import audit_money
from marketplace.payments.tasks import pay_due_refunds
from marketplace.uploads import services, tasks
from marketplace.uploads.models import Upload
from marketplace.uploads.selectors import WAITS_FOR
from marketplace.uploads.states import UploadState
from portal.celery import application
from portal.sessions import SECONDS_IN_CACHE
from tests.factories import make_paid_order, make_user
from tests.faults.valkey import OwnValkey, take_away
from tests.logins import log_in
from tests.payments.conftest import (  # noqa: F401 fixtures of the payments' tests
    alipay_process,
    alipay_sandbox,
    begin,
    postbox,
)
from tests.uploads import files
from tests.uploads.conftest import desk, folders, send  # noqa: F401 fixtures too

BROKER = 2


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[OwnValkey]:
    """One that nobody else loses anything by."""
    started = OwnValkey(tmp_path_factory.mktemp("valkey"))
    yield started
    started.die()


@pytest.fixture
def valkey(server, settings, monkeypatch) -> OwnValkey:
    """The portal's own for the time of this test: cache, limits, notices, broker."""
    server.forget()
    take_away(settings, server.url)
    # Celery read its settings long ago, and keeps connections to the broker that it knew first.
    broker = settings.CELERY_BROKER_URL
    monkeypatch.setattr(
        application, "connection_for_write", lambda *_url, **more: application._connection(broker, **more)
    )
    monkeypatch.setattr(application, "_pool", None)
    monkeypatch.setattr(application.amqp, "_producer_pool", None)
    return server


@pytest.fixture(params=["emptied", "set back"])
def forgets(request, valkey) -> Callable[[], None]:
    """What to call once it has something to forget. Set back, it has nothing of what came since the test began."""
    if request.param == "emptied":
        return valkey.forget
    valkey.keep()
    return valkey.fall_back


def try_to_log_in(client: Client, person) -> int:
    return client.post(reverse("account_login"), {"login": person.email, "password": "wrong"}).status_code


@pytest.mark.django_db
def test_who_is_logged_in_stays_so_and_goes_on(forgets):
    order = make_paid_order()
    conversation = start_conversation(buyer=order.buyer, seller=order.seller)
    buyer = log_in(order.buyer)
    assert buyer.get(order.get_absolute_url()).status_code == 200
    words = {"body": "你好", "client_id": "00000000-0000-4000-8000-000000000001"}
    page = reverse("messaging:conversation", args=[conversation.pk])
    assert buyer.post(page, words).status_code == 302

    forgets()
    assert buyer.get(order.get_absolute_url()).status_code == 200
    assert buyer.post(page, words).status_code == 302  # sent again, for nobody knows whether it arrived
    assert Message.objects.filter(body="你好").count() == 1


@pytest.mark.django_db
def test_who_logged_out_is_out_although_the_cache_forgot_it(valkey):
    """Of a session that ended a moment before the fall, the cache has the copy again; it believes it for a minute at most."""
    person = make_user()
    client = log_in(person)
    page = reverse("accounts:settings")
    assert client.get(page).status_code == 200
    stolen = client.cookies[portal.SESSION_COOKIE_NAME].value
    valkey.keep()
    client.post(reverse("account_logout"))
    assert not Session.objects.filter(session_key=stolen).exists()
    valkey.fall_back()

    (key,) = (key for key in valkey.client(1).scan_iter() if stolen.encode() in key and b"cached_db" in key)
    assert 0 < valkey.client(1).ttl(key) <= SECONDS_IN_CACHE
    valkey.client(1).delete(key)  # the minute is over
    thief = Client()
    thief.cookies[portal.SESSION_COOKIE_NAME] = stolen
    assert thief.get(page).status_code == 302


@pytest.mark.django_db
def test_tries_are_counted_from_the_beginning_and_there_is_an_end_again(forgets):
    person = make_user(email="someone@example.com")

    def tries_until_refused() -> int:
        client = Client()
        for number in range(1, 40):
            if try_to_log_in(client, person) == 429:
                return number
        raise AssertionError("nobody counts")

    before = tries_until_refused()
    forgets()
    assert tries_until_refused() == before


@pytest.mark.django_db
def test_a_job_that_the_broker_lost_is_done_all_the_same(
    forgets,
    valkey,
    send,  # noqa: F811
    django_capture_on_commit_callbacks,
    moved,
):
    with django_capture_on_commit_callbacks(execute=True):
        upload = send("a.jpg", files.picture())
    assert valkey.client(BROKER).llen("celery") >= 1
    forgets()
    assert valkey.client(BROKER).llen("celery") == 0

    with moved(WAITS_FOR * 2):
        assert [tasks.look_into_lost() for _time in range(2)] == [1, 0]
    assert Upload.objects.get(pk=upload.pk).state == UploadState.READY
    assert services.process_upload(upload_id=upload.pk) is False  # should the message come after all


@pytest.fixture
def moved():
    from marketplace.core import clock

    return lambda by: clock.moved_to(clock.now() + by)


def test_money_goes_its_way_once(committed_db, forgets, alipay_sandbox, postbox):  # noqa: F811
    purchase = begin(alipay_sandbox, postbox, price_fen=12_800)
    purchase.pay()
    assert purchase.deliver() == "success"
    forgets()
    assert purchase.deliver() == "success"  # told again
    assert Transaction.objects.count() == 1
    orders.cancel_order(order_id=purchase.order.pk, user=purchase.order.seller)
    forgets()
    assert [pay_due_refunds(), pay_due_refunds()] == [1, 0]
    forgets()
    assert pay_due_refunds() == 0
    assert Refund.objects.get().status == "done"
    assert [row["refund_amount"] for row in purchase.at_alipay()["refunds"]] == ["128.00"]
    assert audit_money().violations == []
