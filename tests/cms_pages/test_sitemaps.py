"""The sitemaps: what is in them, when it changed, and that a million gigs cost no more."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, PageViewRestriction

from cms_pages import sitemaps
from cms_pages.models import CategoryPage, LandingPage
from marketplace.accounts.models import Portfolio, UserProfile
from marketplace.gigs.models import Gig, GigMedia
from tests import factories

S, X, PICTURE = (
    "{http://www.sitemaps.org/schemas/sitemap/0.9}",
    "{http://www.w3.org/1999/xhtml}",
    "{http://www.google.com/schemas/sitemap-image/1.1}",
)
SITE = "http://localhost:8000"


def read(path: str) -> ElementTree.Element:
    response = Client().get(path)
    assert response.status_code == 200, path
    assert response["Content-Type"] == "application/xml"
    assert "max-age" in response["Cache-Control"]
    return ElementTree.fromstring(response.content)


def index() -> dict[str, str]:
    """Path of each part → its lastmod."""
    cache.clear()
    return {one.findtext(f"{S}loc").removeprefix(SITE): one.findtext(f"{S}lastmod") for one in read("/sitemap.xml")}


def urls(section: str) -> dict[str, ElementTree.Element]:
    """Every entry of a section, by its path."""
    found = {}
    for path in index():
        if path.startswith(f"/sitemaps/{section}-"):
            found |= {one.findtext(f"{S}loc").removeprefix(SITE): one for one in read(path)}
    return found


def alternates(entry: ElementTree.Element) -> dict[str, str]:
    return {link.get("hreflang"): link.get("href").removeprefix(SITE) for link in entry.findall(f"{X}link")}


def images(entry: ElementTree.Element) -> list[str]:
    return [one.findtext(f"{PICTURE}loc") for one in entry.findall(f"{PICTURE}image")]


def test_every_page_stands_there_in_each_language_with_the_other(tree) -> None:
    found = urls("pages")
    live = {page.url for page in Page.objects.live().filter(depth__gt=1, locale__language_code__in=["zh-hans", "en"])}
    assert set(found) == {url for url in live if url}
    assert {"/", "/en/", "/design/logo/", "/en/help/buyer-start/how-to-order/"} <= set(found)
    for path in ("/design/logo/", "/en/design/logo/"):
        assert alternates(found[path]) == {
            "zh-Hans": "/design/logo/", "en": "/en/design/logo/", "x-default": "/design/logo/"
        }  # fmt: skip


def test_hidden_unpublished_and_untranslated_pages_are_named_as_they_are(tree, image) -> None:
    chinese = {"locale__language_code": "zh-hans"}
    LandingPage.objects.filter(slug="open-a-small-shop", **chinese).update(hidden_from_search=True)
    Page.objects.get(slug="about", locale__language_code="en").unpublish()
    Page.objects.get(slug="about", **chinese).unpublish()
    Page.objects.get(slug="posters", locale__language_code="en").unpublish()
    changed = datetime(2026, 5, 1, 3, 4, 5, tzinfo=UTC)
    CategoryPage.objects.filter(slug="logo", **chinese).update(hero_image=image, last_published_at=changed)
    CategoryPage.objects.filter(slug="logo", locale__language_code="en").update(last_published_at=changed)
    found = urls("pages")
    assert "/topics/open-a-small-shop/" not in found
    assert "/en/topics/open-a-small-shop/" in found
    assert "/about/" not in found
    assert "/en/about/" not in found
    assert "/en/design/posters/" not in found
    assert alternates(found["/design/posters/"]) == {}
    assert found["/design/logo/"].findtext(f"{S}lastmod") == "2026-05-01T03:04:05+00:00"
    assert images(found["/design/logo/"]) == [f"{SITE}{image.file.url}"]
    response = Client().get("/topics/open-a-small-shop/")
    assert b'name="robots" content="noindex, follow"' in response.content


def test_a_page_for_some_alone_is_in_no_sitemap(tree) -> None:
    page = LandingPage.objects.get(slug="open-a-small-shop", locale__language_code="zh-hans")
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    found = urls("pages")
    assert "/topics/open-a-small-shop/" not in found
    assert alternates(found["/en/topics/open-a-small-shop/"]) == {}


def test_gigs_on_sale_stand_there_with_the_day_of_their_content_and_their_picture(db) -> None:
    shown, paused, closed = factories.make_gig(title="茶饮LOGO"), factories.make_gig(), factories.make_gig()
    published = datetime(2026, 6, 2, 1, 0, tzinfo=UTC)
    GigMedia.objects.create(gig=shown, kind="image", file="gigs/a.webp", sort_order=0)
    GigMedia.objects.exclude(file="gigs/a.webp").filter(gig=shown).delete()
    Gig.objects.filter(pk=shown.pk).update(last_published_at=published)
    Gig.objects.filter(pk=paused.pk).update(status="paused")
    type(closed.seller).objects.filter(pk=closed.seller_id).update(is_active=False)
    shown.refresh_from_db()
    path = shown.get_absolute_url()
    found = urls("gigs")
    assert set(found) == {path, f"/en{path}"}
    assert found[path].findtext(f"{S}lastmod") == "2026-06-02T01:00:00+00:00"
    assert images(found[path]) == [f"{SITE}/media/gigs/a.webp"]
    assert alternates(found[f"/en{path}"]) == {"zh-Hans": path, "en": f"/en{path}", "x-default": path}


def test_sellers_and_their_work_stand_there_and_buyers_do_not(db) -> None:
    seller, buyer, silent = factories.make_seller(), factories.make_user(), factories.make_seller()
    factories.make_gig(seller=seller)
    Portfolio.objects.create(profile=silent.profile, title="旧作")  # who sells nothing now: no page leads there
    piece = Portfolio.objects.create(profile=seller.profile, title="招牌")
    Portfolio.objects.create(profile=UserProfile.objects.get(user=buyer), title="x")
    assert seller.profile.get_absolute_url() in urls("sellers")
    assert buyer.profile.get_absolute_url() not in urls("sellers")
    assert silent.profile.get_absolute_url() not in urls("sellers")
    assert set(urls("pieces")) == {piece.get_absolute_url(), f"/en{piece.get_absolute_url()}"}


def test_a_part_holds_a_range_of_keys_and_the_index_says_when_it_last_changed(db, monkeypatch) -> None:
    monkeypatch.setattr(sitemaps, "PART_KEYS", 2)
    gigs = [factories.make_gig() for _number in range(5)]
    for day, gig in enumerate(gigs, start=1):
        Gig.objects.filter(pk=gig.pk).update(last_published_at=datetime(2026, 7, day, tzinfo=UTC))
    named = {path: changed for path, changed in index().items() if path.startswith("/sitemaps/gigs-")}
    assert set(named) == {f"/sitemaps/gigs-{gig.pk // 2}.xml" for gig in gigs}
    assert named[f"/sitemaps/gigs-{gigs[-1].pk // 2}.xml"] == "2026-07-05T00:00:00+00:00"
    assert len(urls("gigs")) == 10
    for path in ("/sitemaps/gigs-99999999.xml", "/sitemaps/secrets-0.xml", "/sitemaps/gigs--1.xml"):
        assert Client().get(path).status_code == 404, path


@pytest.mark.parametrize("gigs", [1, 6])
def test_a_part_costs_one_query_however_many_gigs_it_has(db, gigs: int) -> None:
    made = [factories.make_gig() for _number in range(gigs)]
    with CaptureQueriesContext(connection) as queries:
        sitemaps.part_xml("gigs", made[0].pk // sitemaps.PART_KEYS)
    assert len(queries) == 1
    assert "OFFSET" not in queries[0]["sql"]


def test_the_plans_read_ranges_of_keys_and_count_by_the_index_alone(db) -> None:
    """As PostgreSQL plans it for a big table that was vacuumed: what it believes of the table is said, and does not
    depend on which tests filled it before. Scans of whole tables are made dear."""
    factories.make_gig()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', 'gigs_gig', 'relpages', 10000,"
            " 'reltuples', 100000::real, 'relallvisible', 10000)"
        )
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        with CaptureQueriesContext(connection) as queries:
            sitemaps.part_xml("gigs", 7)
        cursor.execute(f"EXPLAIN {queries[0]['sql']}")
        part = "\n".join(row[0] for row in cursor.fetchall())
        with CaptureQueriesContext(connection) as queries:
            sitemaps.parts()
        (counted,) = [
            query["sql"] for query in queries if "gigs_gig" in query["sql"] and "accounts_" not in query["sql"]
        ]
        cursor.execute(f"EXPLAIN {counted}")
        whole = "\n".join(row[0] for row in cursor.fetchall())
    assert "gigs_gig.id >= " in part.replace('"', "") or "(id >= " in part
    assert "Index Only Scan using gigs_gig_sitemap" in whole


def test_robots_are_shown_the_index(client: Client) -> None:
    assert f"Sitemap: {SITE}/sitemap.xml" in client.get("/robots.txt").content.decode()
