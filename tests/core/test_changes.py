"""Changes of business constants: asked for, agreed to by another person, scheduled, refused, withdrawn, rolled back."""

from datetime import timedelta

import pytest

from marketplace.core import changes, clock, config
from marketplace.core.config import get_config, set_config
from marketplace.core.errors import SettingError, SettingErrorCode
from marketplace.core.models import ChangeStatus, ConfigChange
from marketplace.moderation.models import AdminLog
from tests.factories import make_user

pytestmark = pytest.mark.django_db
DAYS, FEE = "gigs.autosave_minutes", "payments.commission_basis_points_level_2"


def ask(key, value, asker=None, **more):
    return changes.ask_for_change(key=key, value=value, reason="试一试", asker=asker or make_user(), **more)


def refused(act, *arguments, **more):
    with pytest.raises(SettingError) as refusal:
        act(*arguments, **more)
    return refusal.value.code


def test_what_is_not_about_money_holds_at_once_and_is_written_down():
    staff = make_user()
    before = get_config(DAYS)
    change = ask(DAYS, 30, staff)
    assert get_config(DAYS) == 30
    assert (change.status, change.old_value, change.asked_by) == (ChangeStatus.APPLIED, before, staff)
    line = AdminLog.objects.get(action="settings.ask")
    assert (line.actor, line.before, line.after) == (staff, {DAYS: before}, {DAYS: 30})


def test_a_change_about_money_waits_for_a_second_person_and_then_holds():
    asker, colleague = make_user(), make_user()
    change = ask(FEE, 800, asker)
    assert change.status == ChangeStatus.WAITING
    assert get_config(FEE) == 1000
    changes.agree_to_change(change_id=change.pk, staff=colleague)
    assert get_config(FEE) == 800
    change.refresh_from_db()
    assert (change.status, change.decided_by) == (ChangeStatus.APPLIED, colleague)
    assert AdminLog.objects.get(action="settings.agree").actor == colleague


def test_nobody_decides_about_what_they_asked_for():
    asker = make_user()
    change = ask(FEE, 800, asker)
    assert refused(changes.agree_to_change, change_id=change.pk, staff=asker) == SettingErrorCode.OWN_CHANGE
    assert refused(changes.refuse_change, change_id=change.pk, staff=asker, answer="不") == SettingErrorCode.OWN_CHANGE
    assert get_config(FEE) == 1000


def test_a_refusal_has_words_and_leaves_the_value():
    change = ask(FEE, 800)
    colleague = make_user()
    assert (
        refused(changes.refuse_change, change_id=change.pk, staff=colleague, answer=" ") == SettingErrorCode.NO_REASON
    )
    changes.refuse_change(change_id=change.pk, staff=colleague, answer="年底再说")
    change.refresh_from_db()
    assert (change.status, change.answer) == (ChangeStatus.REFUSED, "年底再说")
    assert get_config(FEE) == 1000
    assert refused(changes.agree_to_change, change_id=change.pk, staff=colleague) == SettingErrorCode.OVER


def test_a_scheduled_change_holds_from_its_moment_on_and_is_applied_once():
    day = clock.now() + timedelta(days=2)
    change = ask(DAYS, 30, effective_at=day)
    assert change.status == ChangeStatus.SCHEDULED
    assert changes.apply_due_changes() == 0
    with clock.moved_to(day + timedelta(minutes=1)):
        assert changes.apply_due_changes() == 1
        assert changes.apply_due_changes() == 0
    assert get_config(DAYS) == 30
    change.refresh_from_db()
    assert change.applied_at >= day


def test_what_was_agreed_to_before_its_moment_waits_for_it():
    day = clock.now() + timedelta(days=2)
    change = ask(FEE, 800, effective_at=day)
    changes.agree_to_change(change_id=change.pk, staff=make_user())
    assert get_config(FEE) == 1000
    with clock.moved_to(day + timedelta(minutes=1)):
        assert changes.apply_due_changes() == 1
    assert get_config(FEE) == 800


@pytest.mark.parametrize("key", [DAYS, FEE])
def test_what_is_withdrawn_never_holds(key):
    asker = make_user()
    day = clock.now() + timedelta(days=2)
    change = ask(key, 60 if key == DAYS else 800, asker, effective_at=day)
    changes.withdraw_change(change_id=change.pk, staff=asker)
    with clock.moved_to(day + timedelta(minutes=1)):
        assert changes.apply_due_changes() == 0
    assert refused(changes.withdraw_change, change_id=change.pk, staff=asker) == SettingErrorCode.OVER


def test_a_change_is_rolled_back_by_a_change():
    ask(DAYS, 30)
    second = ask(DAYS, 60)
    back = changes.roll_back(change_id=second.pk, asker=make_user())
    assert get_config(DAYS) == 30
    assert back.rolls_back == second
    first = ConfigChange.objects.filter(key=DAYS).order_by("pk").first()
    changes.roll_back(change_id=first.pk, asker=make_user())
    assert get_config(DAYS) == 10


