"""Fixtures of all tests. No rules here: those are in the services."""

import os
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck, settings

from marketplace.accounts.blocks import forget_blocks
from marketplace.core import clock
from marketplace.discovery.engines.windows import forget_windows
from marketplace.safety.words import forget_words
from portal.embedded.pytest_plugin import STDERR
from portal.embedded.template import template_for_tests
from tests import databases, factories
from tests.object_storage import object_storage  # noqa: F401 a fixture

# Tests set this machine's clock and mean it. That the portal finds out a wrong one is tested with processes of its own
# (faults/test_wrong_clock.py).
clock._correction, clock._connect = timedelta, lambda: None

# How long an example takes says how busy the machine is. What else holds of examples stays (in CI they are the same each time).
settings.register_profile("busy machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """In CI each failure is told at once: a run that is stopped has no summary."""
    if report.failed and os.environ.get("CI") == "true" and "PYTEST_XDIST_WORKER" not in os.environ:
        os.write(STDERR, f"\n{report.nodeid}, {report.when}, failed:\n{report.longreprtext[-3000:]}\n".encode())


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The tests' database is a copy of one that is migrated already, once for all workers; made by whoever needs one."""
    connection.settings_dict["TEST"]["TEMPLATE"] = template_for_tests(os.environ["DATABASE_URL"])


@pytest.fixture(autouse=True)
def _clean_slate() -> None:
    """Each test starts with an empty cache of its own worker (limits, navigation, settings) and in Chinese."""
    cache.clear()
    forget_windows()
    forget_blocks()
    forget_words()  # a process keeps the list a moment without asking the cache
    translation.activate("zh-hans")  # a page requested in English leaves English active in this thread


@pytest.fixture
def buyer(db):
    return factories.make_user(name="林小满")


@pytest.fixture
def seller(db):
    return factories.make_seller(name="青禾品牌")


@pytest.fixture
def buyer_client(buyer) -> Client:
    client = Client()
    client.force_login(buyer, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def seller_client(seller) -> Client:
    client = Client()
    client.force_login(seller, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def _keep_what_migrations_made(monkeypatch) -> None:
    """After a test with real commits remove what the marketplace wrote, instead of emptying every table.

    Django would empty Wagtail's root page and site too, and with `--reuse-db` they would be missing in the next run.
    """
    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: databases.forget_marketplace())


@pytest.fixture
def committed_db(_keep_what_migrations_made, transactional_db):
    """A database in which every transaction is a real one: for threads and servers."""
