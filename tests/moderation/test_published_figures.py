"""What is published about decisions: months, counts without small numbers, measures without names."""

import csv
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from marketplace.core import clock
from marketplace.moderation import appeals
from marketplace.moderation.models import Effect
from marketplace.moderation.quality import statistics
from tests.factories import make_moderator, make_seller
from tests.moderation.decided import decided

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def counted_anew():
    cache.clear()


def figures():
    (month,) = statistics.months()
    return statistics.figures_of(month)


def numbers(shares):
    return {share.code: share.number for share in shares}


def test_small_numbers_are_left_out_and_cannot_be_worked_out_from_the_sum():
    assert numbers(statistics.shares({"a": 10, "b": 7, "c": 2})) == {"a": 10, "b": None, "c": None}
    assert numbers(statistics.shares({"a": 10, "b": 3, "c": 2})) == {"a": 10, "b": None, "c": None}
    # Two ones are two lines, but two people: the next goes too.
    assert numbers(statistics.shares({"a": 10, "b": 6, "c": 1, "d": 1})) == {"a": 10, "b": None, "c": None, "d": None}
    assert numbers(statistics.shares({"a": 10, "b": 5})) == {"a": 10, "b": 5}
    assert numbers(statistics.shares({"a": 3})) == {"a": None}
    assert statistics.told(0) == 0
    assert statistics.told(4) is None
    assert statistics.told(5) == 5


def test_a_month_counts_decisions_appeals_and_time():
    staff = make_moderator()
    for _number in range(5):
        decided(staff=staff)
    last = decided(staff=staff, effect=Effect.REMOVE, code="I1")
    appeal = appeals.appeal_decision(decision_id=last.pk, person=last.person, words="不对")
    appeals.answer_appeal(appeal_id=appeal.pk, staff=make_moderator(), upheld=True, answer="对")
    found = figures()
    assert found.decided == 6
    assert numbers(found.kinds) == {"report": 6}
    assert numbers(found.effects) == {"warn": None, "remove": None}
    assert found.in_time_percent == 100
    assert found.median_hours == 1
    assert (found.appeals, found.upheld_percent) == (None, None)
    assert [one.is_undone for one in found.sanctions] == [True, False, False, False, False, False]
    # Lines can be counted: what is too few for the table has no name in the list either.
    assert {(one.kind, one.effect) for one in found.sanctions} == {("report", "")}


def test_the_page_needs_no_script_and_names_nobody():
    person, staff = make_seller(name="林青山"), make_moderator(name="审核员甲")
    for _number in range(5):
        decided(person=person, staff=staff)
    for path in (reverse("moderation:statistics"), "/en" + reverse("moderation:statistics")):
        page = Client().get(path).content.decode()
        assert "林青山" not in page
        assert "审核员甲" not in page
        assert "奶茶店标志" not in page
        assert reverse("moderation:statistics_csv") in page
    assert "民法典" in Client().get(reverse("moderation:statistics")).content.decode()
    assert Client().get(reverse("moderation:statistics") + "?month=1999-01").status_code == 404


def test_the_table_is_a_csv_that_says_where_something_is_too_small():
    decided()
    answer = Client().get(reverse("moderation:statistics_csv"))
    rows = list(csv.reader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0] == ["month", "figure", "item", "number"]
    assert [f"{statistics.months()[0]:%Y-%m}", "decisions", "all", "<5"] in rows


def test_months_are_those_of_china_and_nothing_is_published_before_anything_was_decided():
    assert statistics.months() == []
    assert Client().get(reverse("moderation:statistics")).status_code == 200
    decision = decided()
    # 2026-09-30 17:00 in London is October in China.
    with clock.moved_to(decision.decided_at + timedelta(days=1)):
        decision.__class__.objects.update(decided_at="2026-09-30T17:00:00Z")
    with clock.moved_to(decision.decided_at.replace(year=2026, month=11, day=5)):
        assert statistics.months() == [date(2026, 10, 1)]


def test_the_footer_leads_there():
    assert reverse("moderation:statistics") in Client().get(reverse("discovery:search")).content.decode()
