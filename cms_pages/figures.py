"""What editors' pages add to the daily figures (docs/analytics.md): whether articles of the help centre help."""

from django.utils.translation import gettext_lazy as _

from marketplace.insights.boards.catalogue import add_charts
from marketplace.insights.boards.definition import Chart, Figure, Kind
from marketplace.insights.metrics.definition import Metric, Source, Unit
from marketplace.insights.metrics.registry import register

HELPED = Source(
    "helped",
    _("answers below articles of the help centre"),
    """
    SELECT (given.created_at AT TIME ZONE %(zone)s)::date, '', count(*), count(*) FILTER (WHERE given.helpful)
    FROM cms_pages_helpfeedback given
    WHERE given.created_at >= %(start)s AND given.created_at < %(end)s GROUP BY 1
    """,
    (
        Metric(
            "help.answers",
            _("Answers about help"),
            Unit.COUNT,
            _("Answers to “Did this help?” below an article of the help centre that were given on the day."),
        ),
        Metric("help.helpful", _("Helped"), Unit.COUNT, _("Of the day's answers about help those that said yes.")),
    ),
)
_SHARE = Figure("help.helpful", "help.answers", _("Help that helped"))


def register_figures() -> None:
    """Have them counted every day and shown on the board of content."""
    register(HELPED)
    add_charts("content", Chart("help", _("Help that helped"), Kind.LINES, (_SHARE,)), tiles=(_SHARE,))
