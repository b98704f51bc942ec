"""What search engines read of the editors' pages, one function a kind of page (marketplace/core/structured_data.py)."""

from html import unescape
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail import blocks

from cms_pages.blocks import FaqBlock
from cms_pages.models import (
    CategoryPage,
    HelpIndexPage,
    HelpPage,
    HelpSectionPage,
    HomePage,
    LandingIndexPage,
    SiteSettings,
)
from cms_pages.models.base import BasePage
from marketplace.core import structured_data as schema
from marketplace.core.made_once import made_once

Context = dict[str, Any]


def page_blocks(page: BasePage, context: Context) -> list[schema.Json]:
    """Every block of `page`. `context` is what its template has, so that what is said is what is shown."""
    found: list[schema.Thing | None] = []
    if isinstance(page, HomePage):
        found += [organization(context.get("site_settings")), website()]
    else:
        found += [_page_itself(page, context), schema.breadcrumbs(page.trail())]
    found.append(schema.questions_page(_questions(page), url=schema.absolute(page.canonical_path)))
    return [block.as_document() for block in found if block is not None]


def organization(settings_row: SiteSettings | None = None) -> schema.Organization:
    """Us, as the footer names us."""
    row = settings_row or SiteSettings()
    contact = None
    if row.support_phone or row.support_email:
        contact = schema.ContactPoint(
            contact_type="customer support",
            telephone=row.support_phone,
            email=row.support_email,
            available_language=[schema.language_tag(code) for code, _name in settings.LANGUAGES],
        )
    return schema.Organization(
        id=schema.organization_id(),
        name=_("Jiangji"),
        legal_name=row.company_name,
        url=f"{settings.SITE_URL}/",
        logo=schema.absolute(static("img/seal.svg")),
        contact_point=contact,
    )


def website() -> schema.WebSite:
    """The site, and where to search it."""
    search = schema.absolute(reverse("discovery:search"))
    return schema.WebSite(
        id=schema.website_id(),
        name=_("Jiangji"),
        alternate_name="匠集 Jiangji",
        url=f"{settings.SITE_URL}/",
        in_language=_language(),
        publisher=schema.Reference(schema.organization_id()),
        potential_action=schema.SearchAction(
            target=schema.EntryPoint(url_template=f"{search}?q={{search_term_string}}"),
            query_input="required name=search_term_string",
        ),
    )


def _page_itself(page: BasePage, context: Context) -> schema.Thing:
    common: dict[str, Any] = {
        "name": str(context.get("page_title") or page.title),
        "description": str(context.get("page_description") or ""),
        "url": schema.absolute(page.canonical_path),
        "image": context.get("share_image", ""),
        "in_language": _language(),
        "date_published": page.first_published_at,
        "date_modified": page.last_published_at,
    }
    us = schema.Reference(schema.organization_id())
    if isinstance(page, HelpPage):
        return schema.Article(
            **common,
            headline=page.title,
            main_entity_of_page=common["url"],
            author=us,
            publisher=us,
        )
    of_site = {"is_part_of": schema.Reference(schema.website_id()), "publisher": us}
    listed = _listed(page, context)
    if listed is not None:
        return schema.CollectionPage(**common, **of_site, main_entity=listed)
    return schema.WebPage(**common, **of_site)


def _listed(page: BasePage, context: Context) -> schema.ItemList | None:
    """What the page lists, as it shows it."""
    if isinstance(page, CategoryPage):
        shown = context["page_obj"]
        return schema.item_list(
            ((card.title, card.url) for card in context["cards"]),
            total=shown.paginator.count,
            first=shown.start_index(),
        )
    if isinstance(page, HelpIndexPage) and "sections" in context:
        return schema.item_list((one.title, one.url) for _section, articles in context["sections"] for one in articles)
    if isinstance(page, HelpSectionPage):
        return schema.item_list((one.title, one.url) for one in context["articles"])
    if isinstance(page, LandingIndexPage):
        return schema.item_list((one.title, one.url) for one in context["topics"])
    return None


def _questions(page: BasePage) -> list[tuple[str, str]]:
    """Questions and answers of every block of questions on the page."""
    body = getattr(page, "body", None)
    if not isinstance(body, blocks.StreamValue):
        return []
    kinds = body.stream_block.child_blocks
    places = [at for at, stored in enumerate(body.raw_data) if isinstance(kinds[stored["type"]], FaqBlock)]

    def read() -> list[tuple[str, str]]:
        entries = (entry for at in places for entry in body[at].value["questions"])
        return [(entry["question"], _plain(entry["answer"].source)) for entry in entries]

    return made_once("cms:questions", read, known_by=[body.raw_data[at] for at in places]) if places else []


def _plain(html: str) -> str:
    """Rich text as a machine reads it out: without tags, a blank between paragraphs."""
    return " ".join(unescape(strip_tags(html.replace("</", " </"))).split())


def _language() -> str:
    return schema.language_tag(get_language() or settings.LANGUAGE_CODE)
