"""Each block shows what it says, in both languages, and refuses what would stand empty on the page."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils.translation import override
from wagtail.blocks import Block, StreamBlock

from cms_pages.block_examples import with_defaults
from cms_pages.blocks_category import CategoryStreamBlock
from cms_pages.blocks_home import HomeStreamBlock
from cms_pages.blocks_landing import LandingStreamBlock, handle_of
from cms_pages.models import FormPage, LandingPage, SiteVideo
from marketplace.discovery.services import rebuild_index
from tests import factories

STREAMS = {"landing": LandingStreamBlock(), "home": HomeStreamBlock(), "category": CategoryStreamBlock()}
KINDS = [(stream, kind) for stream, block in STREAMS.items() for kind in block.child_blocks]
# Without a page or a choice of rows they would be empty; their description says what they are.
WITHOUT_PREVIEW = {"subcategories", "listing", "price_guide", "articles", "bundles"}


def render(block: Block, value: dict) -> str:
    """The block as a stranger sees it."""
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    return str(
        block.render(block.normalize(with_defaults(block, value)), context={"request": request, "user": request.user})
    )


@pytest.mark.parametrize(("stream", "kind"), KINDS, ids=[f"{stream}-{kind}" for stream, kind in KINDS])
def test_a_block_has_an_icon_a_group_and_says_what_it_is_for(stream: str, kind: str) -> None:
    block = STREAMS[stream].child_blocks[kind]
    assert block.meta.icon != "placeholder"
    assert str(block.meta.group)
    assert len(str(block.get_description())) > 10
    assert block.is_previewable == (kind not in WITHOUT_PREVIEW)


def test_every_block_previews_with_words_in_both_languages(tree, client: Client) -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    without_data = {"coupon", "video", "image", "picture_text", "seller", "sellers", "reviews", "form"}
    for language, expected in (("zh-hans", "确认验收并放款"), ("en", "Accept and release")):
        pages = {}
        with override(language):
            for kind, block in LandingStreamBlock().child_blocks.items():
                bound = block.bind(block.get_preview_value())
                context = {"request": request, "bound_block": bound, "page_title": kind}
                pages[kind] = render_to_string("wagtailcore/shared/block_preview.html", context)
        assert expected in pages["steps"]
        assert all(
            'class="page section"' in html or "camp" in html for kind, html in pages.items() if kind not in without_data
        )


def test_a_row_shows_what_its_source_says(tree, gigs, categories) -> None:
    block = LandingStreamBlock().child_blocks["gig_row"]
    rebuild_index()
    value = {"heading": "服务", "count": 8}
    assert "开业海报" in render(block, {**value, "source": "popular"})
    posters = render(block, {**value, "source": "newest", "category": categories["posters"]})
    assert "开业海报" in posters
    assert "茶饮LOGO" not in posters
    found = render(block, {**value, "source": "search", "words": "海报"})
    assert "开业海报" in found
    assert "茶饮LOGO" not in found
    picked = render(block, {**value, "source": "picked", "picks": [{"gig": gigs[0], "reason": ""}]})
    assert "茶饮LOGO" in picked
    assert "开业海报" not in picked


def test_a_row_without_what_it_needs_is_refused(tree) -> None:
    block = LandingStreamBlock().child_blocks["gig_row"]
    for source in ("search", "picked"):
        with pytest.raises(ValidationError):
            block.clean(block.normalize(with_defaults(block, {"heading": "服务", "source": source, "count": 8})))


def test_a_personal_row_is_the_same_for_every_stranger_and_fetched_by_who_is_logged_in(tree, client: Client) -> None:
    page = LandingPage.objects.first()
    page.body = [("gig_row", {"heading": "可能用得上", "source": "personal", "count": 4})]
    page.save()
    assert "/parts/for-you/4/" not in client.get(page.url).content.decode()
    client.force_login(factories.make_user(name="买家"))
    assert 'hx-get="/parts/for-you/4/"' in client.get(page.url).content.decode()


def test_a_personal_row_is_nobodys_but_the_visitors(tree, client: Client) -> None:
    assert client.get("/parts/for-you/4/").status_code == 204
    client.force_login(factories.make_user(name="买家"))
    cache.clear()
    answer = client.get(
        "/parts/for-you/4/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/topics/"}
    )
    assert answer.status_code in (200, 204)
    assert "no-store" in answer["Cache-Control"]


def test_the_grid_shows_all_categories_or_the_chosen_ones(tree, categories) -> None:
    block = LandingStreamBlock().child_blocks["categories"]
    assert 'href="/design/"' in render(block, {"heading": "类目", "categories": []})
    assert render(block, {"heading": "类目", "categories": [categories["logo"]]}).strip() == ""


def test_a_seller_is_found_by_the_whole_address_and_nobody_else(tree, gigs) -> None:
    block = LandingStreamBlock().child_blocks["seller"]
    handle = gigs[0].seller.profile.handle
    assert handle_of(f"https://jiangji.example/u/{handle}/") == handle
    cleaned = block.clean(block.normalize(with_defaults(block, {"heading": "认识", "handle": f"/u/{handle}/"})))
    assert cleaned["handle"] == handle
    assert "青禾品牌" in render(block, {"heading": "认识", "handle": handle})
    with pytest.raises(ValidationError):
        block.clean(block.normalize(with_defaults(block, {"heading": "认识", "handle": "nobody-has-this"})))


def test_a_first_screen_may_search(tree) -> None:
    block = LandingStreamBlock().child_blocks["hero"]
    value = {"title": "开店", "countdown": {"ends_at": None}}
    assert "data-search" not in render(block, value)
    assert 'placeholder="例如海报"' in render(block, {**value, "show_search": True, "search_placeholder": "例如海报"})


def test_a_film_comes_with_captions_and_its_first_picture(tree, image) -> None:
    film = SiteVideo.objects.create(
        title="托管",
        file="films/a.mp4",
        poster=image,
        captions="films/a.vtt",
        captions_en="films/b.vtt",
        duration_seconds=65,
    )
    block = LandingStreamBlock().child_blocks["video"]
    html = render(block, {"heading": "看一看", "video": film})
    assert 'preload="none"' in html
    assert "poster=" in html
    assert html.count('<track kind="captions"') == 2
    assert "1:05" in html
    assert html.count("<iframe") == 0


def test_a_picture_stands_on_either_side(tree, image) -> None:
    block = LandingStreamBlock().child_blocks["picture_text"]
    value = {"heading": "一张单子", "text": "<p>写清楚</p>", "image": image}
    assert "beside--right" not in render(block, value)
    assert "beside--right" in render(block, {**value, "side": "right"})


def test_the_demo_shows_every_block(tree, client: Client) -> None:
    for path, code in (("/topics/year-end/", "zh-hans"), ("/en/topics/year-end/", "en")):
        response = client.get(path)
        assert response.status_code == 200
        page = LandingPage.objects.get(slug="year-end", locale__language_code=code)
        shown = {block.block_type for block in page.body}
        missing = set(LandingStreamBlock().child_blocks) - shown
        # The small tree of the tests has neither pictures nor a film, a coupon or a seller of the highest level.
        assert missing <= {"image", "picture_text", "video", "coupon", "seller"}
        assert FormPage.objects.filter(locale__language_code=code).exists()
        html = response.content.decode()
        assert html.count("<h1") == 1
        assert ' style="' not in html


def test_no_stream_of_blocks_is_endless() -> None:
    assert all(isinstance(block, StreamBlock) and block.meta.block_counts for block in STREAMS.values())
    assert STREAMS["landing"].meta.max_num == 24
