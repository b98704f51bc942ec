"""Which page may stand where, what is paired with what, and that building twice changes nothing."""

import json

import pytest
from wagtail.models import Locale, Page, Site

from cms_pages.blocks import ProseStreamBlock
from cms_pages.demo_pages import build_demo_site
from cms_pages.demo_prose import prose_body
from cms_pages.images import SiteImage
from cms_pages.models import (
    CategoryPage,
    FormPage,
    HelpIndexPage,
    HelpPage,
    HelpSectionPage,
    HomePage,
    LandingIndexPage,
    LandingPage,
    StandardPage,
)
from tests.cms_pages.conftest import DATA

CHILDREN = {
    HomePage: {CategoryPage, LandingIndexPage, HelpIndexPage, StandardPage},
    CategoryPage: {CategoryPage},
    LandingIndexPage: {LandingPage, FormPage},
    FormPage: set(),
    LandingPage: set(),
    HelpIndexPage: {HelpSectionPage},
    HelpSectionPage: {HelpPage},
    HelpPage: set(),
    StandardPage: {StandardPage},
}


@pytest.mark.parametrize(("parent", "children"), CHILDREN.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_a_page_takes_only_its_own_kinds_of_children(parent, children) -> None:
    assert set(parent.allowed_subpage_models()) == children


def test_there_are_two_levels_of_categories(tree) -> None:
    top = CategoryPage.objects.get(slug="design", locale__language_code="zh-hans")
    below = CategoryPage.objects.get(slug="logo", locale__language_code="zh-hans")
    assert CategoryPage.can_create_at(top)
    assert not CategoryPage.can_create_at(below)


def test_a_category_has_one_page_a_language(tree, categories) -> None:
    from django.core.exceptions import ValidationError

    page = CategoryPage.objects.get(slug="posters", locale__language_code="zh-hans")
    page.category = categories["logo"]
    with pytest.raises(ValidationError) as refused:
        page.full_clean()
    assert "category" in refused.value.message_dict


def test_every_chinese_page_has_its_english_translation(tree) -> None:
    chinese = Page.objects.filter(locale__language_code="zh-hans", depth__gt=1)
    assert chinese.count() == Page.objects.filter(locale__language_code="en", depth__gt=1).count() > 8
    english = Locale.objects.get(language_code="en")
    for page in chinese:
        assert page.has_translation(english), page.title


def test_published_pages_have_a_live_revision_that_can_be_edited_on(tree) -> None:
    for page in Page.objects.filter(depth__gt=1):
        assert page.live_revision_id is not None
        assert page.get_latest_revision_as_object().title == page.title


def test_the_site_begins_at_the_chinese_home_page(tree) -> None:
    root = Site.objects.get(is_default_site=True).root_page.specific
    assert isinstance(root, HomePage)
    assert root.locale.language_code == "zh-hans"


def test_building_again_touches_nothing_unless_told_to(tree, categories, small_data, tmp_path) -> None:
    before = set(Page.objects.values_list("pk", flat=True))
    said: list[str] = []
    arguments = {"data_directory": small_data, "media_directory": tmp_path, "categories": categories}
    build_demo_site(**arguments, progress=said.append)
    assert set(Page.objects.values_list("pk", flat=True)) == before
    assert said == ["pages: already there"]

    build_demo_site(**arguments, progress=said.append, rebuild=True)
    assert Page.objects.count() == len(before)
    assert set(Page.objects.values_list("pk", flat=True)) != before


def test_every_figure_of_the_help_articles_has_its_picture_and_a_block_of_the_page(db) -> None:
    sections = json.loads((DATA / "help.json").read_text(encoding="utf-8"))["sections"]
    sides = [article[language] for section in sections for article in section["articles"] for language in ("zh", "en")]
    figures = [entry for side in sides for entry in side["body"] if entry["type"] == "figure"]
    assert len(figures) >= 24
    pages = DATA.parent / "media" / "pages"
    assert not [entry["image"] for entry in figures if not (pages / f"{entry['image']}.webp").exists()]
    known = set(ProseStreamBlock().child_blocks)
    assert {made["type"] for side in sides for made in prose_body(side, lambda _name, _shows: SiteImage(pk=1))} <= known
