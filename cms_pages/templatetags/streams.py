"""`{% stream_blocks %}`: the blocks of a page, of which those that are the same for everybody are drawn once a minute."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from wagtail.blocks import Block, StreamValue

from marketplace.core.made_once import made_once

register = template.Library()


@register.simple_tag(takes_context=True)
def stream_blocks(context: Context, stream: StreamValue, **values: Any) -> SafeString:
    """Every block of `stream`, with these values: `{% stream_blocks page.body section_class="section" %}`.

    One whose Meta says `is_for_everybody` is given `values` and nothing else of the page, neither request nor person; what is
    stored of it is not even read into Python while it is drawn already (so `stream` is one that nobody changed since it was
    read). Others see the whole context, as with Wagtail's
    `include_block`.
    """
    kinds = stream.stream_block.child_blocks
    whole = {**context.flatten(), **values}
    drawn = []
    for place, stored in enumerate(stream.raw_data):
        block = kinds[stored["type"]]
        if getattr(block.meta, "is_for_everybody", False):
            drawn.append(_for_everybody(stream, place, block, values))
        else:
            drawn.append(stream[place].render(whole))
    return format_html_join("", "{}", ((part,) for part in drawn))


def _for_everybody(stream: StreamValue, place: int, block: Block, values: dict[str, Any]) -> str:
    content = [type(block).__qualname__, block.meta.template, values, stream.raw_data[place]]
    # By its content, so that a draft has nothing of what is published.
    return made_once("cms:drawn", lambda: stream[place].render(values), known_by=content)
