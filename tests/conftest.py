"""Fixtures of all tests. No rules here: those are in the services."""

import pytest
from django.core.cache import cache
from django.test import Client

from tests import factories


@pytest.fixture(autouse=True)
def _clean_cache() -> None:
    """Each test starts with an empty cache of its own worker: limits, navigation and settings live there."""
    cache.clear()


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
