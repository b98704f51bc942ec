"""What is seen and opened: counted in a real Valkey, written once, whatever dies in between."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import redis
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config, set_config
from marketplace.core.jobs import Deadline
from marketplace.discovery.services import index_gigs
from marketplace.gigs import counting, services, tasks
from marketplace.gigs.counting import Noted
from marketplace.gigs.models import FigureBatch, Gig, GigDay
from marketplace.gigs.services import figures
from tests.factories import make_category, make_gig, make_seller, make_user

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0.50"


def browser(user: User | None = None, agent: str = PHONE) -> Client:
    client = Client(HTTP_USER_AGENT=agent)
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def dies(*_arguments: object) -> None:
    raise OSError("the power went")


def figures_of(gig: Gig) -> tuple[int, int]:
    """Impressions and clicks of today, once everything is written."""
    services.write_figures()
    row = GigDay.objects.filter(gig=gig, day=timezone.localdate()).first()
    return (row.impressions, row.clicks) if row else (0, 0)


def test_an_opened_page_is_a_click_and_a_reload_is_the_same_visit(db):
    gig, visitor = make_gig(), browser()
    for _time in range(3):
        assert visitor.get(gig.get_absolute_url()).status_code == 200
    assert figures_of(gig) == (0, 1)


def test_another_visitor_and_a_later_visit_are_clicks_of_their_own(db):
    gig = make_gig()
    visitor = browser()
    visitor.get(gig.get_absolute_url())
    browser(make_user()).get(gig.get_absolute_url())
    browser(agent=PHONE + " another").get(gig.get_absolute_url())
    assert figures_of(gig) == (0, 3)
    client = counting._client()
    marks = client.keys("{gigs:figures}:visit:*")
    assert all(0 < client.ttl(mark) <= counting.SAME_VISIT_SECONDS for mark in marks)
    client.delete(*marks)  # half an hour later
    visitor.get(gig.get_absolute_url())
    assert figures_of(gig) == (0, 4)


def test_sellers_programs_and_pages_fetched_ahead_do_not_count(db):
    gig = make_gig()
    browser(gig.seller).get(gig.get_absolute_url())
    for agent in ("", "Mozilla/5.0 (compatible; Baiduspider/2.0)", "curl/8.5", "python-requests/2.31"):
        browser(agent=agent).get(gig.get_absolute_url())
    browser().get(gig.get_absolute_url(), headers={"Sec-Purpose": "prefetch"})
    browser().head(gig.get_absolute_url())
    browser(gig.seller).get(reverse("discovery:search"))
    assert figures_of(gig) == (0, 0)


def test_a_card_in_a_list_is_an_impression_for_everybody_but_its_seller(db):
    gig = make_gig()
    similar = make_gig(category=gig.category)
    browser().get(gig.seller.profile.get_absolute_url())
    browser(gig.seller).get(gig.seller.profile.get_absolute_url())
    assert figures_of(gig) == (1, 0)
    browser().get(gig.get_absolute_url())  # which shows the other one below
    assert (figures_of(gig), figures_of(similar)) == ((1, 1), (1, 0))


def test_the_search_counts_what_it_shows(db):
    gig = make_gig(title="只此一家的印章")
    index_gigs([gig.pk])
    page = browser().get(reverse("discovery:search"), {"q": "印章"})
    assert gig.title in page.content.decode()
    assert figures_of(gig) == (1, 0)


def test_counting_costs_no_query_and_one_round_trip(db, monkeypatch):
    seller = make_seller()
    category = make_category(parent=make_category())
    for _number in range(8):
        make_gig(seller=seller, category=category)
    address = seller.profile.get_absolute_url()
    trips = []
    ask = redis.Redis.execute_command

    def asked(client: redis.Redis, command: str, *given: object, **more: object) -> object:
        if command == "EVAL":
            trips.append(command)
        return ask(client, command, *given, **more)

    monkeypatch.setattr(redis.Redis, "execute_command", asked)

    def queries(client: Client) -> int:
        client.get(address)  # fills what is kept for minutes
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    assert queries(browser(agent="curl/8")) == queries(browser())
    # Eight gigs in one, and the visit itself in another (insights/visits); of a program neither.
    assert len(trips) == 4
    _batch, rows = counting.take()
    assert [row.impressions for row in rows] == [2] * 8


def test_a_page_does_not_need_valkey_to_count(db, monkeypatch):
    gig = make_gig()
    dead = redis.Redis(port=1, socket_connect_timeout=0.1)
    monkeypatch.setattr(counting, "_client", lambda: dead)
    assert browser().get(gig.get_absolute_url()).status_code == 200


def test_two_runs_add_up_on_the_same_day_and_days_are_china_s(db):
    gig = make_gig()
    counting.store(Noted(impressions={gig.pk}, clicks={gig.pk}), visitor="a")
    assert services.write_figures() == 1
    counting.store(Noted(impressions={gig.pk}), visitor="a")
    assert figures_of(gig) == (2, 1)
    assert services.write_figures() == 0
    # 23:30 in China is still that day, though half past three in the afternoon in UTC; half an hour later is the next.
    evening = timezone.localtime().replace(hour=23, minute=30) + timedelta(days=1)
    for moment in (evening, evening + timedelta(minutes=40)):
        with clock.moved_to(moment):
            counting.store(Noted(impressions={gig.pk}), visitor="a")
    services.write_figures()
    assert GigDay.objects.filter(gig=gig, day__gt=timezone.localdate()).count() == 2


def test_a_job_that_dies_before_its_commit_loses_nothing(db, monkeypatch):
    gig = make_gig()
    counting.store(Noted(impressions={gig.pk}), visitor="a")
    with monkeypatch.context() as broken:
        broken.setattr(figures, "_write", dies)
        with pytest.raises(OSError, match="the power went"):
            services.write_figures()
    assert not GigDay.objects.exists()
    counting.store(Noted(impressions={gig.pk}), visitor="a")  # meanwhile, people go on looking
    assert figures_of(gig) == (2, 0)


def test_a_job_that_dies_after_its_commit_counts_nothing_twice(db, monkeypatch):
    gig = make_gig()
    counting.store(Noted(impressions={gig.pk}, clicks={gig.pk}), visitor="a")
    with monkeypatch.context() as broken:
        broken.setattr(counting, "drop", dies)
        with pytest.raises(OSError, match="the power went"):
            services.write_figures()
    assert GigDay.objects.get().impressions == 1
    counting.store(Noted(impressions={gig.pk}), visitor="b")
    assert figures_of(gig) == (2, 1)
    assert FigureBatch.objects.count() == 2


def test_a_second_run_that_comes_late_drops_no_batch_of_another(db):
    gig = make_gig()
    counting.store(Noted(impressions={gig.pk}), visitor="a")
    late, _rows = counting.take()
    assert services.write_figures() == 1  # the other run did the same batch
    counting.store(Noted(impressions={gig.pk}), visitor="a")
    counting.take()
    counting.drop(late)
    assert figures_of(gig) == (2, 0)


def test_of_a_gig_that_was_deleted_nothing_is_written_and_the_rest_is(db):
    gig = make_gig()
    counting.store(Noted(impressions={gig.pk, 987_654_321}), visitor="a")
    assert figures_of(gig) == (1, 0)
    assert GigDay.objects.count() == 1


def test_old_batches_are_forgotten(db):
    gig = make_gig()
    counting.store(Noted(impressions={gig.pk}), visitor="a")
    services.write_figures()
    with clock.moved_to(timezone.now() + timedelta(days=8)):
        services.write_figures()
    assert not FigureBatch.objects.exists()


def test_days_that_are_too_old_are_forgotten_in_small_steps_and_no_others(db, django_assert_num_queries):
    today = timezone.localdate()
    set_config(key="gigs.figures_days", value=90, reason="no room")
    gig, other = make_gig(), make_gig()
    for days_ago in (0, 60, 90, 91, 92, 400):
        for one in (gig, other):
            GigDay.objects.create(gig=one, day=today - timedelta(days=days_ago), impressions=3, clicks=1)
    get_config("gigs.figures_days")  # in the cache from here on
    with django_assert_num_queries(3):  # four rows, then two, then none is left
        assert services.forget_figures(until=Deadline(), batch=4) == 6
    kept = [today - timedelta(days=days_ago) for days_ago in (90, 60, 0)]
    for one in (gig, other):
        assert list(one.days.order_by("day").values_list("day", flat=True)) == kept
    assert tasks.forget_figures() == 0  # a second run finds nothing
    assert GigDay.objects.count() == 6


def test_at_its_deadline_the_job_leaves_the_newest_of_the_old_days_for_tomorrow(db):
    class AfterOneStep(Deadline):
        steps = 0

        @property
        def is_over(self) -> bool:
            self.steps += 1
            return self.steps > 1

    gig, today = make_gig(), timezone.localdate()
    for days_ago in (500, 501, 502):
        GigDay.objects.create(gig=gig, day=today - timedelta(days=days_ago), impressions=1, clicks=0)
    assert services.forget_figures(until=AfterOneStep(), batch=2) == 2
    assert [row.day for row in gig.days.all()] == [today - timedelta(days=500)]
    assert tasks.forget_figures() == 1


def test_two_runs_at_once_write_a_batch_once(committed_db):
    gig = make_gig()
    counting.store(Noted(impressions={gig.pk}), visitor="a")
    together = Barrier(2)

    def run() -> None:
        together.wait()
        try:
            services.write_figures()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(run), pool.submit(run)]:
            future.result()
    assert figures_of(gig) == (1, 0)
