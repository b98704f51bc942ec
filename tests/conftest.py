"""Fixtures of all tests. No rules here: those are in the services."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from tests import databases, factories


@pytest.fixture(autouse=True)
def _clean_slate() -> None:
    """Each test starts with an empty cache of its own worker (limits, navigation, settings) and in Chinese."""
    cache.clear()
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
def committed_db(request, django_db_setup, django_db_blocker):
    """A database in which every transaction is a real one, for threads and servers; rows made here are removed after.

    Not pytest-django's `transaction=True`: that empties every table, and with them Wagtail's root page and site.
    """
    assert "db" not in request.fixturenames, "this test already runs inside Django's test transaction"
    with django_db_blocker.unblock():
        keep = databases.newest_user()
        yield
        databases.forget_marketplace(newest_user_to_keep=keep)
