"""How the search is doing, from its own days."""

from django.utils.translation import gettext_lazy as _

from marketplace.discovery.analytics.daily import COUNTED_AGAIN_DAYS
from marketplace.insights.metrics.definition import Metric, Source, Unit

SEARCHED = Source(
    "searched",
    _("the nightly count of searches"),
    """
    SELECT day, '', searches, without_result, few_results, corrected, clicked, attributable, ordered, timed, milliseconds
    FROM discovery_searchday WHERE day BETWEEN %(first)s AND %(last)s AND folded = ''
    """,
    (
        Metric(
            "search",
            _("Searches"),
            Unit.COUNT,
            _("Searches with words on the day; leafing through pages is the same search."),
        ),
        Metric(
            "search.without", _("Without a result"), Unit.COUNT, _("Of the day's searches those that found nothing.")
        ),
        Metric("search.few", _("Few results"), Unit.COUNT, _("Of the day's searches those that found little.")),
        Metric(
            "search.corrected",
            _("Slips mended"),
            Unit.COUNT,
            _("Of the day's searches those in which a slip was mended."),
        ),
        Metric(
            "search.clicked",
            _("Opened something"),
            Unit.COUNT,
            _("Of the day's searches those after which a result was opened."),
        ),
        Metric(
            "search.attributable",
            _("Whose orders are known"),
            Unit.COUNT,
            _("Of the day's searches those of people who let us keep them."),
        ),
        Metric(
            "search.ordered",
            _("Led to an order"),
            Unit.COUNT,
            _(
                "Of the searches whose orders are known those that led to one within days; counted again while orders may come."
            ),
        ),
        Metric(
            "search.timed",
            _("Searches with a time"),
            Unit.COUNT,
            _("Of the day's searches those whose answer was timed."),
        ),
        Metric(
            "search.milliseconds",
            _("Time of answers"),
            Unit.MILLISECONDS,
            _("All timed answers of the day together: a mean is this by their number."),
        ),
    ),
    recounted_days=COUNTED_AGAIN_DAYS + 1,  # as long as the nightly count itself goes back
)

SOURCES = (SEARCHED,)
