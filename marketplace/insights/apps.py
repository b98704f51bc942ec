from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightsConfig(AppConfig):
    name = "marketplace.insights"
    verbose_name = _("Insights")

    def ready(self) -> None:
        from marketplace.accounts import personal_data
        from marketplace.insights.metrics import money, people, quality, searches, staff, trade, visits
        from marketplace.insights.metrics.registry import register
        from marketplace.insights.own_data import InsightsSection

        personal_data.register("insights", InsightsSection())
        for room in (trade, people, visits, quality, money, searches, staff):
            register(*room.SOURCES)
