"""The desk of settings: people's units, who may ask, who may agree, what agreements quote."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.core import changes, config
from marketplace.core.config import get_config
from marketplace.core.models import ChangeStatus, ConfigChange
from marketplace.moderation.roles import ADMINISTRATOR, FINANCE, MODERATOR, ensure_roles
from marketplace.payments.todo_selectors import todos_of
from tests.factories import make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db
FEE = "payments.commission_basis_points_level_2"
PAGE = f"/admin/platform-settings/{FEE}/"


def staff(role):
    user = make_user()
    user.groups.add(ensure_roles()[role])
    return user


def test_the_list_says_every_value_in_peoples_units_and_finds_words():
    browser = log_in(staff(MODERATOR))
    whole = browser.get("/admin/platform-settings/").content.decode()
    for key in config.DEFINITIONS:
        assert f">{key}" in whole
    assert "¥10" in whole
    assert "10%" in whole
    found = browser.get("/admin/platform-settings/?q=commission_basis_points_level_2").content.decode()
    assert FEE in found
    assert "orders.auto_accept_days" not in found


def test_only_what_differs_from_its_default_is_listed_when_asked_for():
    changes.ask_for_change(key="gigs.autosave_minutes", value=30, reason="试", asker=make_user())
    found = log_in(staff(MODERATOR)).get("/admin/platform-settings/?changed=1").content.decode()
    assert "gigs.autosave_minutes" in found
    assert FEE not in found


def test_an_administrator_types_percent_and_finance_agrees():
    asker, finance = staff(ADMINISTRATOR), staff(FINANCE)
    log_in(asker).post(PAGE, {"value": "8.5", "reason": "与竞品一致", "effective_at": ""})
    change = ConfigChange.objects.get()
    assert (change.value, change.status) == (850, ChangeStatus.WAITING)
    todo = {todo.url_name: todo.number for todo in todos_of(finance)}
    assert todo["operations_changes"] == 1
    assert {todo.url_name: todo.number for todo in todos_of(asker)}["operations_changes"] == 0
    log_in(finance).post(f"/admin/platform-settings/changes/{change.pk}/agree/")
    assert get_config(FEE) == 850


def test_an_administrator_cannot_agree_to_their_own_change_by_post():
    asker = staff(ADMINISTRATOR)
    browser = log_in(asker)
    browser.post(PAGE, {"value": "8.5", "reason": "与竞品一致"})
    change = ConfigChange.objects.get()
    answer = browser.post(f"/admin/platform-settings/changes/{change.pk}/agree/", follow=True)
    assert get_config(FEE) == 1000
    assert "同意" in answer.content.decode() or "agree" in answer.content.decode()


@pytest.mark.parametrize("role", [MODERATOR, FINANCE])
def test_who_may_not_ask_sees_no_form_and_asks_in_vain(role):
    browser = log_in(staff(role))
    assert 'name="value"' not in browser.get(PAGE).content.decode()
    browser.post(PAGE, {"value": "8.5", "reason": "试"})
    assert not ConfigChange.objects.exists()


@pytest.mark.parametrize("act", ["agree", "refuse", "withdraw", "roll-back"])
def test_a_moderator_decides_nothing(act):
    change = changes.ask_for_change(key=FEE, value=800, reason="试", asker=make_user())
    answer = log_in(staff(MODERATOR)).post(f"/admin/platform-settings/changes/{change.pk}/{act}/", {"answer": "不"})
    assert answer.status_code in (302, 403)
    change.refresh_from_db()
    assert change.status == ChangeStatus.WAITING


def test_what_an_agreement_quotes_is_said_before_one_types(monkeypatch):
    monkeypatch.setattr(config, "_quotes_provider", [lambda _key: "服务协议第3版"])
    monkeypatch.setattr(config, "_rules_page", [lambda: "/admin/snippets/x/"])
    page = log_in(staff(ADMINISTRATOR)).get(PAGE).content.decode()
    assert "服务协议第3版" in page
    assert "/admin/snippets/x/" in page
    assert 'name="value"' not in page


def test_a_moment_is_typed_in_china_and_one_click_rolls_back():
    browser = log_in(staff(ADMINISTRATOR))
    key = "gigs.autosave_minutes"
    moment = timezone.localtime(timezone.now() + timedelta(days=2)).replace(second=0, microsecond=0)
    browser.post(
        f"/admin/platform-settings/{key}/",
        {"value": "30", "reason": "试", "effective_at": moment.strftime("%Y-%m-%d %H:%M")},
    )
    change = ConfigChange.objects.get()
    assert (change.status, change.effective_at) == (ChangeStatus.SCHEDULED, moment)
    browser.post(f"/admin/platform-settings/changes/{change.pk}/withdraw/")
    browser.post(f"/admin/platform-settings/{key}/", {"value": "30", "reason": "试", "effective_at": ""})
    assert get_config(key) == 30
    browser.post(f"/admin/platform-settings/changes/{ConfigChange.objects.first().pk}/roll-back/")
    assert get_config(key) == 10


@pytest.mark.parametrize("value", ["", "很多", "99", "8.555"])
def test_a_value_that_cannot_be_comes_back_with_words(value):
    answer = log_in(staff(ADMINISTRATOR)).post(PAGE, {"value": value, "reason": "试"})
    assert answer.status_code == 422
    assert not ConfigChange.objects.exists()


def test_an_unknown_setting_is_not_there():
    assert log_in(staff(ADMINISTRATOR)).get("/admin/platform-settings/no.such/").status_code == 404


def test_a_flag_is_turned_on_its_page_and_the_list_says_for_whom():
    administrator = staff(ADMINISTRATOR)
    browser = log_in(administrator)
    page = "/admin/platform-settings/flags/notifications.push/"
    assert browser.get(page).status_code == 200
    group = ensure_roles()[FINANCE]
    browser.post(page, {"share_percent": "25", "groups": [group.pk], "reason": "先试四分之一"})
    found = browser.get("/admin/platform-settings/flags/").content.decode()
    assert "25%" in found
    assert "先试四分之一" in found
    assert browser.post(page, {"share_percent": "25", "groups": [group.pk], "reason": "再试"}).status_code == 422
    assert log_in(staff(MODERATOR)).get(page).status_code == 302
