"""Business constants of offers and briefs."""

from django.utils.translation import gettext_lazy as _

from marketplace.core.config_definition import ConfigDefinition

OFFER_SETTINGS: tuple[ConfigDefinition, ...] = (
    # Product decisions: long enough to think, short enough that the seller still has the time that was offered.
    ConfigDefinition("offers.valid_days_maximum", 30, 1, 90, _("days"), _("A custom offer is valid for at most")),
    ConfigDefinition("offers.agreed_days", 7, 1, 60, _("days"), _("An accepted offer is to be paid for within")),
    ConfigDefinition(
        "offers.open_per_pair", 3, 1, 50, _("offers"), _("Between two people, open at the same time, at most")
    ),
    # Product decisions: a brief is read by who can do it, and nobody is swamped, neither by briefs nor by answers.
    ConfigDefinition("briefs.valid_days_maximum", 30, 1, 90, _("days"), _("A brief is open for at most")),
    ConfigDefinition("briefs.open_per_buyer", 5, 1, 50, _("briefs"), _("A buyer has open at the same time at most")),
    ConfigDefinition("briefs.sellers_told", 30, 0, 500, _("sellers"), _("Of a brief are told at most")),
    ConfigDefinition("briefs.told_per_day", 5, 0, 100, _("briefs"), _("A seller is told a day of at most")),
    ConfigDefinition("briefs.offers_maximum", 20, 1, 200, _("offers"), _("A brief is answered with at most")),
)
