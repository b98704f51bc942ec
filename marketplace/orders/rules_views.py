"""The rules that an order was made under, in words: public, since whoever thinks of buying may read them too."""

from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from marketplace.core.config import DEFINITIONS
from marketplace.core.models import RulesVersion
from marketplace.core.money import display_yuan
from marketplace.core.rules import digest_in_force, known_rules, pinned_values, rules_of_number


@dataclass(frozen=True)
class RuleInWords:
    """One constant of a version: what it says, its value with the unit, and the value in force now when that differs."""

    key: str
    text: str | Promise
    value: str
    unit: str | Promise
    now: str | None


@require_safe
def rules(request: HttpRequest, version_id: int) -> HttpResponse:
    """Every constant of one version, and what is different today."""
    version = rules_of_number(version_id)
    if version is None:
        raise Http404
    return _page(request, version, version.values)


@require_safe
def rules_in_force(request: HttpRequest) -> HttpResponse:
    """The rules that the next order is placed under. Until an order has made them a version, they have no number."""
    version = known_rules()
    return redirect("orders:rules", version.pk) if version is not None else _page(request, None, pinned_values())


def _page(request: HttpRequest, version: RulesVersion | None, values: dict[str, int]) -> HttpResponse:
    in_force = pinned_values()
    found = []
    for key, value in sorted(values.items()):
        definition = DEFINITIONS.get(key)
        # A constant that the platform no longer has keeps its own name: nothing of an agreement is left out.
        text, unit = (definition.description, definition.unit) if definition else (key, "")
        today = in_force.get(key)
        now = None if today is None or today == value else _figure(key, today)
        is_said = _figure(key, value) != str(value)  # amounts and shares carry their unit
        found.append(RuleInWords(key, text, _figure(key, value), "" if is_said else unit, now))
    is_current = version is None or version.digest == digest_in_force()
    context = {"version": version, "rules": found, "is_current": is_current, "current": known_rules()}
    return render(request, "orders/rules_page.html", context)


def _figure(key: str, value: int) -> str:
    """A value as people read it: amounts in yuan, shares in percent."""
    if key.endswith("_fen"):
        return f"¥{display_yuan(value)}"
    return f"{Decimal(value).scaleb(-2).normalize():f}%" if key.endswith("_basis_points") else str(value)
