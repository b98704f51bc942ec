"""What the parts of a dimension are called."""

from collections.abc import Callable, Mapping

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from marketplace.accounts.models import SellerLevelChoice
from marketplace.core.forgiving import forgiving_cache
from marketplace.gigs.models import GigCategory
from marketplace.insights.models import Channel
from marketplace.ledger.models import AccountKind
from marketplace.moderation.models import QueueKind
from marketplace.notifications.models import Channel as Way
from marketplace.orders.models import DisputeOutcome
from marketplace.support.models import Topic

_CACHED_SECONDS = 600


def labels_of(dimension: str) -> Mapping[str, str]:
    """The names of a dimension's parts, in the order they are shown. What is missing is shown as it is stored."""
    ask = _KNOWN.get(dimension)
    return ask() if ask else {}


def _categories() -> dict[str, str]:
    """Some dozens of names; asked of the database every ten minutes."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    key = f"insights:categories:{language}"
    names: dict[str, str] | None = forgiving_cache.get(key)
    if names is None:
        rows = GigCategory.objects.filter(parent=None).order_by("position", "pk")
        names = {one.slug: (one.name_en if language == "en" else "") or one.name for one in rows}
        forgiving_cache.set(key, names, _CACHED_SECONDS)
    return {**names, "": pgettext("a category", "None")}


def _choices(choices: Mapping[str, object]) -> dict[str, str]:
    return {value: str(label) for value, label in choices.items()}


_KNOWN: dict[str, Callable[[], Mapping[str, str]]] = {
    "category": _categories,
    "channel": lambda: _choices(dict(Channel.choices)),
    "level": lambda: _choices(dict(SellerLevelChoice.choices)),
    "outcome": lambda: _choices(dict(DisputeOutcome.choices)),
    "account": lambda: _choices(dict(AccountKind.choices)),
    "topic": lambda: _choices(dict(Topic.choices)),
    "case": lambda: _choices(dict(QueueKind.choices)),
    "way": lambda: _choices(dict(Way.choices)),
    "answer": lambda: {"yes": _("Helpful"), "no": _("Not helpful")},
}
