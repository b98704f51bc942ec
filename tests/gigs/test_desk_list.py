"""The seller's list: figures, order, what happens next, and the buttons."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.core import clock
from marketplace.gigs import services
from marketplace.gigs.content import GigContent, read_content
from marketplace.gigs.desk_figures import figures_of
from marketplace.gigs.desk_selectors import DeskSort, desk_list
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import Gig, GigDay
from marketplace.gigs.review_clock import review_due
from marketplace.gigs.services.duplicating import copied_title
from marketplace.gigs.states import GigStatus
from tests.factories import make_category, make_gig, make_moderator, make_order, make_paid_order, make_seller
from tests.gigs.content import content, package

ADDRESS = "/desk/gigs/"


def seen(gig: Gig, *, days_ago: int = 0, impressions: int = 0, clicks: int = 0) -> None:
    """A day as the job writes it."""
    day = timezone.localdate() - timedelta(days=days_ago)
    GigDay.objects.create(gig=gig, day=day, impressions=impressions, clicks=clicks)


def titles(user, **asked) -> list[str]:
    return [row.gig.title for row in desk_list(user, **asked).rows]


def test_the_last_thirty_days_stand_beside_the_thirty_before(seller):
    gig = make_gig(seller=seller)
    for days_ago, clicks in ((0, 20), (29, 30), (30, 7), (59, 8), (60, 999)):
        seen(gig, days_ago=days_ago, clicks=clicks, impressions=10 * clicks)
    make_paid_order(gig=gig)
    with clock.moved_to(timezone.now() - timedelta(days=40)):
        make_paid_order(gig=gig)
    make_order(gig=gig)  # nobody has paid it
    figures = figures_of([gig.pk])[gig.pk]
    assert (figures.now.impressions, figures.now.clicks, figures.now.orders) == (500, 50, 1)
    assert (figures.before.impressions, figures.before.clicks, figures.before.orders) == (150, 15, 1)
    assert figures.now.conversion_text == "2%"
    assert (figures.clicks_by_day[0], figures.clicks_by_day[-1], len(figures.clicks_by_day)) == (30, 20, 30)
    assert figures.spark.startswith("M2.0 3.0L")


@pytest.mark.parametrize(("clicks", "text"), [(29, ""), (30, "3.3%"), (0, "")])
def test_of_few_clicks_no_rate_is_said(seller, seller_client, clicks, text):
    gig = make_gig(seller=seller)
    seen(gig, clicks=clicks)
    make_paid_order(gig=gig)
    assert figures_of([gig.pk])[gig.pk].now.conversion_text == text
    page = seller_client.get(ADDRESS).content.decode()
    assert ("点击不足30次" in page) is (text == "")


def test_the_list_can_be_ordered_by_every_figure(seller):
    category = make_category(parent=make_category())
    busy, sold, dear = (
        make_gig(seller=seller, category=category, title=title, price_fen=price)
        for title, price in (("多人看", 100_00), ("多人买", 200_00), ("最贵的", 300_00))
    )
    seen(busy, impressions=900, clicks=100)
    seen(sold, impressions=100, clicks=40)
    seen(dear, impressions=500, clicks=3)
    make_paid_order(gig=sold)
    assert titles(seller) == ["最贵的", "多人买", "多人看"]
    assert titles(seller, sort=DeskSort.IMPRESSIONS) == ["多人看", "最贵的", "多人买"]
    assert titles(seller, sort=DeskSort.CLICKS) == ["多人看", "多人买", "最贵的"]
    assert titles(seller, sort=DeskSort.ORDERS) == ["多人买", "最贵的", "多人看"]
    assert titles(seller, sort=DeskSort.CONVERSION) == ["多人买", "多人看", "最贵的"]
    assert titles(seller, sort=DeskSort.PRICE) == ["最贵的", "多人买", "多人看"]
    assert titles(seller, sort="'; drop table") == titles(seller)


def test_tabs_count_what_the_search_finds_and_all_leaves_out_what_was_put_away(seller):
    for title in ("印章一", "印章二", "招牌"):
        make_gig(seller=seller, title=title)
    gone = make_gig(seller=seller, title="旧印章")
    services.archive_gig(gig_id=gone.pk, seller=seller)
    make_gig(title="别人的印章")
    desk = desk_list(seller, query="印章")
    assert [(tab.status, tab.count) for tab in desk.tabs] == [("", 2), ("live", 2), ("archived", 1)]
    assert titles(seller, query="印章") == ["印章二", "印章一"]
    assert titles(seller, query="印章", status="archived") == ["旧印章"]
    assert titles(seller, status="nonsense") == titles(seller)


def test_the_list_says_since_when_a_gig_is_in_review_until_when_and_what_is_wanted(seller, seller_client):
    gig = services.create_gig(seller=seller, content=content())
    services.submit_gig(gig_id=gig.pk, seller=seller)
    row = desk_list(seller).rows[0]
    assert row.review.expected_by == review_due(row.review.since)  # in working hours: tests/core/test_working_hours.py
    assert not row.can_edit
    assert "预计" in seller_client.get(ADDRESS).content.decode()
    gig.refresh_from_db()
    state = gig.current_workflow_state
    task = state.current_task_state
    services.send_back(task_state_id=task.pk, moderator=make_moderator(), codes=["Q1"], words="请换一张封面。")
    row = desk_list(seller).rows[0]
    assert row.review is None
    assert "请换一张封面。" in row.changes
    assert "请换一张封面。" in seller_client.get(ADDRESS).content.decode()


def test_thirty_gigs_cost_no_more_queries_than_one_and_at_most_ten(seller, seller_client):
    category = make_category(parent=make_category())

    def queries() -> int:
        seller_client.get(ADDRESS)
        with CaptureQueriesContext(connection) as captured:
            page = seller_client.get(ADDRESS).content.decode()
        assert page.count("<tr>") == 1 + Gig.objects.filter(seller=seller).count()
        return len(captured)

    gig = services.create_gig(seller=seller, content=content(category=category))
    services.submit_gig(gig_id=gig.pk, seller=seller)
    one = queries()
    for number in range(29):
        more = make_gig(seller=seller, category=category)
        seen(more, clicks=number)
    assert queries() == one <= 10


def test_the_buttons_lead_back_to_the_list_as_it_was_and_nowhere_else(seller, seller_client):
    gig = make_gig(seller=seller)
    here = ADDRESS + "?status=live&sort=clicks"
    answer = seller_client.post(reverse("gigs:pause", args=[gig.pk]), {"next": here})
    assert answer.url == here
    answer = seller_client.post(reverse("gigs:resume", args=[gig.pk]), {"next": "https://elsewhere.example/"})
    assert answer.url == ADDRESS
    gig.refresh_from_db()
    assert gig.status == GigStatus.LIVE


def test_ticked_gigs_are_paused_together_and_what_cannot_be_is_said(seller, seller_client):
    one, two = make_gig(seller=seller), make_gig(seller=seller)
    draft = services.create_gig(seller=seller, content=content(title="还没写完"))
    strangers = make_gig()
    ticked = [one.pk, two.pk, draft.pk, strangers.pk, "x", "9" * 30]
    answer = seller_client.post(reverse("gigs:bulk"), {"deed": "pause", "gig": ticked}, follow=True)
    told = [str(message) for message in answer.context["messages"]]
    assert told[0] == "已暂停2项服务。"
    assert len(told) == 2
    assert "还没写完" in told[1]
    statuses = {gig.pk: gig.status for gig in Gig.objects.all()}
    assert [statuses[gig.pk] for gig in (one, two, draft, strangers)] == ["paused", "paused", "draft", "live"]
    seller_client.post(reverse("gigs:bulk"), {"deed": "resume", "gig": [one.pk]})
    one.refresh_from_db()
    assert one.status == GigStatus.LIVE


def test_an_unknown_deed_or_nothing_ticked_does_nothing(seller, seller_client):
    gig = make_gig(seller=seller)
    assert seller_client.post(reverse("gigs:bulk"), {"deed": "delete", "gig": [gig.pk]}).status_code == 400
    assert seller_client.post(reverse("gigs:bulk"), {"deed": "pause"}).url == ADDRESS
    gig.refresh_from_db()
    assert gig.status == GigStatus.LIVE


def test_putting_away_asks_first_and_names_what_stays(seller, seller_client):
    gig = make_gig(seller=seller)
    asked = [
        seller_client.get(reverse("gigs:archive", args=[gig.pk])),
        seller_client.post(reverse("gigs:bulk"), {"deed": "archive", "gig": [gig.pk]}),
    ]
    for page in asked:
        assert page.status_code == 200
        assert gig.title in page.content.decode()
        assert "评价" in page.content.decode()
    gig.refresh_from_db()
    assert gig.status == GigStatus.LIVE
    seller_client.post(reverse("gigs:bulk"), {"deed": "archive", "gig": [gig.pk], "confirmed": "1"})
    gig.refresh_from_db()
    assert gig.status == GigStatus.ARCHIVED
    assert Client().get(gig.get_absolute_url()).status_code == 404


def test_a_stranger_finds_none_of_the_buttons(seller, buyer_client):
    gig = make_gig(seller=seller)
    assert buyer_client.get(reverse("gigs:archive", args=[gig.pk])).status_code == 404
    assert buyer_client.post(reverse("gigs:duplicate", args=[gig.pk])).status_code == 404
    buyer_client.post(reverse("gigs:bulk"), {"deed": "archive", "gig": [gig.pk], "confirmed": "1"})
    gig.refresh_from_db()
    assert (gig.status, Gig.objects.count()) == (GigStatus.LIVE, 1)


def test_a_copy_is_a_draft_with_everything_and_rows_of_its_own(seller, seller_client):
    written = content(packages=(package(), package("standard", 128_000)))
    gig = services.publish_directly(gig=services.create_gig(seller=seller, content=written))
    answer = seller_client.post(reverse("gigs:duplicate", args=[gig.pk]))
    copy = Gig.objects.exclude(pk=gig.pk).get()
    assert answer.url == reverse("gigs:step", args=[copy.pk, "overview"])
    assert (copy.status, copy.live, copy.title) == (GigStatus.DRAFT, False, gig.title + "（副本）")
    copied = read_content(copy.get_latest_revision_as_object())
    assert (copied.packages, copied.tags, copied.pictures) == (written.packages, written.tags, written.pictures)
    assert not {item.pk for item in copy.packages.all()} & {item.pk for item in gig.packages.all()}
    assert Client().get(copy.get_absolute_url()).status_code == 404


def test_the_mark_of_a_copy_fits_into_the_title_and_stands_there_once():
    assert copied_title("印章") == "印章（副本）"
    assert copied_title("印章（副本）") == "印章（副本）"
    assert copied_title("字" * 80) == "字" * 36 + "（副本）"


def test_what_was_put_away_comes_back_as_a_copy_and_what_was_refused_for_good_does_not(seller):
    gig = make_gig(seller=seller)
    services.archive_gig(gig_id=gig.pk, seller=seller)
    assert services.duplicate_gig(gig_id=gig.pk, seller=seller).status == GigStatus.DRAFT
    denied = make_gig(seller=seller)
    services.take_down_gig(gig_id=denied.pk, moderator=make_moderator(), reason="盗用。")
    for who, code in ((seller, GigErrorCode.WRONG_STATE), (make_seller(), GigErrorCode.NOT_SELLER)):
        with pytest.raises(GigError) as refusal:
            services.duplicate_gig(gig_id=denied.pk, seller=who)
        assert refusal.value.code == code
    assert Gig.objects.filter(seller=seller).count() == 3


def test_a_draft_with_little_in_it_is_duplicated_too(seller):
    empty = services.start_draft(
        seller=seller, content=GigContent(category=None, title="半截", description="", packages=())
    )
    copy = services.duplicate_gig(gig_id=empty.pk, seller=seller)
    assert copy.title.startswith("半截")
    assert Gig.objects.filter(seller=seller).count() == 2
