"""What is known of a constant of the platform before anybody changes it."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(StrEnum):
    """How a value is shown and typed; it is a whole number all the same."""

    NUMBER = "number"
    SWITCH = "switch"
    CHOICE = "choice"
    MONEY = "money"  # kept in fen, shown and typed in yuan
    SHARE = "share"  # kept in basis points, shown and typed in percent
    TENTHS = "tenths"  # a score: kept in tenths of a point, shown and typed as 4.5
    HUNDREDTHS = "hundredths"  # a rating: kept in hundredths, shown and typed as 4.7
    DURATION = "duration"


class Source(TextChoices):
    """Where a constant's default comes from."""

    LAW = "law", pgettext_lazy("where a setting comes from", "Law")
    FIELD = "field", _("What marketplaces like this one do")
    CONTRACT = "contract", _("Contract with the payment institutions")
    PRODUCT = "product", _("Our own decision")


# What a key begins with → the part of the page in which it stands, in the page's order.
GROUPS: dict[str, str | Promise] = {
    "orders": _("Orders"),
    "disputes": _("Disputes"),
    "payments": _("Fees and money"),
    "ledger": _("Fees and money"),
    "payouts": _("Withdrawals"),
    "invoices": _("Invoices"),
    "coupons": _("Fees and money"),
    "selling": _("Sellers and identities"),
    "verification": _("Sellers and identities"),
    "accounts": pgettext_lazy("a group of settings", "Accounts"),
    "gigs": _("Services and their review"),
    "offers": _("Offers and briefs"),
    "briefs": _("Offers and briefs"),
    "messaging": pgettext_lazy("a group of settings", "Messages"),
    "safety": _("What messages may say"),
    "support": _("Support and text messages"),
    "sms": _("Support and text messages"),
    "search": pgettext_lazy("a group of settings", "Search"),
    "discovery": pgettext_lazy("a group of settings", "Search"),
    "reviews": _("Reviews and levels"),
    "reputation": _("Reviews and levels"),
    "levels": _("Reviews and levels"),
    "badges": _("Reviews and levels"),
    "integrity": _("Reviews and levels"),
    "rules": _("Rules and uploads"),
    "uploads": _("Rules and uploads"),
    "moderation": pgettext_lazy("a group of settings", "Moderation"),
    "abuse": pgettext_lazy("a group of settings", "Limits and blocks"),
    "insights": pgettext_lazy("a group of settings", "Figures and operations"),
    "operations": pgettext_lazy("a group of settings", "Figures and operations"),
}
_DURATIONS = ("minutes", "hours", "days", "seconds", "years", "months")


@dataclass(frozen=True)
class ConfigDefinition:
    """One whole-number constant of the platform.

    `is_money`: a change of it waits for a second person. `choices` names each value of a constant that is no quantity.
    `law` cites what the default follows, in Chinese, as laws are cited.
    """

    key: str
    default: int
    minimum: int
    maximum: int
    unit: str | Promise
    description: str | Promise
    is_money: bool = False
    choices: tuple[tuple[int, str | Promise], ...] = ()
    source: Source = Source.PRODUCT
    law: str = ""

    @property
    def kind(self) -> Kind:
        """Told by the key's ending, the bounds and the unit, so that nobody can say it twice and differently."""
        ending = self.key.rpartition("_")[2]
        if self.choices:
            return Kind.CHOICE
        if (self.minimum, self.maximum) == (0, 1):
            return Kind.SWITCH
        if ending == "fen":
            return Kind.MONEY
        if "_basis_points" in self.key:
            return Kind.SHARE
        if ending in (Kind.TENTHS, Kind.HUNDREDTHS):
            return Kind(ending)
        return Kind.DURATION if ending in _DURATIONS else Kind.NUMBER

    @property
    def group(self) -> str:
        """The part of the page in which it stands, in the reader's language."""
        return str(GROUPS.get(self.key.partition(".")[0], pgettext_lazy("a group of settings", "Other")))
