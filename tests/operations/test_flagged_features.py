"""What the flags switch: features that exist, gone where they are off, and nothing else with them."""

import pytest

from marketplace.core import flags
from tests.factories import make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db


def turn(key, **more):
    asked = {"is_on": False, "share_percent": 0, "group_ids": [], "reason": "试一试"} | more
    flags.set_flag(key=key, **asked, staff=make_user())


def test_notifications_in_the_browser_are_offered_while_their_flag_is_on():
    browser = log_in(make_user())
    assert "data-push-on" in browser.get("/settings/notifications/").content.decode()
    turn("notifications.push")
    page = browser.get("/settings/notifications/")
    assert page.status_code == 200
    assert "data-push-on" not in page.content.decode()


def test_a_search_is_saved_only_by_whom_the_feature_is_there_for():
    person, other = make_user(), make_user()
    share = max(flags.place_of("discovery.saved_searches", f"user:{one.pk}") for one in (person, other)) // 100
    chosen = min((person, other), key=lambda one: flags.place_of("discovery.saved_searches", f"user:{one.pk}"))
    left_out = other if chosen is person else person
    turn("discovery.saved_searches", share_percent=share)
    if flags.is_on("discovery.saved_searches", user=left_out):
        pytest.skip("two neighbours within one percent")
    asked = {"q": "logo", "name": "标志", "alerts": "daily"}
    assert log_in(chosen).post("/search/saved/new/", asked).status_code == 302
    assert log_in(left_out).post("/search/saved/new/", asked).status_code == 404
    assert "save-search__form" not in log_in(left_out).get("/search/?q=logo").content.decode()
