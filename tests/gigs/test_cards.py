"""Cards of gigs: their covers in every size, wherever they stand, and what that costs."""

import re

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from marketplace.discovery.services import rebuild_index
from marketplace.gigs.cards import gig_cards
from marketplace.gigs.models import GigMedia
from tests.factories import make_category, make_gig

pytestmark = pytest.mark.django_db
BLUR = "data:image/webp;base64,UklGRg=="


def with_cover(gig, *, name="a", sizes=(320, 640)):
    """A PDF, a cover, and a picture after it."""
    rows = [
        {"width": width, "height": width, "webp": f"{name}-{width}.webp", "avif": f"{name}-{width}.avif"}
        for width in sizes
    ]
    GigMedia.objects.create(gig=gig, kind="pdf", file="d.pdf", sort_order=1)
    GigMedia.objects.create(
        gig=gig,
        file=f"{name}.webp",
        sort_order=2,
        width=640,
        height=400,
        renditions=rows,
        placeholder=BLUR if rows else "",
    )
    GigMedia.objects.create(gig=gig, file="second.webp", sort_order=3, width=640, height=400)
    return gig


def images(page):
    """The pictures of cards."""
    return re.findall(r"<img[^>]*picture__image[^>]*>", page)


def drawn(card, **context):
    return render_to_string("components/gig_card.html", {"card": card, **context})


def test_a_card_offers_its_first_picture_in_every_size_without_a_blur_which_would_outweigh_its_words():
    gig = with_cover(make_gig())
    card = drawn(gig_cards([gig.pk])[0])
    assert '<source type="image/avif" srcset="/media/a-320.avif 320w, /media/a-640.avif 640w" sizes="(min-width' in card
    assert (
        '<img class="picture__image" srcset="/media/a-320.webp 320w, /media/a-640.webp 640w" sizes="(min-width' in card
    )
    assert BLUR not in card
    assert "second" not in card
    [image] = images(card)
    assert 'width="640" height="400"' in image
    assert 'loading="lazy"' in image
    assert 'alt=""' in image  # the title beside it says what it is


def test_a_cover_of_the_first_screen_does_not_wait():
    gig = with_cover(make_gig())
    [image] = images(drawn(gig_cards([gig.pk])[0], eager=True))
    assert "lazy" not in image


def test_a_lying_card_asks_for_a_narrower_picture_on_a_phone():
    gig = with_cover(make_gig())
    [card] = gig_cards([gig.pk])
    assert ', 240px"' in drawn(card, lying=True)
    assert ', 50vw"' in drawn(card)


def test_a_cover_that_was_stored_in_one_size_is_shown_as_it_is():
    gig = with_cover(make_gig(), sizes=())
    card = drawn(gig_cards([gig.pk])[0])
    assert "<source" not in card
    assert [re.search(r'src="([^"]*)"', image)[1] for image in images(card)] == ["/media/a.webp"]


def test_without_a_picture_a_card_has_none():
    [card] = gig_cards([make_gig().pk])
    assert card.cover is None
    assert "<img" not in drawn(card).split("gig__body")[0]


def test_cards_cost_one_query_however_many_sizes_they_have(django_assert_num_queries):
    gigs = [with_cover(make_gig(), name=str(place), sizes=(320, 640, 960, 1600)) for place in range(5)]
    with django_assert_num_queries(1):
        cards = gig_cards([gig.pk for gig in gigs])
        assert len({drawn(card) for card in cards}) == 5


def test_in_the_search_the_first_three_covers_do_not_wait(client):
    category = make_category(parent=make_category())
    for place in range(5):
        with_cover(make_gig(category=category), name=str(place))
    rebuild_index()
    shown = images(client.get(reverse("discovery:search")).content.decode())
    assert ["lazy" in image for image in shown] == [False, False, False, True, True]


def test_the_seller_s_page_and_list_and_similar_services_offer_the_sizes_too(client, seller, seller_client):
    gig = with_cover(make_gig(seller=seller))
    other = make_gig(category=gig.category)
    for browser, address in (
        (client, seller.profile.get_absolute_url()),
        (client, other.get_absolute_url()),
        (seller_client, "/desk/gigs/"),
    ):
        assert "/media/a-320.avif 320w" in browser.get(address).content.decode(), address
