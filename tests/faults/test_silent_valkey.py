"""A Valkey that is away, and one that takes connections and never answers: pages come all the same, and soon."""

import threading
import time

import pytest
from celery import Celery
from django.test import Client
from django.urls import reverse
from kombu.exceptions import OperationalError

from marketplace.core import valkey
from marketplace.core.rules import current_rules
from marketplace.moderation.roles import ADMINISTRATOR, ensure_roles
from tests.factories import make_user
from tests.faults.valkey import AWAY
from tests.logins import log_in

pytestmark = pytest.mark.django_db
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140 Safari/537.36"
# What nobody asks twice in three seconds: the cache, the list of visits, live notices, the broker, each with its own patience.
# Seven at most on a machine that does other things as well; without these patiences it is minutes.
LONGEST_SECONDS = 12


def assert_comes(client: Client, path: str) -> None:
    begun = time.monotonic()
    assert client.get(path).status_code == 200
    assert time.monotonic() - begun < LONGEST_SECONDS


def test_a_member_sees_the_first_page(goes):
    client = log_in(make_user(), client=Client(headers={"user-agent": CHROME}))
    client.get("/")
    goes()
    assert_comes(client, "/")


def test_a_member_sees_a_page_with_head_and_foot(goes):
    client = log_in(make_user(), client=Client(headers={"user-agent": CHROME}))
    path = reverse("accounts:settings")
    page = client.get(path).content.decode()
    assert "<footer" in page
    goes()
    assert_comes(client, path)


def test_the_rules_of_an_order_are_known(goes, django_capture_on_commit_callbacks):
    known = current_rules()
    goes()
    with django_capture_on_commit_callbacks(execute=True):
        assert current_rules() == known


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/analytics/categories/",
        "/admin/analytics/",
        "/admin/operations/",
        "/admin/operations/failed/",
        "/admin/platform-settings/",
    ],
)
def test_an_administrator_sees_the_desk(path, goes):
    person = make_user(is_staff=True)
    person.groups.add(ensure_roles()[ADMINISTRATOR])
    client = log_in(person)
    client.get(path)
    goes()
    assert_comes(client, path)


def test_a_process_asks_a_silent_server_once_in_three_seconds(silent):
    client = valkey.redis.Redis.from_url(
        silent, socket_timeout=0.5, socket_connect_timeout=0.5, connection_class=valkey.BriefConnection
    )
    begun = time.monotonic()
    for _key in range(20):
        with pytest.raises(valkey.redis.RedisError):
            client.get("key")
    assert time.monotonic() - begun < 2
    valkey._silent_until.clear()


def test_who_waited_shorter_closes_the_cache_to_nobody(silent):
    hasty, patient = (
        valkey.redis.Redis.from_url(silent, socket_timeout=seconds, connection_class=valkey.BriefConnection)
        for seconds in (0.2, 0.4)
    )
    for client in (hasty, patient):
        with pytest.raises(valkey.redis.TimeoutError):  # asked, and not left alone
            client.get("key")
    valkey._silent_until.clear()


def test_the_cache_is_reached_over_tls_where_its_address_says_so():
    assert valkey.brief_connection_for("redis://cache:6379/1") is valkey.BriefConnection
    assert issubclass(valkey.brief_connection_for("rediss://cache:6379/1"), valkey.redis.SSLConnection)


@pytest.mark.parametrize("how", ["away", "silent"])
def test_handing_a_job_over_ends_soon_where_the_broker_says_nothing(how, silent):
    """With kombu's own settings this would never end; with results kept, their store is waited for twenty seconds."""
    url = silent if how == "silent" else AWAY
    application = Celery("of-a-test", set_as_current=False)  # nor is its job one of the portal's
    application.config_from_object("django.conf:settings", namespace="CELERY")
    application.conf.update(broker_url=f"{url}/2", result_backend=f"{url}/3", task_always_eager=False)

    @application.task(name="tests.portal.nothing", shared=False)
    def nothing() -> None: ...

    raised: list[BaseException] = []

    def hand_over() -> None:
        try:
            nothing.delay()
        except BaseException as error:  # told to the test below
            raised.append(error)

    thread = threading.Thread(target=hand_over, daemon=True)
    thread.start()
    thread.join(15)
    assert not thread.is_alive()
    assert isinstance(raised[0], OperationalError)
