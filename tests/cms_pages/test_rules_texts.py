"""Versions of the rules: announced in time, commented on, in force by themselves, pinned by orders, never changed."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from cms_pages.demo_rules import build_demo_rules
from cms_pages.demo_streams import block, items, link
from cms_pages.errors import RulesTextError, RulesTextErrorCode
from cms_pages.models import RulesComment, RulesText, StandardPage
from cms_pages.rules_texts import (
    announce_rules_text,
    comment_on_rules,
    numbers_in_force,
    tell_next_members,
    withdraw_rules_text,
)
from cms_pages.tasks import apply_rules, tell_of_rules
from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.core.rules import current_rules
from marketplace.moderation.roles import EDITOR, MARKETER
from marketplace.notifications.models import Notification
from portal.roles import ensure_roles
from tests import factories
from tests.cms_pages.conftest import DATA
from tests.logins import log_in

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _fresh_cache(db):
    cache.clear()
    yield
    cache.clear()


def draft(words: str = "不得刷单", *, document: str = "rules", words_en: str = "No fake orders") -> RulesText:
    line = {"label": "付款", "before": "请在", "setting": "orders.payment_timeout_minutes", "without_unit": True}
    rule = block("rule", lines=items([{**line, "figure": "", "after": "分钟内付款"}]), reference="", link=link())
    return RulesText.objects.create(
        document=document,
        changes_zh="写清楚刷单",
        changes_en="Fake orders are spelled out",
        body_zh=json.dumps([{"type": "paragraph", "value": f"<p>{words}</p>"}, rule]),
        body_en=json.dumps([{"type": "paragraph", "value": f"<p>{words_en}</p>"}, rule]),
    )


def announced(
    words: str = "不得刷单",
    *,
    notice: timedelta = 8 * DAY,
    new_figures: dict[str, int] | None = None,
    **texts: str,
) -> RulesText:
    now = clock.now()
    with_comments = {"comments_until": now + notice - timedelta(hours=1), "effective_at": now + notice}
    text = announce_rules_text(
        text_id=draft(words, **texts).pk, new_figures=new_figures, opens_site=not notice, **with_comments
    )
    cache.clear()  # the test's transaction never commits
    return text


@pytest.fixture
def first(db) -> RulesText:
    """The first version, in force at once."""
    return announced(notice=timedelta())


def test_the_first_version_holds_at_once_and_a_change_needs_seven_days(first) -> None:
    assert numbers_in_force() == {"rules": 1}
    now = clock.now()
    for days, comments, code in (
        (6, 6, RulesTextErrorCode.TOO_SOON),
        (9, 5, RulesTextErrorCode.COMMENTS_TOO_SHORT),
        (9, 10, RulesTextErrorCode.COMMENTS_TOO_LONG),
    ):
        with pytest.raises(RulesTextError) as refused:
            announce_rules_text(text_id=draft().pk, effective_at=now + days * DAY, comments_until=now + comments * DAY)
        assert refused.value.code == code


def test_on_a_site_that_runs_the_first_version_needs_notice_too() -> None:
    now = clock.now()
    with pytest.raises(RulesTextError) as refusal:
        announce_rules_text(text_id=draft().pk, effective_at=now, comments_until=now)
    assert refusal.value.code == RulesTextErrorCode.TOO_SOON


def test_staff_may_ask_for_more_notice_and_the_database_never_takes_less(first) -> None:
    set_config(key="rules.notice_days", value=20, reason="test")
    with pytest.raises(RulesTextError) as refused:
        announced(notice=15 * DAY)
    assert refused.value.code == RulesTextErrorCode.TOO_SOON
    now = clock.now()
    with pytest.raises(IntegrityError):
        RulesText.objects.filter(pk=draft().pk).update(
            number=2, announced_at=now, effective_at=now + 6 * DAY, comments_until=now + 6 * DAY
        )


def test_a_version_is_announced_once_whole_and_after_the_one_before(first) -> None:
    second = announced("第二版")
    now = clock.now()
    days = {"effective_at": now + 9 * DAY, "comments_until": now + 8 * DAY}
    with pytest.raises(RulesTextError) as refused:
        announce_rules_text(text_id=second.pk, **days)
    assert refused.value.code == RulesTextErrorCode.ANNOUNCED
    half = draft()
    RulesText.objects.filter(pk=half.pk).update(changes_en=" ")
    with pytest.raises(RulesTextError) as refused:
        announce_rules_text(text_id=half.pk, **days)
    assert refused.value.code == RulesTextErrorCode.NOT_WHOLE
    with pytest.raises(RulesTextError) as refused:
        announced("第三版", notice=7 * DAY + timedelta(hours=2))
    assert refused.value.code == RulesTextErrorCode.BEFORE_ANOTHER


def test_an_announced_version_cannot_be_saved_over(first) -> None:
    first.changes_zh = "别的"
    with pytest.raises(RulesTextError) as refused:
        first.save()
    assert refused.value.code == RulesTextErrorCode.ANNOUNCED


def test_a_version_takes_effect_by_itself_at_its_time(first, tree, client: Client) -> None:
    StandardPage.objects.filter(slug="about").update(rules_document="rules")
    second = announced("不得倒卖账号")
    assert "不得刷单" in client.get("/about/").content.decode()
    assert second.get_absolute_url() in client.get("/").content.decode()  # announced on the home page
    with clock.moved_to(second.effective_at + timedelta(seconds=1)):
        assert numbers_in_force() == {"rules": 2}
        html = client.get("/about/").content.decode()
        assert "不得倒卖账号" in html
        assert "不得刷单" not in html
        assert second.get_absolute_url() not in client.get("/").content.decode()


def test_a_withdrawn_version_does_not_take_effect_and_one_in_force_stays(first, client: Client) -> None:
    second = announced("第二版")
    withdraw_rules_text(text_id=second.pk)
    withdraw_rules_text(text_id=second.pk)
    cache.clear()
    with clock.moved_to(second.effective_at + DAY):
        assert numbers_in_force() == {"rules": 1}
    assert client.get(second.get_absolute_url()).status_code == 200
    with pytest.raises(RulesTextError) as refused:
        withdraw_rules_text(text_id=first.pk)
    assert refused.value.code == RulesTextErrorCode.IN_FORCE


def test_anybody_comments_until_the_comments_end(first, client: Client) -> None:
    second = announced("第二版")
    url = second.get_absolute_url()
    assert client.post(url, {"comment": "给小店多一点时间"}).status_code == 302
    assert client.post(url, {"comment": "buy now", "website": "http://spam"}).status_code == 302
    assert list(RulesComment.objects.values_list("comment", flat=True)) == ["给小店多一点时间"]
    with pytest.raises(RulesTextError) as refused:
        comment_on_rules(text_id=second.pk, comment=" ")
    assert refused.value.code == RulesTextErrorCode.COMMENT_EMPTY
    with clock.moved_to(second.comments_until), pytest.raises(RulesTextError) as refused:
        comment_on_rules(text_id=second.pk, comment="晚了")
    assert refused.value.code == RulesTextErrorCode.COMMENTS_CLOSED
    assert "<textarea" not in client.get(first.get_absolute_url()).content.decode()


def test_members_are_told_once_and_nobody_twice(first, monkeypatch) -> None:
    monkeypatch.setattr("cms_pages.rules_texts.TOLD_AT_ONCE", 2)
    people = [factories.make_user() for _number in range(3)]
    second = announced("第二版")
    assert tell_next_members() == 2
    tell_of_rules()
    assert tell_of_rules() == 0
    told = Notification.objects.filter(notice="rules.announced", recipient__in=people)
    assert sorted(told.values_list("recipient_id", flat=True)) == [person.pk for person in people]
    assert set(told.values_list("url", flat=True)) == {second.get_absolute_url()}


def test_an_order_keeps_the_text_and_the_figures_of_its_day(first, client: Client) -> None:
    rules = current_rules()
    assert rules.texts == {"rules": 1}
    second = announced("第二版", new_figures={"orders.payment_timeout_minutes": 45})
    with clock.moved_to(second.effective_at + DAY):
        apply_rules()
        assert current_rules().texts == {"rules": 2}
        address = f"{first.get_absolute_url()}?order_rules={rules.pk}"
        assert address in client.get(reverse("orders:rules", args=[rules.pk])).content.decode()
        assert "请在<b>30</b>分钟内付款" in client.get(address).content.decode()
        # The version in force shows what the system does now.
        assert "请在<b>45</b>分钟内付款" in client.get(second.get_absolute_url()).content.decode()


def test_a_change_is_shown_word_by_word_in_both_languages(first, client: Client) -> None:
    second = announced("不得刷单和倒卖账号", words_en="No fake orders, no sold accounts")
    url = reverse("cms_pages:rules_changes", args=["rules", second.number])
    html = client.get(url).content.decode()
    assert "倒卖" in html.split("<ins>", 1)[1]
    assert "<del>" not in html
    assert "sold" in client.get(f"/en{url}").content.decode().split("<ins>", 1)[1]
    assert client.get(reverse("cms_pages:rules_changes", args=["rules", 1])).status_code == 404


def test_the_archive_lists_every_version_and_no_draft(first, client: Client) -> None:
    second, unknown = announced("第二版"), draft("没有公布的草稿")
    html = client.get(reverse("cms_pages:rules_archive")).content.decode()
    assert first.get_absolute_url() in html
    assert second.get_absolute_url() in html
    assert unknown.number is None
    assert client.get("/agreements/rules/3/").status_code == 404
    assert client.get("/agreements/nothing/1/").status_code == 404


def test_staff_announce_in_the_admin_and_are_told_why_not(first) -> None:
    client, text = Client(), draft("第二版")
    log_in(factories.make_user(name="管理员", is_staff=True, is_superuser=True), client=client)
    assert client.get(reverse("wagtailsnippets_cms_pages_rulestext:list")).status_code == 200
    assert client.get(reverse("wagtailsnippets_cms_pages_rulestext:edit", args=[text.pk])).status_code == 200
    url = reverse("rules_text_announce", args=[text.pk])
    assert client.get(url).status_code == 200
    now = clock.now()

    def send(days: int):
        day = f"{now + days * DAY:%Y-%m-%d %H:%M}"
        digest = client.get(url).context["digest"]
        return client.post(url, {"effective_at": day, "comments_until": day, "digest": digest})

    assert send(3).status_code == 422
    assert send(30).status_code == 302
    text.refresh_from_db()
    assert text.number == 2
    assert client.get(reverse("wagtailsnippets_cms_pages_rulestext:edit", args=[text.pk])).status_code == 302
    assert client.post(reverse("rules_text_withdraw", args=[text.pk])).status_code == 302
    text.refresh_from_db()
    assert text.withdrawn_at is not None


def test_who_may_not_announce_may_not_withdraw_either(first) -> None:
    coming = announced("第二版")
    user = factories.make_user(name="编辑", is_staff=True)
    user.groups.add(ensure_roles()[EDITOR])
    client = Client()
    log_in(user, client=client)
    client.post(reverse("rules_text_withdraw", args=[coming.pk]))
    coming.refresh_from_db()
    assert coming.withdrawn_at is None


def test_a_marketer_writes_drafts_and_announces_nothing(first) -> None:
    user = factories.make_user(name="市场", is_staff=True)
    user.groups.add(ensure_roles()[MARKETER])
    client, text = Client(), draft("第二版")
    log_in(user, client=client)
    assert client.get(reverse("wagtailsnippets_cms_pages_rulestext:edit", args=[text.pk])).status_code == 200
    client.post(
        reverse("rules_text_announce", args=[text.pk]), {"effective_at": "2099-01-01", "comments_until": "2099-01-01"}
    )
    text.refresh_from_db()
    assert text.announced_at is None


def test_the_demo_has_a_version_of_each_document_and_a_change_under_comment(client: Client) -> None:
    pages = json.loads((DATA / "standard_pages.json").read_text(encoding="utf-8"))
    build_demo_rules(pages)
    build_demo_rules(pages)  # touches nothing
    cache.clear()
    assert numbers_in_force() == {"rules": 1, "terms": 1, "privacy": 1}
    coming = RulesText.objects.get(document="rules", number=2)
    assert coming.takes_comments
    assert coming.comments.count() == 2
    for language in ("", "/en"):
        assert client.get(language + reverse("cms_pages:rules_changes", args=["rules", 2])).status_code == 200
