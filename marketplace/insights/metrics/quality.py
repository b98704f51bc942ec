"""How well people are served: answers, deliveries, disputes, reviews."""

# ruff: noqa: S608 what is put into these statements are constants of this file
from django.utils.translation import gettext_lazy as _

from marketplace.insights.metrics.definition import Adding, Metric, Source, Unit

# Middles are the day's own and are never put together: a month is made of sums and counts.
_MIDDLE = "round(percentile_cont(0.5) WITHIN GROUP (ORDER BY {what}))"

# A contact is answered in this time or not at all, so that a day counted again a year later is the same.
_ANSWERED_WITHIN_DAYS = 3

ANSWERED = Source(
    "answered",
    _("direct conversations that were begun on the day: their first words, and the other's first own words after them"),
    """
    WITH begun AS (
        SELECT talk.id, talk.created_at, first.sender_id, first.created_at AS asked_at
        FROM messaging_conversation talk
        CROSS JOIN LATERAL (
            SELECT said.sender_id, said.created_at FROM messaging_message said
            WHERE said.conversation_id = talk.id AND said.kind = 'text' AND said.sender_id IS NOT NULL
            ORDER BY said.sequence LIMIT 1
        ) AS first
        WHERE talk.created_at >= %(start)s AND talk.created_at < %(end)s AND talk.kind = 'direct'
    ), answered AS (
        SELECT begun.*, extract(epoch FROM answer.created_at - begun.asked_at) AS seconds
        FROM begun LEFT JOIN LATERAL (
            SELECT said.created_at FROM messaging_message said
            WHERE said.conversation_id = begun.id AND said.kind = 'text' AND said.sender_id <> begun.sender_id
                AND said.created_at < begun.asked_at + interval '72 hours'
            ORDER BY said.sequence LIMIT 1
        ) AS answer ON true
    )
    SELECT (created_at AT TIME ZONE %(zone)s)::date, '', count(*), count(seconds), sum(greatest(round(seconds), 0)),
        """
    + _MIDDLE.format(what="seconds")
    + """
    FROM answered GROUP BY 1
    """,
    (
        Metric(
            "contacts",
            _("First contacts"),
            Unit.COUNT,
            _(
                "Conversations before an order that somebody began on the day by writing to a person for the first time."
            ),
        ),
        Metric(
            "contacts.answered",
            _("Answered"),
            Unit.COUNT,
            _("Of the day's first contacts those that were answered with own words within 72 hours."),
        ),
        Metric(
            "contacts.seconds",
            _("Time until answers"),
            Unit.SECONDS,
            _(
                "From the first words to the first answer, all answered contacts of the day together: a mean is this by their"
                " number."
            ),
        ),
        Metric(
            "contacts.middle",
            _("Median time of a first answer"),
            Unit.SECONDS,
            _("Half of the day's answered contacts had waited no longer."),
            Adding.DAY,
        ),
    ),
    recounted_days=_ANSWERED_WITHIN_DAYS + 1,
)
DELIVERED = Source(
    "delivered",
    _("first deliveries of orders"),
    """
    SELECT (d.created_at AT TIME ZONE %(zone)s)::date, '', count(*),
        count(*) FILTER (WHERE o.due_at IS NULL OR d.created_at <= o.due_at),
        sum(greatest(round(extract(epoch FROM d.created_at - o.started_at)), 0)) FILTER (WHERE o.started_at IS NOT NULL)
    FROM orders_delivery d JOIN orders_order o ON o.id = d.order_id
    WHERE d.created_at >= %(start)s AND d.created_at < %(end)s AND d.number = 1 GROUP BY 1
    """,
    (
        Metric(
            "deliveries",
            _("First deliveries"),
            Unit.COUNT,
            _("Orders that were delivered for the first time on the day."),
        ),
        Metric(
            "deliveries.on_time",
            _("Delivered on time"),
            Unit.COUNT,
            _(
                "Of the day's first deliveries those that came by the promised moment, with the time that the buyer granted."
            ),
        ),
        Metric(
            "deliveries.seconds",
            _("Time of work"),
            Unit.SECONDS,
            _("From the start of work to the first delivery, all first deliveries of the day together."),
        ),
    ),
)
REVISED = Source(
    "revised",
    _("requests for a revision"),
    """
    SELECT (r.created_at AT TIME ZONE %(zone)s)::date, '', count(*) FROM orders_revisionrequest r
    WHERE r.created_at >= %(start)s AND r.created_at < %(end)s GROUP BY 1
    """,
    (Metric("revisions", _("Revisions asked for"), Unit.COUNT, _("Revisions that buyers asked for on the day.")),),
)
DISPUTES_OPENED = Source(
    "disputes_opened",
    _("disputes, by the moment they were opened"),
    """
    SELECT (d.opened_at AT TIME ZONE %(zone)s)::date, '', count(*) FROM orders_dispute d
    WHERE d.opened_at >= %(start)s AND d.opened_at < %(end)s GROUP BY 1
    """,
    (Metric("disputes.opened", _("Disputes opened"), Unit.COUNT, _("Disputes that were opened on the day.")),),
)
DISPUTES_ENDED = Source(
    "disputes_ended",
    _("disputes, by the moment they were decided"),
    """
    SELECT (d.decided_at AT TIME ZONE %(zone)s)::date, d.outcome, count(*),
        sum(greatest(round(extract(epoch FROM d.decided_at - coalesce(d.opened_at, d.created_at))), 0))
    FROM orders_dispute d
    WHERE d.decided_at >= %(start)s AND d.decided_at < %(end)s AND d.outcome <> '' GROUP BY 1, 2
    """,
    (
        Metric(
            "disputes.ended",
            _("Disputes ended"),
            Unit.COUNT,
            _("Disputes in which the money moved on the day, by how they ended. Who takes one back ends none."),
            dimension="outcome",
        ),
        Metric(
            "disputes.seconds",
            _("Time of disputes"),
            Unit.SECONDS,
            _("From opening to the end, all disputes ended on the day together."),
            dimension="outcome",
        ),
    ),
)
DISPUTES_MIDDLE = Source(
    "disputes_middle",
    _("disputes, by the moment they were decided"),
    "SELECT (d.decided_at AT TIME ZONE %(zone)s)::date, '', "
    + _MIDDLE.format(what="extract(epoch FROM d.decided_at - coalesce(d.opened_at, d.created_at))")
    + """ FROM orders_dispute d
    WHERE d.decided_at >= %(start)s AND d.decided_at < %(end)s AND d.outcome <> '' GROUP BY 1
    """,
    (
        Metric(
            "disputes.middle",
            _("Median time of a dispute"),
            Unit.SECONDS,
            _("Half of the disputes ended on the day had taken no longer."),
            Adding.DAY,
        ),
    ),
)
REVIEWED = Source(
    "reviewed",
    _("buyers' reviews, by the moment they were published"),
    """
    SELECT (r.published_at AT TIME ZONE %(zone)s)::date, '', count(*), sum(r.stars) * 100 FROM reviews_review r
    WHERE r.published_at >= %(start)s AND r.published_at < %(end)s AND r.side = 'buyer' AND r.excluded_at IS NULL
    GROUP BY 1
    """,
    (
        Metric(
            "reviews",
            _("Reviews"),
            Unit.COUNT,
            _(
                "Buyers' reviews published on the day. What is taken out of the scores does not count; counted again for sixty"
                " days, while cases of honesty are decided."
            ),
        ),
        Metric(
            "reviews.stars",
            _("Stars"),
            Unit.STARS,
            _("Stars of the day's reviews, all together: a mean is this by their number."),
        ),
    ),
    recounted_days=60,
)

SOURCES = (ANSWERED, DELIVERED, REVISED, DISPUTES_OPENED, DISPUTES_ENDED, DISPUTES_MIDDLE, REVIEWED)
