"""The boards of figures."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from io import BytesIO
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.utils import timezone
from openpyxl import load_workbook

from marketplace.core import clock
from marketplace.insights.boards.catalogue import boards
from marketplace.insights.boards.drawing import draw
from marketplace.insights.boards.periods import period_of
from marketplace.insights.figures import Grain, Span, load, series
from marketplace.insights.models import Analytics
from marketplace.moderation.models import AdminLog
from marketplace.moderation.roles import ensure_roles
from tests.factories import make_moderator, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def yesterday() -> date:
    return timezone.localdate(clock.now()) - timedelta(days=1)


def put(day: date, **values: int) -> None:
    Analytics.objects.bulk_create(
        Analytics(day=day, metric=key.replace("__", "."), value=value) for key, value in values.items()
    )


@pytest.mark.parametrize("key", boards())
@pytest.mark.parametrize("period", ["7", "28", "90", "month", "last_month", "year"])
def test_every_board_can_be_drawn_of_nothing(key, period):
    tiles, charts = draw(boards()[key], period_of({"period": period}))
    assert tiles
    assert charts


def test_a_mean_of_a_span_is_made_of_sums_and_not_of_means(yesterday):
    put(yesterday, gmv__orders=10_000, orders__paid=1)
    put(yesterday - timedelta(days=1), gmv__orders=90_000, orders__paid=3)
    tiles, _charts = draw(boards()["overview"], period_of({}))
    average = next(tile for tile in tiles if tile.figure.by == "orders.paid")
    assert average.value == 25_000  # the mean of the days' means would be 20,000


def test_the_span_before_whole_months_are_as_many_whole_months():
    assert Span(date(2026, 3, 1), date(2026, 4, 30)).before() == Span(date(2026, 1, 1), date(2026, 2, 28))
    assert Span(date(2026, 3, 2), date(2026, 3, 8)).before() == Span(date(2026, 2, 23), date(2026, 3, 1))


def test_weeks_begin_on_monday():
    assert Span(date(2026, 11, 4), date(2026, 11, 16)).points(Grain.WEEK) == [
        date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16),
    ]  # fmt: skip


# Who may, and what they take along


def staff(role: str):
    user = make_user(name=role, email=f"{role}@jiangji.example", is_staff=True)
    user.groups.add(ensure_roles()[role])
    return user


@pytest.mark.parametrize("role", ["marketer", "finance", "administrator"])
def test_those_who_plan_see_the_boards(role):
    client = log_in(staff(role))
    response = client.get("/admin/analytics/")
    assert response.status_code == 200
    assert "这些日期无法显示" not in response.content.decode()
    assert (
        "这些日期无法显示"
        in client.get("/admin/analytics/?period=own&first=2026-02-02&last=2026-01-01").content.decode()
    )
    assert "/admin/analytics/" in client.get("/admin/").content.decode()  # in the menu


@pytest.mark.parametrize("path", ["", "funnel/", "definitions/", "reports/", "overview/gmv.csv"])
def test_others_do_not(path):
    client = log_in(make_moderator())
    assert client.get(f"/admin/analytics/{path}").status_code == 302


def test_money_is_for_those_who_see_the_books():
    path = "/admin/analytics/money/"
    assert log_in(staff("finance")).get(path).status_code == 200
    marketer = log_in(staff("marketer"))
    response = marketer.get(path)
    assert (response.status_code, response.headers["Location"]) == (302, "/admin/")
    assert path not in marketer.get("/admin/analytics/").content.decode()
    assert marketer.get("/admin/analytics/money/take.csv").status_code == 302


def test_the_table_of_a_chart_can_be_taken_along_and_the_log_says_who_took_it(yesterday):
    put(yesterday, gmv=1_234_500)
    finance = staff("finance")
    client = log_in(finance)
    response = client.get("/admin/analytics/overview/gmv.xlsx?period=7")
    page = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    table = list(page.iter_rows(values_only=True))
    assert len(table) == 8
    assert table[-1][0] == yesterday.isoformat()
    assert table[-1][1] == 12345
    text = b"".join(client.get("/admin/analytics/overview/gmv.csv?period=7").streaming_content).decode("utf-8-sig")
    assert f"{yesterday.isoformat()},12345.00" in text
    assert AdminLog.objects.filter(actor=finance, action="analytics.export").count() == 2


def test_an_unknown_board_or_chart_or_format_is_not_found():
    client = log_in(staff("finance"))
    for path in ("nothing/", "overview/nothing.csv", "overview/gmv.pdf"):
        assert client.get(f"/admin/analytics/{path}").status_code == 404


@pytest.mark.parametrize(
    "address", ["period=own&first=x&last=y", "period=own&first=2026-02-02&last=2026-01-01", "grain=no"]
)
def test_an_address_that_says_nothing_shows_the_last_four_weeks(address):
    chosen = dict(parse_qsl(address))
    period = period_of(chosen)
    assert period.span.days == 28
    assert period.was_refused == ("period" in chosen)


# Fast however many orders there are


def relations_of(plan: dict) -> set[str]:
    """Every table that a plan touches, by whatever name the statement calls it."""
    found = {plan["Relation Name"]} if "Relation Name" in plan else set()
    return found.union(*(relations_of(one) for one in plan.get("Plans", [])))


@contextmanager
def tables_read() -> Iterator[set[str]]:
    """The tables that PostgreSQL says it reads for what is asked inside."""
    read: set[str] = set()

    def watch(execute, sql, params, many, context):
        if sql.lstrip().upper().startswith(("SELECT", "WITH")):
            execute(f"EXPLAIN (FORMAT JSON) {sql}", params, many, context)
            plan = context["cursor"].fetchone()[0]
            read.update(relations_of((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield read


@pytest.mark.parametrize("key", boards())
def test_a_board_reads_the_daily_figures_and_no_table_that_grows_with_orders(key):
    client = log_in(staff("administrator"))
    client.get("/admin/analytics/definitions/")
    with tables_read() as frame:  # the frame of Wagtail's admin counts what waits in its menu, as on every page of it
        client.get("/admin/analytics/definitions/")
    with tables_read() as read:
        assert client.get(f"/admin/analytics/{key}/?period=year").status_code == 200
    # Some dozens of names of categories, every ten minutes.
    assert read - frame <= {"insights_analytics", "gigs_gigcategory"}
    assert "insights_analytics" in read
    with tables_read() as drawn:
        draw(boards()[key], period_of({"period": "year"}))
    assert drawn <= {"insights_analytics", "gigs_gigcategory"}


def test_whoever_reads_orders_for_a_board_is_found_out():
    with tables_read() as read, connection.cursor() as cursor:
        cursor.execute("WITH bought AS (SELECT o.id FROM orders_order o) SELECT count(*) FROM bought")
    assert "orders_order" in read


@pytest.fixture
def many_figures(db) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO insights_analytics (day, metric, dimension, value, computed_at)"
            " SELECT date '2016-01-01' + day, 'm' || metric, 'd' || dimension, day, now()"
            " FROM generate_series(0, 3649) day, generate_series(1, 28) metric, generate_series(1, 3) dimension"
        )
        cursor.execute("ANALYZE insights_analytics")
    assert Analytics.objects.count() > 300_000


def test_of_three_hundred_thousand_figures_a_chart_reads_its_own_by_the_index(many_figures):
    seen: list[str] = []

    def explain(execute, sql, params, many, context):
        if sql.startswith("SELECT"):
            execute(f"EXPLAIN (FORMAT JSON) {sql}", params, many, context)
            seen.append(json.dumps(context["cursor"].fetchone()[0]))
        return execute(sql, params, many, context)

    span = Span(date(2025, 1, 1), date(2025, 3, 31))
    with connection.execute_wrapper(explain):
        load(["m1", "m2", "m7"], span, Grain.WEEK, standing=["m9"])
        series("m3", span.first, span.last)
    plans = [plan for plan in seen if "insights_analytics" in plan]
    assert len(plans) == 3
    for plan in plans:
        assert "Seq Scan" not in plan
        assert "insights_figure_over_time" in plan or "insights_analytics_once" in plan
