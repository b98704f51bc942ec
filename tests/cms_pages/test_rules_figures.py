"""Figures that the rules quote change with an announced version, at its time, and not otherwise (电子商务法 §34)."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from cms_pages.errors import RulesTextError, RulesTextErrorCode
from cms_pages.models import RulesText
from cms_pages.rules_figures import apply_due_figures
from cms_pages.rules_texts import announce_rules_text, withdraw_rules_text
from cms_pages.tasks import apply_rules
from marketplace.core import clock
from marketplace.core.config import DEFINITIONS, get_config, set_config
from marketplace.core.errors import SettingError, SettingErrorCode
from marketplace.core.models import SystemConfig
from marketplace.core.rules import current_rules, rule
from portal.schedule import INTERVALS
from tests.cms_pages.test_rules_texts import DAY, announced, draft

KEY = "orders.payment_timeout_minutes"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_cache(db):
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def first(db) -> RulesText:
    """The first version, in force at once; its figures are put into force."""
    text = announced(notice=timedelta())
    apply_due_figures()
    return text


def changing(value: int, *, days: int = 8, document: str = "rules", words: str = "新的期限") -> RulesText:
    """An announced version with another figure."""
    now = clock.now()
    text = announce_rules_text(
        text_id=draft(words, document=document).pk,
        effective_at=now + days * DAY,
        comments_until=now + days * DAY,
        new_figures={KEY: value},
    )
    cache.clear()  # the test's transaction never commits
    return text


def shown(client: Client, text: RulesText) -> str:
    return client.get(text.get_absolute_url()).content.decode()


def minutes(count: int) -> str:
    return f"请在<b>{count}</b>分钟内付款"


def test_what_a_version_in_force_or_announced_quotes_is_not_changed_without_notice(first) -> None:
    with pytest.raises(SettingError) as refused, override("zh-hans"):
        set_config(key=KEY, value=5, reason="test")
    assert refused.value.code == SettingErrorCode.IN_RULES
    assert str(first.get_document_display()) in refused.value.message
    assert get_config(KEY) == 30
    set_config(key=KEY, value=30, reason="nothing changes")
    set_config(key="orders.tip_days", value=9, reason="no text says it")


def test_an_announced_text_already_binds_and_a_replaced_or_withdrawn_one_does_not() -> None:
    coming = announced(notice=8 * DAY)
    with pytest.raises(SettingError):
        set_config(key=KEY, value=5, reason="test")
    withdraw_rules_text(text_id=coming.pk)
    set_config(key=KEY, value=45, reason="test")
    assert get_config(KEY) == 45


def test_an_announced_version_and_its_differences_show_the_new_figure_and_the_one_in_force_the_old(
    first, client: Client
) -> None:
    second = changing(5)
    assert minutes(5) in shown(client, second)
    assert minutes(30) in shown(client, first)
    changes = client.get(reverse("cms_pages:rules_changes", args=["rules", 2])).content.decode()
    assert "30</del>" in changes
    assert "5</ins>" in changes
    assert get_config(KEY) == 30


def test_the_new_figure_holds_at_its_time_and_the_replaced_version_keeps_its_own(first, client: Client) -> None:
    second = changing(5)
    assert apply_rules() == 0
    with clock.moved_to(second.effective_at + timedelta(seconds=1)):
        assert minutes(5) in shown(client, second)  # a job that is late changes no page
        assert apply_rules() == 1
        assert get_config(KEY) == 5
        assert apply_rules() == 0
        assert minutes(5) in shown(client, second)
        assert minutes(30) in shown(client, first)
    changed = SystemConfig.objects.get(key=KEY)
    with override("zh-hans"):
        assert changed.reason == str(second)
    second.refresh_from_db()
    assert second.applied_at is not None


def test_beat_puts_figures_into_force_every_minute() -> None:
    assert INTERVALS[apply_rules.name] == 60


def test_a_withdrawn_version_puts_nothing_into_force(first) -> None:
    second = changing(5)
    withdraw_rules_text(text_id=second.pk)
    with clock.moved_to(second.effective_at + DAY):
        assert apply_rules() == 0
    assert get_config(KEY) == 30


def test_of_two_versions_the_later_one_has_the_last_word_also_when_the_job_is_late(first) -> None:
    later = changing(10, days=20, document="terms", words="条款")
    changing(5, days=9)
    with clock.moved_to(later.effective_at + DAY):
        assert apply_rules() == 2
    assert get_config(KEY) == 10


def test_a_later_version_repeats_what_was_announced_before_it_and_keeps_it_when_that_is_withdrawn(
    first, client: Client
) -> None:
    second = changing(5)
    third = announced("第三版", notice=20 * DAY)
    assert minutes(5) in shown(client, third)
    withdraw_rules_text(text_id=second.pk)
    assert minutes(5) in shown(client, third)
    with clock.moved_to(third.effective_at + DAY):
        apply_rules()
    assert get_config(KEY) == 5


def test_orders_pin_the_new_figure_from_then_on_and_older_ones_keep_theirs(first) -> None:
    before = current_rules()
    second = changing(5)
    with clock.moved_to(second.effective_at + DAY):
        apply_rules()
        after = current_rules()
    assert (rule(before, KEY), rule(after, KEY)) == (30, 5)
    assert (before.texts, after.texts) == ({"rules": 1}, {"rules": 2})


def test_a_figure_needs_notice_also_with_the_first_version_of_a_document(first) -> None:
    now = clock.now()
    text = draft("隐私", document="privacy")
    with pytest.raises(RulesTextError) as refused:
        announce_rules_text(text_id=text.pk, effective_at=now, comments_until=now, new_figures={KEY: 5})
    assert refused.value.code == RulesTextErrorCode.TOO_SOON


def test_only_quoted_settings_change_and_within_their_bounds(first) -> None:
    now = clock.now()
    days = {"effective_at": now + 9 * DAY, "comments_until": now + 9 * DAY}
    for figures, code in (
        ({"orders.tip_days": 9}, RulesTextErrorCode.NOT_QUOTED),
        ({KEY: DEFINITIONS[KEY].maximum + 1}, RulesTextErrorCode.OUT_OF_BOUNDS),
    ):
        with pytest.raises(RulesTextError) as refused:
            announce_rules_text(text_id=draft().pk, **days, new_figures=figures)
        assert refused.value.code == code
        assert refused.value.message
