"""The conditions of a search in words, each of which can be taken away: chips of the search page, lines of saved searches."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.accounts.models import SellerLevelChoice
from marketplace.core.money import display_yuan
from marketplace.discovery.engines.base import Constraint, QueryPlan, SearchRequest
from marketplace.discovery.facets import attribute_facet
from marketplace.discovery.params import Chip, first_page, query_string, without_option
from marketplace.gigs.attributes import Attribute
from marketplace.gigs.models import GigCategory

NOTHING_TYPED = QueryPlan("")


def within_days(days: int) -> str:
    """A time of delivery at most, in words."""
    return ngettext("Within %(days)s day", "Within %(days)s days", days) % {"days": days}


def condition_chips(
    request: SearchRequest,
    categories: Mapping[str, GigCategory],
    attributes: Sequence[Attribute],
    plan: QueryPlan = NOTHING_TYPED,
) -> list[Chip]:
    """The conditions of a request in words, each with the address of the search without it.

    `attributes` are those that the request may name options of. With `plan` also what was read out of the words.
    """
    chips = []
    if request.category_slug in categories:
        name = categories[request.category_slug].localized_name
        chips.append(Chip(name, query_string(first_page(replace(request, category_slug=""))), "category"))
    if request.price_min_fen is not None or request.price_max_fen is not None:
        text = price_text(request.price_min_fen, request.price_max_fen)
        chips.append(
            Chip(text, query_string(first_page(replace(request, price_min_fen=None, price_max_fen=None))), "price")
        )
    if request.max_days is not None:
        chips.append(
            Chip(within_days(request.max_days), query_string(first_page(replace(request, max_days=None))), "days")
        )
    for level in request.levels:
        others = tuple(other for other in request.levels if other != level)
        chips.append(
            Chip(
                str(SellerLevelChoice(level).label),
                query_string(first_page(replace(request, levels=others))),
                "level" if not others else "",
            )
        )
    if request.min_rating is not None:
        text = _("Rated %(rating)s and up") % {"rating": f"{request.min_rating:g}"}
        chips.append(Chip(text, query_string(first_page(replace(request, min_rating=None))), "rating"))
    if request.online_now:
        chips.append(Chip(_("Online now"), query_string(first_page(replace(request, online_now=False))), "online"))
    for attribute in attributes:
        for option in attribute.options:
            if option.key in dict(request.attributes).get(attribute.key, ()):
                # Its attribute along: "白色" alone does not say what is white.
                text = _("%(attribute)s: %(option)s") % {"attribute": attribute.name, "option": option.name}
                alone = len(dict(request.attributes)[attribute.key]) == 1
                condition = attribute_facet(attribute.key) if alone else ""
                chips.append(Chip(text, query_string(without_option(request, attribute.key, option.key)), condition))
    by_words: dict[str, list[Constraint]] = {}
    for constraint in plan.constraints:
        by_words.setdefault(constraint.text, []).append(constraint)
    for text, constraints in by_words.items():
        # What was read out of the words is shown, and taken out of the words again.
        words = " ".join(plan.text.replace(text, " ").split())
        condition = _CONDITIONS.get(constraints[0].field, "")
        chips.append(
            Chip(_constraint_text(constraints), query_string(first_page(replace(request, query=words))), condition)
        )
    return chips


# What is asked for in words, as facets.counts_without calls it.
_CONDITIONS = {"price_min_fen": "price", "price_max_fen": "price", "max_days": "days"}


def _constraint_text(constraints: list[Constraint]) -> str:
    """The condition that one stretch of words stands for; a span of prices is a lower and an upper one."""
    values = {one.field: one.value for one in constraints}
    if values.keys() & {"price_min_fen", "price_max_fen"}:
        low, high = values.get("price_min_fen"), values.get("price_max_fen")
        return price_text(None if low is None else int(low), None if high is None else int(high))
    if "max_days" in values:
        return within_days(int(values["max_days"]))
    wishes = {
        "price": _("Rather cheap"),
        "rating": _("Rather well rated"),
        "orders": _("Rather often ordered"),
        "speed": _("Rather fast"),
    }
    return wishes[str(values["prefer"])]


def price_text(low: int | None, high: int | None) -> str:
    """A span of prices in words; the bounds in fen, one of which may be missing."""
    if low is None:
        return _("Up to ¥%(high)s") % {"high": display_yuan(high or 0)}
    if high is None:
        return _("¥%(low)s and more") % {"low": display_yuan(low)}
    return _("¥%(low)s to ¥%(high)s") % {"low": display_yuan(low), "high": display_yuan(high)}
