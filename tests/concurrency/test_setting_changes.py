"""Settings under two hands: two who ask, two who agree, the job twice, and a text that is announced meanwhile."""

import json
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from cms_pages.models import RulesText
from cms_pages.rules_figures import document_quoting
from cms_pages.rules_texts import announce_rules_text
from marketplace.core import changes, clock, locks
from marketplace.core.config import get_config, set_config
from marketplace.core.errors import SettingError, SettingErrorCode
from marketplace.core.models import ChangeStatus, ConfigChange
from marketplace.moderation.models import AdminLog
from tests.concurrency.conftest import MeetingPoint
from tests.databases import together
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("committed_db")
FEE, DAYS = "payments.commission_basis_points_level_2", "gigs.autosave_minutes"


@pytest.fixture
def settings_lock_off(monkeypatch):
    """The control: nobody holds the settings, and both have looked before either writes."""
    monkeypatch.setattr(locks, "hold_settings", lambda: None)
    monkeypatch.setattr("cms_pages.rules_texts.hold_settings", lambda: None)


def ask(key, value, **more):
    return changes.ask_for_change(key=key, value=value, reason="试", asker=make_user(), **more)


def refusals(results):
    return [result.code for result in results if isinstance(result, SettingError)]


def test_of_two_who_ask_at_once_one_is_told_of_the_other(meet_before):
    meet_before(locks, "hold_settings")
    results = together(partial(ask, FEE, 800), partial(ask, FEE, 900))
    assert refusals(results) == [SettingErrorCode.OPEN_ALREADY]
    assert ConfigChange.objects.count() == 1


def test_control_without_the_lock_only_the_database_stops_the_second(settings_lock_off, meet_before):
    meet_before(changes, "require_not_quoted")
    results = together(partial(ask, FEE, 800), partial(ask, FEE, 900))
    assert [type(result) for result in results if isinstance(result, Exception)] == [IntegrityError]


def test_two_approvals_at_once_are_one(meet_before):
    change = ask(FEE, 800)
    meet_before(locks, "hold_settings")
    results = together(*[partial(changes.agree_to_change, change_id=change.pk, staff=make_user()) for _two in range(2)])
    assert refusals(results) == [SettingErrorCode.OVER]
    assert AdminLog.objects.filter(action="settings.agree").count() == 1
    assert get_config(FEE) == 800


def test_control_without_the_lock_only_the_database_stops_the_second_approval(settings_lock_off, monkeypatch):
    change, point, read = ask(FEE, 800), MeetingPoint(once=True), changes.stored_value

    def read_and_meet(key):
        value = read(key)
        point.wait()
        return value

    monkeypatch.setattr(changes, "stored_value", read_and_meet)
    results = together(*[partial(changes.agree_to_change, change_id=change.pk, staff=make_user()) for _two in range(2)])
    # Nobody was told that a colleague had agreed already: the second one's write was refused by the table itself.
    assert [type(result) for result in results if isinstance(result, Exception)] == [IntegrityError]


def test_the_job_twice_applies_once_and_what_is_withdrawn_meanwhile_is_not(meet_before):
    change = ask(DAYS, 30, effective_at=clock.now() + timedelta(hours=1))
    ConfigChange.objects.update(effective_at=clock.now() - timedelta(minutes=1))
    meet_before(changes, "_apply_if_due", (changes, "withdraw_change"), parties=3)
    applied = together(
        lambda: changes.apply_due_changes(),
        lambda: changes.apply_due_changes(),
        lambda: changes.withdraw_change(change_id=change.pk, staff=make_user()),
    )
    change.refresh_from_db()
    counts = [result for result in applied if isinstance(result, int)]
    if change.status == ChangeStatus.APPLIED:
        assert sum(counts) == 1
        assert refusals(applied) == [SettingErrorCode.OVER]
        assert get_config(DAYS) == 30
    else:
        assert (change.status, sum(counts)) == (ChangeStatus.WITHDRAWN, 0)
        assert get_config(DAYS) == 10


@pytest.fixture
def draft():
    """A draft that quotes the setting; removed whatever became of it, since announced versions stay."""
    body = json.dumps([{"type": "rule", "value": {"lines": [{"before": "每隔", "setting": DAYS, "after": "保存"}]}}])
    yield RulesText.objects.create(
        document="privacy", changes_zh="原话", changes_en="Changes", body_zh=body, body_en=body
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("TRUNCATE cms_pages_rulestext, cms_pages_rulescomment")


def announce(text):
    day = clock.now() + timedelta(days=9)
    return announce_rules_text(text_id=text.pk, effective_at=day, comments_until=day)


def test_what_is_being_announced_is_not_changed_without_notice(draft, monkeypatch):
    """Whoever is first: a change before the announcement is what it quotes, one after it is refused."""
    point = MeetingPoint(once=True)
    hold = locks.hold_settings

    def meet_and_hold():
        point.wait()
        hold()

    monkeypatch.setattr(locks, "hold_settings", meet_and_hold)
    monkeypatch.setattr("cms_pages.rules_texts.hold_settings", meet_and_hold)
    results = together(partial(announce, draft), partial(set_config, key=DAYS, value=30, reason="试"))
    assert point.was_used
    assert document_quoting(DAYS)
    text = RulesText.objects.get(pk=draft.pk)
    if refusals(results):
        assert (refusals(results), get_config(DAYS), text.figures[DAYS]) == ([SettingErrorCode.IN_RULES], 10, 10)
    else:
        assert (get_config(DAYS), text.figures[DAYS]) == (30, 30)


def test_control_without_the_lock_a_quoted_value_changes_without_notice(draft, settings_lock_off, monkeypatch):
    """The change has looked and found no text; the text is announced with the old value; then the change is written."""
    looked, announced = MeetingPoint(once=True), MeetingPoint(once=True)
    from marketplace.core import config

    look = config.require_not_quoted

    def look_and_wait(key):
        look(key)
        looked.wait()
        announced.wait()

    def announce_in_between():
        looked.wait()
        announce(draft)
        announced.wait()

    monkeypatch.setattr(config, "require_not_quoted", look_and_wait)
    results = together(announce_in_between, partial(set_config, key=DAYS, value=30, reason="试"))
    assert [result for result in results if isinstance(result, Exception)] == []
    assert RulesText.objects.get(pk=draft.pk).figures[DAYS] == 10
    assert get_config(DAYS) == 30
