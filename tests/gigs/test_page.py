"""The public page of a gig: what it shows, to whom, what it says to machines, and what it costs."""

import json
import re
from html import unescape
from uuid import uuid4

import pytest
from django.utils import timezone

from marketplace.accounts.models import UserProfile
from marketplace.gigs import services
from marketplace.gigs.content import FaqContent, FeatureRow
from marketplace.gigs.models import Gig, GigAttribute, GigAttributeOption, GigMedia
from marketplace.orders.services import request_revision
from tests.factories import (
    make_category,
    make_completed_order,
    make_delivered_order,
    make_gig,
    make_order,
    make_paid_order,
    make_public_review,
)
from tests.gigs.content import content, package

BLUR = "data:image/webp;base64,UklGRg=="


def rendition(name, width):
    return {"width": width, "webp": f"gigs/{name}-{width}.webp", "avif": f"gigs/{name}-{width}.avif"}


@pytest.fixture
def gig(seller):
    three = (package(), package("standard", 128_000), package("premium", 298_000))
    rich = content(
        packages=three,
        features=(FeatureRow("矢量源文件", (False, True, True)),),
        faqs=(FaqContent("能开发票吗", "可以。"),),
        requirements=(),
    )
    return services.publish_directly(gig=services.create_gig(seller=seller, content=rich))


@pytest.fixture
def gallery(gig):
    """A video before the picture that the seller's content has, and a PDF after it."""
    picture = gig.media.get()
    GigMedia.objects.filter(pk=picture.pk).update(
        sort_order=2, renditions=[rendition("a", 480), rendition("a", 960)], placeholder=BLUR
    )
    GigMedia.objects.create(
        gig=gig, kind="video", file="gigs/v.mp4", sort_order=1, width=1280, height=720, duration_seconds=65,
        renditions=[rendition("v", 960)],
    )  # fmt: skip
    GigMedia.objects.create(gig=gig, kind="pdf", file="gigs/d.pdf", sort_order=3, page_count=12)
    return gig


def page_of(client, gig, query=""):
    return client.get(gig.get_absolute_url() + query).content.decode()


def structured(page):
    return [
        json.loads(block) for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    ]


def meta(page, name):
    return [unescape(value) for value in re.findall(rf'<meta property="{name}"\s+content="([^"]*)"', page)]


# The gallery


def test_the_first_picture_is_fetched_before_the_page_is_read_and_the_others_when_they_come_near(client, gallery):
    page = page_of(client, gallery)
    srcset = "/media/gigs/a-480.avif 480w, /media/gigs/a-960.avif 960w"
    preload = re.search(r'<link rel="preload"[^>]*>', page)[0]
    assert f'imagesrcset="{srcset}"' in preload
    assert 'type="image/avif"' in preload
    assert 'fetchpriority="high"' in preload
    box = page[page.index('class="gallery"') : page.index('class="thumbs"')]
    first = box[box.index('id="shot-1"') : box.index('id="shot-2"')]
    assert f'<source type="image/avif" srcset="{srcset}"' in first
    assert 'fetchpriority="high"' in first
    assert "lazy" not in first
    assert BLUR in first
    assert box.count("lazy") == box.count("<picture>") - 1
    assert all("width=" in image and "height=" in image for image in re.findall(r"<img[^>]*>", box))


def test_a_picture_leads_the_gallery_and_a_video_waits_to_be_asked(client, gallery):
    page = page_of(client, gallery)
    assert page.index("plate__open") < page.index("<video") < page.index("plate__pdf")
    video = re.search(r"<video[^>]*>", page)[0]
    assert 'preload="none"' in video
    assert "controls" in video
    assert "autoplay" not in video
    assert 'poster="/media/gigs/v-960.webp"' in video
    assert "1:05" in page
    assert 'href="/media/gigs/d.pdf"' in page
    assert "12" in page[page.index("plate__pdf") :]


