"""What keeps a page from being published, and what is only advice."""

import pytest
from wagtail.models import Page

from cms_pages.images import SiteImage
from cms_pages.models import HelpPage, HomePage, LandingIndexPage, LandingPage, StandardPage
from cms_pages.publishing_checks import BLOCKING, CheckCode, check_page, leads_somewhere
from marketplace.gigs.advertising import forbidden_words

pytestmark = pytest.mark.django_db
DESCRIPTION = "开店要做的事一次备齐：招牌、菜单、海报和短视频，价格写清楚，款项由匠集托管，验收后放款。"


@pytest.fixture
def landing(tree) -> LandingPage:
    """A campaign page without a fault."""
    index = LandingIndexPage.objects.filter(locale__language_code="zh-hans").get()
    page = LandingPage(title="开业季", slug="opening", search_description=DESCRIPTION)
    return index.add_child(instance=page)


def codes(page) -> list[CheckCode]:
    return [finding.code for finding in check_page(page)]


def with_body(page, *blocks):
    page.body = [{"type": kind, "value": value} for kind, value in blocks]
    page.save()
    return LandingPage.objects.get(pk=page.pk)


def test_a_page_in_order_has_no_finding(landing):
    assert codes(landing) == []


def test_every_page_of_the_demo_could_be_published(tree):
    found = {
        f"{page.title}: {finding.words}"
        for page in Page.objects.filter(depth__gt=1).specific()
        for finding in check_page(page)
        if finding.is_blocking
    }
    assert found == set()


def test_search_engines_want_a_description_of_some_length(landing):
    landing.search_description = ""
    assert codes(landing) == [CheckCode.NO_DESCRIPTION]
    landing.search_description = "开业季"
    assert codes(landing) == [CheckCode.SHORT_DESCRIPTION]
    landing.search_description = "开" * 81
    assert codes(landing) == [CheckCode.LONG_DESCRIPTION]
    landing.search_description = "a" * 160  # half as wide
    assert codes(landing) == []


def test_a_long_title_is_advice_for_the_field_it_stands_in(landing):
    landing.title = "开" * 31
    (finding,) = check_page(landing)
    assert (finding.code, finding.field, finding.is_blocking) == (CheckCode.LONG_TITLE, "title", False)
    landing.seo_title = "开业季"
    assert codes(landing) == []


def test_a_picture_needs_words_for_those_who_cannot_see_it(landing, image):
    landing.image = image
    assert codes(landing) == []
    SiteImage.objects.update(description="")
    landing.image = SiteImage.objects.get()
    assert codes(landing) == [CheckCode.PICTURE_WITHOUT_WORDS]


def test_a_picture_deep_in_a_block_is_found(landing, image):
    SiteImage.objects.update(description="")
    value = {"title": "开业", "image": image.pk, "primary": {}, "secondary": {}, "slip": {"lines": []}}
    assert codes(with_body(landing, ("hero", value))) == [CheckCode.PICTURE_WITHOUT_WORDS]


def test_a_link_to_a_page_that_is_not_live_blocks(landing):
    target = StandardPage.objects.filter(locale__language_code="zh-hans").first()
    text = f'<p><a linktype="page" id="{target.pk}">关于我们</a></p>'
    assert codes(with_body(landing, ("paragraph", text))) == []
    target.live = False
    target.save()
    assert codes(LandingPage.objects.get(pk=landing.pk)) == [CheckCode.LINK_TO_HIDDEN_PAGE]
    target.delete()
    assert codes(LandingPage.objects.get(pk=landing.pk)) == [CheckCode.LINK_TO_HIDDEN_PAGE]


def test_a_chosen_page_that_is_not_live_blocks(landing):
    target = HelpPage.objects.filter(locale__language_code="zh-hans").first()
    value = {"title": "开业", "primary": {"text": "去看", "page": target.pk}, "secondary": {}, "slip": {"lines": []}}
    assert codes(with_body(landing, ("hero", value))) == []
    target.unpublish()
    assert codes(LandingPage.objects.get(pk=landing.pk)) == [CheckCode.LINK_TO_HIDDEN_PAGE]


@pytest.mark.parametrize(
    ("address", "leads"),
    [
        ("/search/", True),
        ("/en/search/", True),
        ("/help/", True),
        ("/en/help/", True),
        ("#live", True),
        ("https://example.com/nothing", True),
        ("/helpp/", False),
        ("/en/nothing/here/", False),
    ],
)
def test_an_address_within_the_site_has_to_lead_somewhere(tree, address, leads):
    assert leads_somewhere(address) is leads


def test_a_broken_address_of_a_button_blocks(landing):
    value = {
        "title": "开业",
        "primary": {"text": "去看", "address": "/nirgends/"},
        "secondary": {},
        "slip": {"lines": []},
    }
    assert codes(with_body(landing, ("hero", value))) == [CheckCode.BROKEN_ADDRESS]


def test_words_that_the_advertising_law_forbids_are_found_wherever_they_stand(landing):
    blocking = next(word for word in forbidden_words() if word.is_blocking)
    doubtful = next(word for word in forbidden_words() if not word.is_blocking)
    landing.summary = f"我们是{blocking.spellings[0]}的平台"
    (finding,) = check_page(landing)
    assert (finding.code, finding.field) == (CheckCode.FORBIDDEN_WORD, "summary")
    assert blocking.law in finding.words
    landing.summary = f"我们有{doubtful.spellings[0]}的服务"
    assert codes(landing) == [CheckCode.DOUBTFUL_WORD]
    landing.summary = ""
    assert codes(with_body(landing, ("paragraph", f"<p>{blocking.spellings[0]}</p>"))) == [CheckCode.FORBIDDEN_WORD]


def test_advice_blocks_nothing():
    assert CheckCode.NO_DESCRIPTION not in BLOCKING
    assert HomePage.base_form_class.__name__ == "CheckedPageForm"
