"""A small tree in both languages: one page of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from wagtail.images.tests.utils import get_test_image_file

from cms_pages.demo_pages import build_demo_site
from cms_pages.images import SiteImage
from cms_pages.models import CategoryPage
from marketplace.gigs.models import GigCategory
from portal.env import BASE_DIR
from tests import factories

DATA = BASE_DIR / "portal" / "demo" / "data"


@pytest.fixture
def image(db) -> SiteImage:
    return SiteImage.objects.create(title="picture", description="一家小店", file=get_test_image_file())


@pytest.fixture
def categories(db) -> dict[str, GigCategory]:
    """A category with two subcategories, as the small catalogue below names them."""
    design = GigCategory.objects.create(name="设计", name_en="Design", slug="design", icon="c-design")
    found = {"design": design}
    for position, (slug, name) in enumerate({"logo": "LOGO与品牌", "posters": "海报"}.items()):
        found[slug] = GigCategory.objects.create(
            name=name, name_en=slug.title(), slug=slug, parent=design, position=position
        )
    return found


@pytest.fixture
def small_data(tmp_path: Path) -> Path:
    """The demo's own texts, with a catalogue of one category and a help centre of one section."""
    import json

    for name in ("home", "landings", "help", "standard_pages"):
        content = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
        if name == "help":
            content["sections"] = content["sections"][:1]
            content["sections"][0]["articles"] = content["sections"][0]["articles"][:2]
        elif isinstance(content, list):
            content = content[:1]
        (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    catalogue = [
        {
            "slug": "design",
            "name": "设计",
            "name_en": "Design",
            "subcategories": [
                {"slug": "logo", "name": "LOGO与品牌", "name_en": "Logo"},
                {"slug": "posters", "name": "海报", "name_en": "Posters"},
            ],
        }
    ]
    (tmp_path / "categories.json").write_text(json.dumps(catalogue), encoding="utf-8")
    return tmp_path


@pytest.fixture
def gigs(categories):
    """Three live gigs by one seller, two of them logos."""
    seller = factories.make_seller(name="青禾品牌")
    return [
        factories.make_gig(seller=seller, category=categories[slug], title=title, price_fen=price)
        for slug, title, price in (
            ("logo", "茶饮LOGO", 68000),
            ("logo", "面馆LOGO", 30000),
            ("posters", "开业海报", 9900),
        )
    ]


@pytest.fixture
def tree(categories, gigs, small_data: Path, tmp_path: Path) -> None:
    """The whole site in both languages."""
    build_demo_site(
        data_directory=small_data, media_directory=tmp_path, categories=categories, progress=lambda line: None
    )


@pytest.fixture
def committed_tree(committed_db, categories, gigs, small_data: Path, tmp_path: Path) -> Iterator[None]:
    """The site outside of a transaction, as in production: within one nothing is remembered that others see.

    Pages stay in the database after such a test: the next one throws them away.
    """
    build_demo_site(
        data_directory=small_data,
        media_directory=tmp_path,
        categories=categories,
        progress=lambda line: None,
        rebuild=True,
    )
    yield
    for page in CategoryPage.objects.order_by("-depth"):  # their categories go with the test
        page.delete()
