"""What staff may turn about figures (docs/analytics.md)."""

from django.utils.translation import gettext_lazy as _

from marketplace.core.config_definition import ConfigDefinition

INSIGHTS_SETTINGS = (
    # Product decision: long enough to count a quarter anew, and no longer (PIPL art. 19).
    ConfigDefinition("insights.visitor_days", 90, 7, 366, _("days"), _("Raw rows of visitors are kept for")),
)
