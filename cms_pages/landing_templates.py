"""Starting templates of campaign pages: a filled draft is sooner done than an empty one.

Their words stand in `starting/<language>.json`: ready to be published but for what only the marketer knows, which stands in
square brackets. Services, sellers and reviews come from the data.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from pypinyin import lazy_pinyin
from wagtail.models import Page

from cms_pages.block_examples import filled, starting_words, with_defaults
from cms_pages.blocks_landing import LandingStreamBlock
from cms_pages.models import LandingPage
from marketplace.accounts.models import User

_SLUG_LENGTH = 60


@dataclass(frozen=True)
class LandingTemplate:
    """A filled campaign page to begin from."""

    key: str
    name: str | Promise
    purpose: str | Promise
    icon: str  # of Wagtail's admin


TEMPLATES = {
    template.key: template
    for template in (
        LandingTemplate(
            "campaign", _("Campaign with a date"), _("An offer that ends: coupon, services, questions."), "date"
        ),
        LandingTemplate(
            "sellers", _("Recruiting sellers"), _("Why and how to begin here, with an application form."), "group"
        ),
        LandingTemplate(
            "category", _("Pushing a category"), _("One category: three ways to do it, services, reviews."), "tag"
        ),
    )
}


def starting_body(template: str, language: str) -> Any:
    """The blocks of a template (a key of the words), with a seller, a coupon and a form where there are some."""
    stream = LandingStreamBlock()
    values = [(kind, filled(kind, value, language)) for kind, value in starting_words(language)[template]["body"]]
    return stream.normalize(
        [(kind, with_defaults(stream.child_blocks[kind], value)) for kind, value in values if value is not None]
    )


@transaction.atomic
def begin_landing_page(*, parent: Page, template: str, title: str, owner: User) -> LandingPage:
    """A draft below `parent` in its language, filled from `template` (a key of TEMPLATES). Raises KeyError for another."""
    language = parent.locale.language_code
    words = starting_words(language)[template]
    page = LandingPage(
        title=title[:255],
        slug=_free_slug(parent, title),
        seo_title=title[:60],
        search_description=words["search_description"],
        summary=words["summary"],
        body=starting_body(template, language),
        live=False,
        locale=parent.locale,
        owner=owner,
    )
    parent.add_child(instance=page)
    page.save_revision(user=owner, log_action="wagtail.create")
    return page


def _free_slug(parent: Page, title: str) -> str:
    """The title in pinyin, as an address that no page beside it has."""
    base = slugify(" ".join(lazy_pinyin(title)))[:_SLUG_LENGTH].strip("-") or "topic"
    taken = set(Page.objects.child_of(parent).values_list("slug", flat=True))
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
