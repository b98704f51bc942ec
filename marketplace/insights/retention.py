"""How long visits are kept (core/retention.py)."""

from marketplace.core.retention import Bound, Rule, days_of
from marketplace.insights.models import VisitorDay

RULES: tuple[Rule, ...] = (
    Rule(
        "insights.visitors",
        ("insights.VisitorDay",),
        "how many come and from where: a mark that is another each day",
        "{insights.visitor_days}; until the account is closed",
        "个人信息保护法 §19",
        "marketplace.insights.tasks.forget_visitors",
        (Bound(lambda: VisitorDay.objects.all(), "day", days_of("insights.visitor_days"), is_day=True),),
    ),
    Rule(
        "insights.reports",
        ("insights.ReportSubscription",),
        "who of the staff gets figures by mail",
        "until staff stops them",
        "our decision",
    ),
)
