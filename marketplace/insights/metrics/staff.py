"""What the staff does: support, moderation; and what leaves the house as notices."""

from django.utils.translation import gettext_lazy as _

from marketplace.insights.metrics.definition import Metric, Source, Unit
from marketplace.notifications.dispatching import KEPT_FOR

ASKED = Source(
    "asked",
    _("questions to support, by the moment they were asked"),
    """
    SELECT (c.created_at AT TIME ZONE %(zone)s)::date, c.topic, count(*) FROM support_supportcase c
    WHERE c.created_at >= %(start)s AND c.created_at < %(end)s GROUP BY 1, 2
    """,
    (
        Metric(
            "support",
            _("Questions to support"),
            Unit.COUNT,
            _("Questions that were asked on the day, by topic."),
            dimension="topic",
        ),
    ),
)
ANSWERED = Source(
    "support_answered",
    _("questions to support, by the moment of their first answer"),
    """
    SELECT (c.first_answered_at AT TIME ZONE %(zone)s)::date, '', count(*),
        sum(greatest(round(extract(epoch FROM c.first_answered_at - c.created_at)), 0))
    FROM support_supportcase c
    WHERE c.first_answered_at >= %(start)s AND c.first_answered_at < %(end)s GROUP BY 1
    """,
    (
        Metric(
            "support.answered",
            _("First answers of support"),
            Unit.COUNT,
            _("Questions answered for the first time on the day."),
        ),
        Metric(
            "support.seconds",
            _("Time until support answers"),
            Unit.SECONDS,
            _(
                "From the question to the first answer, by the clock on the wall, all first answers of the day together."
            ),
        ),
    ),
)
DECIDED = Source(
    "decided",
    _("decisions of moderators"),
    """
    SELECT (d.decided_at AT TIME ZONE %(zone)s)::date, d.kind, count(*), sum(d.seconds),
        count(*) FILTER (WHERE d.overturned_at IS NOT NULL)
    FROM moderation_moderationdecision d
    WHERE d.decided_at >= %(start)s AND d.decided_at < %(end)s GROUP BY 1, 2
    """,
    (
        Metric(
            "moderation",
            _("Decisions of moderators"),
            Unit.COUNT,
            _("Cases decided on the day, by what they were about."),
            dimension="case",
        ),
        Metric(
            "moderation.seconds",
            _("Time of decisions"),
            Unit.SECONDS,
            _("How long the deciders had the cases before them, all decisions of the day together."),
            dimension="case",
        ),
        Metric(
            "moderation.overturned",
            _("Overturned"),
            Unit.COUNT,
            _(
                "Of the day's decisions those that were taken back later; counted again for sixty days, while appeals come."
            ),
            dimension="case",
        ),
    ),
    recounted_days=60,  # more than the days for an appeal (15) and its answer (7) together, whatever staff makes of them
)
WAITED = Source(
    "waited",
    _("cases of the moderation queue, by the moment they were decided"),
    """
    SELECT (c.decided_at AT TIME ZONE %(zone)s)::date, '', count(*),
        sum(greatest(round(extract(epoch FROM c.decided_at - coalesce(c.waiting_since, c.created_at))), 0)),
        count(*) FILTER (WHERE c.decided_at <= c.due_at)
    FROM moderation_moderationqueue c
    WHERE c.decided_at >= %(start)s AND c.decided_at < %(end)s AND c.status = 'decided' GROUP BY 1
    """,
    (
        Metric("queue.decided", _("Cases closed"), Unit.COUNT, _("Cases of the queue that were decided on the day.")),
        Metric(
            "queue.seconds",
            _("Time cases waited"),
            Unit.SECONDS,
            _("From coming in to the decision, all cases closed on the day together."),
        ),
        Metric(
            "queue.in_time",
            _("Closed in time"),
            Unit.COUNT,
            _("Of the cases closed on the day those decided before they were due."),
        ),
    ),
)


def _sent_days() -> int:
    # They are forgotten by the day they were due; the last attempt may be days later.
    return KEPT_FOR.days - 10


NOTIFIED = Source(
    "notified",
    _("lines at the bell"),
    """
    SELECT (n.created_at AT TIME ZONE %(zone)s)::date, '', count(*) FROM notifications_notification n
    WHERE n.created_at >= %(start)s AND n.created_at < %(end)s GROUP BY 1
    """,
    (Metric("notices", _("Notices"), Unit.COUNT, _("Notices written on the day, each at one person's bell.")),),
)
SENT = Source(
    "sent",
    _("what left the house because of them"),
    """
    SELECT (d.ended_at AT TIME ZONE %(zone)s)::date, d.channel, count(*) FILTER (WHERE d.status = 'sent'),
        count(*) FILTER (WHERE d.status = 'dead')
    FROM notifications_dispatch d
    WHERE d.ended_at >= %(start)s AND d.ended_at < %(end)s GROUP BY 1, 2
    """,
    (
        Metric(
            "notices.sent",
            _("Messages sent"),
            Unit.COUNT,
            _("Mails, text messages and others that were handed over on the day, by way."),
            dimension="way",
        ),
        Metric(
            "notices.dead",
            _("Messages that failed"),
            Unit.COUNT,
            _("Messages that were given up on the day, by way."),
            dimension="way",
        ),
    ),
    raw_days=_sent_days,
)

SOURCES = (ASKED, ANSWERED, DECIDED, WAITED, NOTIFIED, SENT)