def test_without_a_picture_the_category_s_character_stands_there(client, seller):
    category = make_category(name="影像剪辑", parent=make_category())
    gig = make_gig(seller=seller, category=category)
    page = page_of(client, gig)
    assert re.search(r'gig__cover--empty"[^>]*>影</div>', page)
    assert 'rel="preload"' not in page
    assert meta(page, "og:image") == []


# What the category says of it


def test_the_attributes_of_category_and_parent_are_named_and_unknown_keys_left_out(client, gig):
    for category, key, names in (
        (gig.category.parent, "style", ("手绘", "国风")),
        (gig.category, "files", ("AI", "SVG")),
    ):
        attribute = GigAttribute.objects.create(category=category, key=key, name=f"{key}名", name_en=f"{key} name")
        for place, name in enumerate(names):
            GigAttributeOption.objects.create(
                attribute=attribute, key=f"{key}{place}", name=name, name_en=f"{name}!", sort_order=place
            )
    chosen = {"style": ["style0", "style1"], "files": ["files1", "gone"], "lost": ["x"]}
    Gig.objects.filter(pk=gig.pk).update(attributes=chosen)
    page = page_of(client, gig)
    assert "<dt>style名</dt><dd>手绘、国风</dd>" in page
    assert "<dt>files名</dt><dd>SVG</dd>" in page
    assert page.index("style名") < page.index("files名")
    assert "gone" not in page
    assert "<dt>files name</dt><dd>SVG!</dd>" in client.get(f"/en{gig.get_absolute_url()}").content.decode()


# What machines read


def test_structured_data_cannot_be_broken_out_of(client, seller):
    nasty = content(title="</script><script>alert(1)</script>")
    gig = services.publish_directly(gig=services.create_gig(seller=seller, content=nasty))
    page = page_of(client, gig)
    assert "<script>alert" not in page
    service, crumbs = structured(page)
    assert service["name"] == crumbs["itemListElement"][-1]["name"] == "</script><script>alert(1)</script>"


def test_search_engines_read_a_service_its_offers_its_rating_and_where_it_stands(client, gig):
    service, crumbs, questions = structured(page_of(client, gig))
    assert service["@type"] == "Service"
    assert [question["name"] for question in questions["mainEntity"]] == ["能开发票吗"]
    assert [offer["price"] for offer in service["offers"]] == ["680.00", "1280.00", "2980.00"]
    assert {offer["@type"] for offer in service["offers"]} == {"Offer"}
    assert "aggregateRating" not in service
    assert service["image"].startswith("http://")
    assert [item["position"] for item in crumbs["itemListElement"]] == [1, 2, 3, 4]
    assert all(item["item"].startswith("http://") for item in crumbs["itemListElement"])
    order = make_completed_order(gig=gig)
    make_public_review(order, stars=4)
    service, *_rest = structured(page_of(client, gig))
    assert service["aggregateRating"] | {"ratingValue": "4.5", "reviewCount": 1} == service["aggregateRating"]


def test_the_page_has_one_address_in_each_language_whatever_is_filtered(client, gig, settings):
    page = page_of(client, gig, "?review_stars=5&utm_source=x")
    path = gig.get_absolute_url()
    assert f'<link rel="canonical" href="{settings.SITE_URL}{path}">' in page
    alternates = dict(re.findall(r'rel="alternate" hreflang="([^"]+)" href="[^"]*//[^/]+([^"]+)"', page))
    assert alternates == {"zh-Hans": path, "x-default": path, "en": f"/en{path}"}
    english = client.get(f"/en{path}").content.decode()
    assert f'<link rel="canonical" href="{settings.SITE_URL}/en{path}">' in english


def test_a_shared_link_shows_title_picture_and_price(client, gallery, settings):
    page = page_of(client, gallery)
    assert meta(page, "og:title") == [gallery.title]
    assert meta(page, "og:image") == [f"{settings.SITE_URL}/media/gigs/a-960.webp"]  # from before there were JPEGs
    assert meta(page, "og:image:type") == []
    assert meta(page, "og:url") == [settings.SITE_URL + gallery.get_absolute_url()]
    assert meta(page, "product:price:amount") == ["680.00"]


