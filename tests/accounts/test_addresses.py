import pytest
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory

from marketplace.accounts import addresses
from marketplace.accounts.addresses import client_address


def asked(**said: str):
    return client_address(RequestFactory().get("/", **said))


def test_what_the_nearest_proxy_says_is_believed_and_what_a_visitor_says_is_not(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for _twice in range(2):  # the second time by heart
        assert asked(HTTP_X_FORWARDED_FOR="1.1.1.1, 203.0.113.7", REMOTE_ADDR="10.0.0.1") == "203.0.113.7"
        assert asked(HTTP_X_FORWARDED_FOR="203.0.113.8", REMOTE_ADDR="10.0.0.1") == "203.0.113.8"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert asked(HTTP_X_FORWARDED_FOR="203.0.113.8", REMOTE_ADDR="10.0.0.1") == "10.0.0.1"


def test_what_cannot_be_read_is_refused_each_time():
    for _twice in range(2):
        with pytest.raises(PermissionDenied):
            asked(REMOTE_ADDR="nobody")


def test_no_more_is_known_by_heart_than_fits(monkeypatch):
    monkeypatch.setattr(addresses, "_MOST_KNOWN", 3)
    for number in range(9):
        assert asked(REMOTE_ADDR=f"10.9.0.{number}") == f"10.9.0.{number}"
    assert len(addresses._known) <= 3
