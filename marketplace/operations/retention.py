"""How long is kept what the machine tells (core/retention.py)."""

from marketplace.core.retention import Bound, Rule, days
from marketplace.operations import measuring
from marketplace.operations.models import PartSpan

RULES: tuple[Rule, ...] = (
    Rule(
        "operations.measurements",
        ("operations.PartSpan",),
        "the history of the status page, of nobody",
        f"{measuring.KEPT_DAYS} days",
        "our decision",
        "marketplace.operations.tasks.forget_measurements",
        (Bound(lambda: PartSpan.objects.all(), "day", days(measuring.KEPT_DAYS), is_day=True, is_real=True),),
    ),
    Rule(
        "operations.staff",
        (
            "operations.FailedTask", "operations.Incident", "operations.IncidentUpdate",
            "core.ConfigChange", "core.SystemConfig", "core.FeatureFlag",
        ),
        "who of the staff looked after a failed job (whose arguments name nobody), told of an incident, changed a setting",
        "not removed",
        "our decision",
    ),
)  # fmt: skip
