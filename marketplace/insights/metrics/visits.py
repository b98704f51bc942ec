"""Visitors and how far they came."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.config import get_config
from marketplace.insights.metrics.definition import Adding, Metric, Source, Unit


def _kept_days() -> int:
    return get_config("insights.visitor_days")


VISITED = Source(
    "visited",
    _("visitors of the day, by the channel they came by; no programs, no staff, nobody who asked not to be counted"),
    """
    SELECT day, channel, count(*), count(*) FILTER (WHERE is_member), sum(pages),
        count(*) FILTER (WHERE searched), count(*) FILTER (WHERE saw_gig), count(*) FILTER (WHERE checked_out),
        count(*) FILTER (WHERE ordered), count(*) FILTER (WHERE paid)
    FROM insights_visitorday WHERE day BETWEEN %(first)s AND %(last)s GROUP BY 1, 2
    """,
    (
        Metric(
            "visits",
            _("Visitors"),
            Unit.PEOPLE,
            _(
                "Different browsers and accounts that loaded a page on the day. The mark that tells them apart is made anew each"
                " day, so that the same person counts again on the next: days add up to visits."
            ),
            dimension="channel",
        ),
        Metric(
            "visits.members",
            _("Members among them"),
            Unit.PEOPLE,
            _("Visitors of the day who were logged in."),
            dimension="channel",
        ),
        Metric(
            "visits.pages",
            pgettext_lazy("of visitors", "Pages"),
            Unit.COUNT,
            _("Pages that the day's visitors loaded."),
            dimension="channel",
        ),
        Metric(
            "visits.searched",
            _("Searched"),
            Unit.PEOPLE,
            _("Visitors of the day who saw a page of search results."),
            dimension="channel",
        ),
        Metric(
            "visits.saw_gig",
            _("Saw a service"),
            Unit.PEOPLE,
            _("Visitors of the day who opened the page of a service."),
            dimension="channel",
        ),
        Metric(
            "visits.checked_out",
            _("Came to the checkout"),
            Unit.PEOPLE,
            _("Visitors of the day who opened a checkout."),
            dimension="channel",
        ),
        Metric(
            "visits.ordered",
            _("Placed an order"),
            Unit.PEOPLE,
            _("Visitors of the day who placed an order on it."),
            dimension="channel",
        ),
        Metric(
            "visits.paid",
            _("Paid"),
            Unit.PEOPLE,
            _("Visitors of the day who paid on it. Who pays the next day is a visitor of that day."),
            dimension="channel",
        ),
    ),
    raw_days=_kept_days,
)
# Written while people load pages (visits/folding.py): never counted anew.
CONTENT = Source(
    "content",
    _("pages as they are loaded"),
    "",
    (
        Metric(
            "content.views",
            _("Views of pages"),
            Unit.COUNT,
            _("How often an editors' page was loaded by a visitor. Counted as it happens; it cannot be counted again."),
            Adding.SUM,
            "address",
        ),
        Metric(
            "content.landings",
            _("Arrivals"),
            Unit.COUNT,
            _("Visitors whose first page of the day this was. Counted as it happens; it cannot be counted again."),
            Adding.SUM,
            "address",
        ),
    ),
)

SOURCES = (VISITED, CONTENT)
