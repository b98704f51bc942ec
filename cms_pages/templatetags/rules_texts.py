from typing import NamedTuple

from django import template
from django.urls import reverse

from cms_pages.models.rules_texts import RulesDocument, RulesText
from cms_pages.rules_texts import texts_coming
from marketplace.core.models import RulesVersion

register = template.Library()


class PinnedText(NamedTuple):
    """A text that an order was made under."""

    title: str
    number: int
    url: str


@register.simple_tag
def pinned_texts(version: RulesVersion | None) -> list[PinnedText]:
    """The texts that belong to these rules: `{% pinned_texts order.rules as texts %}`."""
    if version is None:
        return []
    names = dict(RulesDocument.choices)
    return [
        PinnedText(
            str(names.get(document, document)),
            number,
            f"{reverse('cms_pages:rules_text', args=[document, number])}?order_rules={version.pk}",
        )
        for document, number in version.texts.items()
    ]


@register.simple_tag
def coming_rules() -> list[RulesText]:
    """Announced versions that do not hold yet, for the notice on the home page and on the page of the document."""
    return texts_coming()


@register.simple_tag
def holds(text: RulesText, in_force: set[tuple[str, int]] | str) -> bool:
    """Whether this version is among those in force."""
    return bool(in_force) and (text.document, text.number) in in_force
