"""A text of the rules as HTML, with the figures of its time."""

from collections.abc import Mapping

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from wagtail.blocks import StreamValue

from cms_pages.rules import figures_as_of


def body_html(body: StreamValue, *, figures: Mapping[str, int], request: HttpRequest | None = None) -> SafeString:
    """The blocks of a text. A rule block shows `figures` where they name its setting, else the value in force."""
    with figures_as_of(figures):
        # The blocks' own templates have escaped what editors wrote.
        return mark_safe("".join(str(block.render({"request": request})) for block in body))  # noqa: S308