def test_rolling_back_what_is_about_money_needs_two_again_and_what_never_held_cannot_be():
    change = ask(FEE, 800)
    assert refused(changes.roll_back, change_id=change.pk, asker=make_user()) == SettingErrorCode.OVER
    changes.agree_to_change(change_id=change.pk, staff=make_user())
    back = changes.roll_back(change_id=change.pk, asker=make_user())
    assert back.status == ChangeStatus.WAITING
    assert get_config(FEE) == 800


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"value": 241}, SettingErrorCode.OUT_OF_BOUNDS),
        ({"value": 10}, SettingErrorCode.NOTHING_CHANGES),
        ({"reason": "  "}, SettingErrorCode.NO_REASON),
        ({"reason": "长" * 201}, SettingErrorCode.NO_REASON),
        ({"effective_at": timedelta(hours=-1)}, SettingErrorCode.IN_THE_PAST),
    ],
)
def test_what_cannot_be_asked_for_is_refused_and_leaves_nothing(more, code):
    if "effective_at" in more:
        more = {"effective_at": clock.now() + more["effective_at"]}
    asked = {"key": DAYS, "value": 20, "reason": "试", "asker": make_user()} | more
    assert refused(changes.ask_for_change, **asked) == code
    assert not ConfigChange.objects.exists()


def test_one_change_of_a_setting_at_a_time():
    ask(FEE, 800)
    assert refused(ask, FEE, 900) == SettingErrorCode.OPEN_ALREADY


def test_nobody_agrees_to_a_from_that_is_gone():
    change = ask(FEE, 800)
    set_config(key=FEE, value=1200, reason="规则")
    assert (
        refused(changes.agree_to_change, change_id=change.pk, staff=make_user()) == SettingErrorCode.CHANGED_MEANWHILE
    )


def test_what_an_agreement_quotes_is_not_asked_for_here(monkeypatch):
    monkeypatch.setattr(config, "_quotes_provider", [lambda _key: "服务协议第3版"])
    assert refused(ask, DAYS, 30) == SettingErrorCode.IN_RULES


def test_a_scheduled_change_that_an_agreement_quotes_since_is_refused_with_the_reason(monkeypatch):
    day = clock.now() + timedelta(days=2)
    change = ask(DAYS, 30, effective_at=day)
    monkeypatch.setattr(config, "_quotes_provider", [lambda _key: "服务协议第3版"])
    with clock.moved_to(day + timedelta(minutes=1)):
        assert changes.apply_due_changes() == 0
    change.refresh_from_db()
    assert change.status == ChangeStatus.REFUSED
    assert "服务协议第3版" in change.answer
    assert get_config(DAYS) == 10


def test_what_the_program_changes_leaves_a_change_too():
    set_config(key=DAYS, value=30, reason="规则生效", was_announced=True)
    change = ConfigChange.objects.get()
    assert (change.status, change.old_value, change.value, change.asked_by) == (ChangeStatus.APPLIED, 10, 30, None)


def test_who_asked_is_told_at_the_bell():
    asker = make_user()
    changes.agree_to_change(change_id=ask(FEE, 800, asker).pk, staff=make_user())
    changes.refuse_change(change_id=ask(FEE, 900, asker).pk, staff=make_user(), answer="太高")
    lines = list(asker.notifications.order_by("pk"))
    assert [line.notice for line in lines] == ["staff.setting_agreed", "staff.setting_refused"]
    assert "8%" in lines[0].body
    assert "太高" in lines[1].body


def test_what_was_in_force_at_a_moment_is_known_afterwards():
    now, before = clock.now(), get_config(DAYS)
    for days, value in ((9, 20), (3, 30)):
        with clock.moved_to(now - timedelta(days=days)):
            set_config(key=DAYS, value=value, reason="试一试")
    asked = [config.value_at(DAYS, now - timedelta(days=days)) for days in (10, 8, 2)]
    assert asked == [before, 20, 30]
    assert config.value_at(FEE, now - timedelta(days=400)) == get_config(FEE)


def test_one_scheduled_change_that_fails_holds_up_no_other(monkeypatch):
    soon = clock.now() + timedelta(hours=1)
    broken, other = ask(DAYS, 30, effective_at=soon), ask("orders.tip_days", 20, effective_at=soon)
    write = changes.write_value

    def write_or_fail(*, key, **more):
        if key == DAYS:
            raise RuntimeError
        return write(key=key, **more)

    monkeypatch.setattr(changes, "write_value", write_or_fail)
    with clock.moved_to(soon + timedelta(minutes=1)):
        assert changes.apply_due_changes() == 1
    statuses = {row.pk: row.status for row in ConfigChange.objects.all()}
    assert statuses == {broken.pk: ChangeStatus.SCHEDULED, other.pk: ChangeStatus.APPLIED}
