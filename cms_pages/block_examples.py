"""Filled blocks: what the chooser shows as a preview, and what starting templates are made of.

The words stand in `starting/<language>.json`. Pictures, services, sellers, coupons and forms are taken from the data, so that
a preview shows what is really there.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.utils.translation import get_language
from wagtail import blocks

from cms_pages.people import select_sellers
from cms_pages.selectors import popular_gig_ids
from marketplace.core import clock

_WORDS = Path(__file__).parent / "starting"
_PICKS = 4
_DAYS_LEFT = 9
_COUPON_OF_A_CAMPAIGN = 100  # uses


@cache
def starting_words(language: str) -> dict[str, Any]:
    """All words in a language; in the default one for a language that has none."""
    file = _WORDS / f"{language}.json"
    if not file.exists():
        file = _WORDS / f"{settings.LANGUAGE_CODE}.json"
    words: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return words


def example(kind: str) -> partial[Any]:
    """For `Meta.preview_value`: the filled block of this kind, in the language of who looks.

    Not a plain function: as an attribute of Meta that would become a method.
    """
    return partial(_preview, kind)


def _preview(kind: str) -> Any:
    language = get_language() or settings.LANGUAGE_CODE
    value = starting_words(language)["previews"][kind]
    if kind == "coupon":
        return with_defaults(_block_of(kind), {**value, "coupon": _example_of_a_coupon()})
    return with_defaults(_block_of(kind), filled(kind, value, language) or value)


def _block_of(kind: str) -> blocks.Block:
    from cms_pages.blocks import ProseStreamBlock  # which takes its examples from here
    from cms_pages.blocks_landing import LandingStreamBlock

    if kind in ("steps", "cases"):
        return ProseStreamBlock().child_blocks[kind]
    return LandingStreamBlock().child_blocks["steps" if kind == "weeks" else kind]


def with_defaults(block: blocks.Block, value: Any) -> Any:
    """`value` with everything that it leaves out, as the editor's empty form has it. Wagtail does so only for what is stored."""
    if isinstance(block, blocks.StructBlock) and isinstance(value, dict):
        return {
            name: with_defaults(child, value[name]) if name in value else _default_of(child)
            for name, child in block.child_blocks.items()
        }
    if isinstance(block, blocks.ListBlock) and isinstance(value, list):
        return [with_defaults(block.child_block, row) for row in value]
    return value


def _default_of(block: blocks.Block) -> Any:
    """As the editor's form sends it: an empty text is "", never None, which no translation takes."""
    default = block.get_default()
    return "" if default is None and isinstance(block, blocks.CharBlock | blocks.TextBlock) else default


def filled(kind: str, value: Any, language: str) -> Any:
    """`value` with what only the data knows; None for a block that cannot be without something there is none of."""
    fill = _FILLED.get(kind)
    return value if fill is None else fill(value, language)


def _first(model: str, *, order: str = "-pk", **filters: Any) -> Model | None:
    return apps.get_model(model).objects.filter(**filters).order_by(order).first()


def _with(field: str, model: str, *, order: str) -> Callable[[Any, str], Any]:
    """A filler that puts a row of `model` into `field`, and leaves the block out when there is none."""

    def fill(value: Any, _language: str) -> Any:
        found = _first(model, order=order)
        return {**value, field: found} if found else None

    return fill


def _seller(value: Any, _language: str) -> Any:
    sellers = select_sellers(limit=4)
    return {**value, "handle": sellers[0].handle} if sellers else None


def _coupon(value: Any, _language: str) -> Any:
    """The one for most people: what was made for a few, to make good for something, stands on no page."""
    now = clock.now()
    found = _first(
        "orders.Coupon",
        order="-most_uses",
        is_active=True,
        starts_at__lte=now,
        ends_at__gt=now,
        most_uses__gte=_COUPON_OF_A_CAMPAIGN,
    )
    return {**value, "coupon": found} if found else None


def _example_of_a_coupon() -> Model:
    """None that exists: whoever looks at a preview could take it."""
    now = clock.now()
    return apps.get_model("orders.Coupon")(
        code="EXAMPLE",
        name="示例优惠券",
        name_en="Example coupon",
        amount_fen=2_000,
        minimum_fen=20_000,
        starts_at=now,
        ends_at=now + timedelta(days=_DAYS_LEFT),
        most_uses=_COUPON_OF_A_CAMPAIGN,
        budget_fen=2_000 * _COUPON_OF_A_CAMPAIGN,
    )


def _form(value: Any, language: str) -> Any:
    found = _first("cms_pages.FormPage", live=True, locale__language_code=language)
    return {**value, "form": found} if found else None


def _gigs(value: Any, language: str) -> Any:
    ids = popular_gig_ids(limit=_PICKS)
    gigs = apps.get_model("gigs.Gig").objects.in_bulk(ids)
    reason = starting_words(language)["previews"]["pick_reason"]
    # One example: what is said of each is the editor's to say.
    picks = [{"gig": gigs[pk], "reason": "" if place else reason} for place, pk in enumerate(ids) if pk in gigs]
    return {**value, "picks": picks} if picks else None


def _countdown(value: Any, _language: str) -> Any:
    end = clock.now() + timedelta(days=_DAYS_LEFT)
    return {**value, "ends_at": end.replace(hour=15, minute=59, second=0, microsecond=0)}


_FILLED: dict[str, Callable[[Any, str], Any]] = {
    "picks": _gigs,
    "seller": _seller,
    "coupon": _coupon,
    "form": _form,
    "countdown": _countdown,
    # The oldest pictures are the site's own; the newest may be the first picture of a film.
    "image": _with("image", "cms_pages.SiteImage", order="pk"),
    "picture_text": _with("image", "cms_pages.SiteImage", order="pk"),
    "video": _with("video", "cms_pages.SiteVideo", order="-pk"),
}