def test_chats_and_search_engines_get_a_jpeg_and_its_size(client, gallery, settings):
    cover = gallery.media.get(kind="image")
    cover.renditions.append({"width": 1200, "height": 630, "jpeg": "gigs/a.jpg"})
    cover.save()
    page = page_of(client, gallery)
    address = f"{settings.SITE_URL}/media/gigs/a.jpg"
    assert meta(page, "og:image") == [address]
    assert meta(page, "og:image:type") == ["image/jpeg"]
    assert (meta(page, "og:image:width"), meta(page, "og:image:height")) == (["1200"], ["630"])
    assert structured(page)[0]["image"] == address
    assert "a.jpg" not in page[page.index('class="gallery"') :]


# How much the seller has to do


def test_orders_that_are_worked_on_stand_beside_the_delivery_time(client, seller):
    gig, asking = make_gig(seller=seller), make_gig(seller=seller, requirements=1)
    assert "制作中" not in page_of(client, gig)
    make_order(gig=gig)  # not paid
    make_delivered_order(gig=gig)
    make_completed_order(gig=gig)
    make_paid_order(gig=asking)  # waits for its requirements
    assert "制作中" not in page_of(client, gig)
    assert "制作中" not in page_of(client, asking)
    make_paid_order(gig=gig)
    again = make_delivered_order(gig=gig)
    request_revision(order_id=again.pk, buyer=again.buyer, message="颜色再深一点")
    facts = re.findall(r'<div class="facts">.*?</div>', page_of(client, gig))
    assert len(facts) == 2  # the box of the phone and that of the side
    assert all("2个订单制作中" in fact and "7天" in fact for fact in facts)
    assert "制作中" not in page_of(client, asking)


def test_a_draft_is_for_no_search_engine(seller, seller_client):
    gig = services.create_gig(seller=seller, content=content())
    page = page_of(seller_client, gig)
    assert '<meta name="robots" content="noindex">' in page
    assert 'rel="canonical"' not in page
    assert 'hreflang="x-default"' not in page
    assert structured(page) == []


# Being away


def test_who_is_away_says_until_when_and_takes_no_order(client, gig, seller):
    until = timezone.localdate() + timezone.timedelta(days=5)
    UserProfile.objects.filter(user=seller).update(away_until=until, away_message="去采风")
    page = page_of(client, gig)
    assert "去采风" in page
    assert "预订这个套餐" not in page
    assert structured(page)[0]["offers"][0]["availability"] == "https://schema.org/PreOrder"


# What it costs


def add_reviews(gig, number):
    """Reviews of orders that were all finished; the rows are copied, since 300 orders take a minute to live through."""
    order = make_completed_order(gig=gig)
    first = make_public_review(order, aspects={"quality": 4}, body="很快")
    orders, reviews = type(order), type(first)
    order.pk, first.pk = None, None
    copies = orders.objects.bulk_create(
        [_copy(order, number=f"{order.number[:-4]}{place:04d}", checkout_key=uuid4()) for place in range(number - 1)]
    )
    reviews.objects.bulk_create([_copy(first, order=copy, stars=1 + copy.pk % 5) for copy in copies])


def _copy(row, **changes):
    fields = {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key
    }
    copy = type(row)(**fields)
    for name, value in changes.items():
        setattr(copy, name, value)
    return copy


@pytest.mark.parametrize("reviews", [3, 300])
@pytest.mark.parametrize("query", ["", "?review_stars=5&review_package=standard"])
def test_a_dozen_queries_are_enough_however_many_reviews(
    client, buyer_client, gallery, reviews, query, django_assert_max_num_queries
):
    add_reviews(gallery, reviews)
    for _number in range(5):
        make_gig(category=gallery.category)
    for browser in (client, buyer_client):
        page_of(browser, gallery)  # navigation and settings are cached from here on
        make_paid_order(gig=gallery)
        with django_assert_max_num_queries(12):
            page = page_of(browser, gallery, query)
        assert page.count('class="review"') == (min(reviews, 10) if not query else page.count('class="review"'))
