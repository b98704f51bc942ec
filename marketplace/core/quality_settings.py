"""What staff may turn about the quality of moderation: strikes, appeals, checks, dry runs (docs/moderation-quality.md)."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.config_definition import ConfigDefinition

QUALITY_SETTINGS = (
    # Product decisions: a quarter without another strike wipes the slate; three at once are a habit, not a slip.
    ConfigDefinition("moderation.strike_days", 90, 1, 730, _("days"), _("A strike counts for")),
    ConfigDefinition(
        "moderation.strikes_before_suspension",
        3,
        1,
        20,
        pgettext_lazy("unit of a setting", "strikes"),
        _("A suspension is due from strikes at once"),
    ),
    # facts/marketplace.md: a second look is asked for within a fortnight, and answered within a working week.
    ConfigDefinition("moderation.appeal_days", 15, 1, 90, _("days"), _("An appeal against a decision is open for")),
    ConfigDefinition(
        "moderation.appeal_answer_days", 7, 1, 30, _("days"), _("An appeal against a decision is answered within")
    ),
    # Product decisions: enough to see a drift within a week, and little enough to be really read.
    ConfigDefinition(
        "moderation.sample_percent", 5, 0, 100, _("percent"), _("Decisions of a day that are checked by a colleague")
    ),
    ConfigDefinition("moderation.check_days", 3, 1, 30, _("days"), _("A drawn decision is checked within")),
    ConfigDefinition("moderation.opinion_hours", 24, 1, 240, _("hours"), _("A second opinion is given within")),
    # A dry run reads the newest texts of each place; 20,000 take seconds.
    ConfigDefinition(
        "safety.trial_texts",
        20_000,
        100,
        1_000_000,
        pgettext_lazy("unit of a setting", "texts"),
        _("A dry run of watched words reads, of each place"),
    ),
)
