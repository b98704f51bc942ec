"""What an administrator reads before announcing rules; what was announced stays; a withdrawal is told."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse
from wagtail.log_actions import log

from cms_pages.errors import RulesTextError, RulesTextErrorCode
from cms_pages.models import RulesText
from cms_pages.rules_figures import apply_due_figures
from cms_pages.rules_texts import announce_rules_text, comment_on_rules, tell_next_members, withdraw_rules_text
from cms_pages.tasks import tell_of_rules
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.notifications.models import Notification
from tests import factories
from tests.cms_pages.test_rules_texts import DAY, announced, draft
from tests.logins import log_in

KEY = "orders.payment_timeout_minutes"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_cache(db):
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def first(db) -> RulesText:
    """The first version, in force at once."""
    text = announced(notice=timedelta())
    apply_due_figures()
    return text


@pytest.fixture
def staff_client(db) -> Client:
    """An administrator's."""
    client = Client()
    log_in(factories.make_user(name="管理员", is_staff=True, is_superuser=True), client=client)
    return client


def page_of(text: RulesText) -> str:
    return reverse("rules_text_announce", args=[text.pk])


def sent(client: Client, text: RulesText, *, digest: str, days: int = 30, **figures: str):
    day = f"{clock.now() + days * DAY:%Y-%m-%d %H:%M}"
    fields = {f"figure-{KEY}": figures.get("minutes", "")}
    return client.post(page_of(text), {"effective_at": day, "comments_until": day, "digest": digest, **fields})


def test_the_text_in_both_languages_and_its_differences_are_read_before_announcing(first, staff_client) -> None:
    text = draft("不得倒卖账号", words_en="No sold accounts")
    log(text, "wagtail.edit", user=factories.make_user(name="写稿的人"))
    html = staff_client.get(page_of(text)).content.decode()
    assert "不得倒卖账号" in html
    assert "No sold accounts" in html
    assert html.count("<ins>") >= 2
    assert "<del>" in html
    assert "写稿的人" in html


def test_a_draft_that_changed_meanwhile_is_not_announced_and_read_again(first, staff_client) -> None:
    text = draft("第二版")
    read = staff_client.get(page_of(text)).context["digest"]
    text.changes_zh = "偷偷改"
    text.save()
    answer = sent(staff_client, text, digest=read)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert str(RulesTextError.messages[RulesTextErrorCode.DRAFT_CHANGED]) in html
    assert "偷偷改" in html
    text.refresh_from_db()
    assert text.announced_at is None
    assert sent(staff_client, text, digest=answer.context["digest"]).status_code == 302
    third, day = draft("第三版"), clock.now() + 40 * DAY
    with pytest.raises(RulesTextError) as refused:
        announce_rules_text(text_id=third.pk, effective_at=day, comments_until=day, digest="other")
    assert refused.value.code == RulesTextErrorCode.DRAFT_CHANGED


def test_a_new_figure_is_typed_within_its_bounds_and_nothing_typed_is_lost(first, staff_client) -> None:
    text = draft("第二版")
    page = staff_client.get(page_of(text))
    assert f'name="figure-{KEY}"' in page.content.decode()
    refused = sent(staff_client, text, digest=page.context["digest"], minutes="99999")
    assert refused.status_code == 422
    assert 'value="99999"' in refused.content.decode()
    assert f"figure-{KEY}" in refused.context["form"].errors
    too_soon = sent(staff_client, text, digest=page.context["digest"], days=2, minutes="15")
    assert too_soon.status_code == 422
    assert 'value="15"' in too_soon.content.decode()
    assert sent(staff_client, text, digest=page.context["digest"], minutes="15").status_code == 302
    text.refresh_from_db()
    assert text.new_figures == {KEY: 15}
    assert get_config(KEY) == 30


def test_a_form_that_was_opened_before_the_announcement_changes_nothing(first) -> None:
    text = draft("第二版")
    opened = RulesText.objects.get(pk=text.pk)
    day = clock.now() + 9 * DAY
    announce_rules_text(text_id=text.pk, effective_at=day, comments_until=day)
    opened.changes_zh = "偷偷改"
    with pytest.raises(RulesTextError) as refused:
        opened.save()
    assert refused.value.code == RulesTextErrorCode.ANNOUNCED
    text.refresh_from_db()
    assert (text.number, text.changes_zh) == (2, "写清楚刷单")


def test_a_draft_saved_whole_writes_only_what_editors_write() -> None:
    text = draft("草稿")
    opened = RulesText.objects.get(pk=text.pk)
    RulesText.objects.filter(pk=text.pk).update(told_through=7)
    opened.changes_zh = "改好了"
    opened.save()
    text.refresh_from_db()
    assert (text.changes_zh, text.told_through) == ("改好了", 7)


@pytest.mark.parametrize(
    "change",
    [
        {"changes_zh": "x"},
        {"body_en": "[]"},
        {"document": "terms"},
        {"new_figures": {KEY: 5}},
        {"announced_at": None, "number": None, "effective_at": None, "comments_until": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_database_refuses_to_change_what_was_announced(first, change) -> None:
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        RulesText.objects.filter(pk=first.pk).update(**change)


def test_the_database_refuses_to_delete_what_was_announced_and_lets_a_draft_go(first) -> None:
    with pytest.raises(IntegrityError, match="cannot be deleted"), transaction.atomic():
        RulesText.objects.filter(pk=first.pk).delete()
    draft().delete()
    coming = announced("第二版")
    comment_on_rules(text_id=coming.pk, comment="不错")
    with pytest.raises(ProtectedError):
        coming.delete()


def test_a_withdrawal_stays_withdrawn(first) -> None:
    coming = announced("第二版")
    withdraw_rules_text(text_id=coming.pk)
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        RulesText.objects.filter(pk=coming.pk).update(withdrawn_at=None)


def test_who_was_told_of_a_version_is_told_once_that_it_was_withdrawn(first, monkeypatch) -> None:
    monkeypatch.setattr("cms_pages.rules_texts.TOLD_AT_ONCE", 2)
    monkeypatch.setattr("cms_pages.rules_withdrawals.TOLD_AT_ONCE", 1)
    people = [factories.make_user() for _number in range(3)]
    second = announced("第二版")
    assert tell_next_members() == 2
    withdraw_rules_text(text_id=second.pk)
    tell_of_rules()
    assert tell_of_rules() == 0
    told = Notification.objects.filter(notice="rules.withdrawn")
    knew = Notification.objects.filter(notice="rules.announced").values_list("recipient_id", flat=True)
    assert sorted(told.values_list("recipient_id", flat=True)) == sorted(knew)
    assert people[2].pk not in set(knew)
    assert set(told.values_list("url", flat=True)) == {second.get_absolute_url()}


def test_a_version_that_nobody_was_told_of_is_withdrawn_silently(first) -> None:
    factories.make_user()
    withdraw_rules_text(text_id=announced("第二版").pk)
    tell_of_rules()
    assert not Notification.objects.filter(notice__startswith="rules.").exists()
