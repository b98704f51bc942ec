"""The demo's campaign page that shows every block, with the form and the film it needs."""

from pathlib import Path
from typing import Any, Protocol

from django.core.files.base import ContentFile
from wagtail.models import Page

from cms_pages.block_examples import starting_words
from cms_pages.images import SiteImage
from cms_pages.landing_templates import starting_body
from cms_pages.models import FormField, FormPage, LandingPage, SiteVideo

_FILM_SECONDS = 12


class Adds(Protocol):
    """Puts a page below another, as the translation of what the key named before (demo_pages.py)."""

    def __call__(self, parent: Page, page: Page, key: str, language: str) -> Page: ...


def make_film(folder: Path, *, poster: SiteImage | None) -> SiteVideo | None:
    """The film about escrow from the demo's media folder, stored once; None when it is not there."""
    file = folder / "pages" / "escrow.mp4"
    found = SiteVideo.objects.first()
    if found is not None or not file.exists():
        return found

    def content(name: str) -> ContentFile:
        return ContentFile((folder / "pages" / name).read_bytes(), name=name)

    return SiteVideo.objects.create(
        title="十二秒看懂托管",
        file=content("escrow.mp4"),
        poster=poster,
        captions=content("escrow.zh.vtt"),
        captions_en=content("escrow.en.vtt"),
        is_silent=True,
        duration_seconds=_FILM_SECONDS,
    )


def add_showcase(index: Page, *, code: str, language: str, image: SiteImage | None, add: Adds) -> LandingPage:
    """The form, then the campaign page, below the list of topics.

    `code` is Wagtail's name of the language, `language` ours of the data files.
    """
    words = starting_words(code)["showcase"]
    _add_form(index, words["form"], language, add)
    body = starting_body("showcase", code)
    for block in body:
        if block.block_type in ("hero", "picture_text", "image") and image is not None:
            block.value["image"] = image
    page = LandingPage(
        title=words["title"],
        slug="year-end",
        seo_title=words["title"],
        search_description=words["search_description"],
        summary=words["summary"],
        image=image,
        social_image=image,
        body=body,
    )
    add(index, page, "landing:showcase", language)
    return page


def _add_form(index: Page, words: dict[str, Any], language: str, add: Adds) -> None:
    page = FormPage(
        title=words["title"],
        slug=words["slug"],
        search_description=words["search_description"],
        intro=words["intro"],
        button=words["button"],
        consent=words["consent"],
        thanks=words["thanks"],
    )
    add(index, page, "form:showcase", language)
    for number, (label, kind) in enumerate(words["fields"]):
        # `page` keeps its children in memory: a revision made of it later holds them.
        page.form_fields.add(FormField(label=label, field_type=kind, required=True, sort_order=number))
    page.save()
