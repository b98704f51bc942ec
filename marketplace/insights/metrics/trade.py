"""Orders and their value."""

# ruff: noqa: S608 what is put into these statements are constants of this file
from django.utils.translation import gettext_lazy as _

from marketplace.core.config import get_config
from marketplace.insights.metrics.definition import Adding, Metric, Source, Unit

# Orders proper: a stage is bought on its own. Additional work and tips belong to an order and count in amounts alone.
PROPER = "kind IN ('standard', 'stage')"
_TOP = "coalesce(parent.slug, category.slug, '')"
_CATEGORY = """
LEFT JOIN gigs_gig gig ON gig.id = o.gig_id
LEFT JOIN gigs_gigcategory category ON category.id = gig.category_id
LEFT JOIN gigs_gigcategory parent ON parent.id = category.parent_id
"""


def _opened_days() -> int:
    return get_config("gigs.figures_days")


PLACED = Source(
    "placed",
    _("orders, by the moment they were placed"),
    f"""
    SELECT (o.created_at AT TIME ZONE %(zone)s)::date, '', count(*) FILTER (WHERE {PROPER})
    FROM orders_order o WHERE o.created_at >= %(start)s AND o.created_at < %(end)s GROUP BY 1
    """,
    (
        Metric(
            "orders.placed",
            _("Orders placed"),
            Unit.COUNT,
            _("Orders and stages placed on the day, paid or not. Additional work and tips are no orders of their own."),
        ),
    ),
)
PLACED_BY_CATEGORY = Source(
    "placed_by_category",
    _("orders, by the moment they were placed, and the main category of their service"),
    f"""
    SELECT (o.created_at AT TIME ZONE %(zone)s)::date, {_TOP}, count(*) FILTER (WHERE {PROPER})
    FROM orders_order o {_CATEGORY}
    WHERE o.created_at >= %(start)s AND o.created_at < %(end)s GROUP BY 1, 2
    """,
    (
        Metric(
            "orders.placed.category",
            _("Orders placed, by category"),
            Unit.COUNT,
            _("Orders placed on the day, by the main category that their service stands in when the day is counted."),
            dimension="category",
        ),
    ),
)
PAID = Source(
    "paid",
    _("orders, by the moment they were paid"),
    f"""
    SELECT (o.paid_at AT TIME ZONE %(zone)s)::date, '',
        count(*) FILTER (WHERE {PROPER}), sum(o.total_fen + o.discount_fen), sum(o.discount_fen),
        sum(o.total_fen + o.discount_fen) FILTER (WHERE {PROPER}),
        count(DISTINCT o.buyer_id), count(DISTINCT o.seller_id)
    FROM orders_order o WHERE o.paid_at >= %(start)s AND o.paid_at < %(end)s GROUP BY 1
    """,
    (
        Metric(
            "orders.paid",
            _("Orders paid"),
            Unit.COUNT,
            _("Orders and stages whose payment was confirmed on the day, whatever became of them later."),
        ),
        Metric(
            "gmv",
            _("GMV"),
            Unit.FEN,
            _(
                "Prices of everything paid on the day, additional work and tips too, before coupons and before refunds. A refund"
                " lowers no day's GMV: it stands on the day it was paid back."
            ),
        ),
        Metric(
            "gmv.discount",
            _("Coupons"),
            Unit.FEN,
            _("The part of the day's GMV that coupons paid. The platform bears it."),
        ),
        Metric(
            "gmv.orders",
            _("Value of orders"),
            Unit.FEN,
            _("The day's GMV without additional work and tips: what an order's average value is made of."),
        ),
        Metric(
            "buyers.active",
            _("Buyers of the day"),
            Unit.PEOPLE,
            _("Different people who paid for anything on the day."),
            Adding.DAY,
        ),
        Metric(
            "sellers.active",
            _("Sellers of the day"),
            Unit.PEOPLE,
            _("Different sellers who were paid for on the day."),
            Adding.DAY,
        ),
    ),
)
PAID_BY_CATEGORY = Source(
    "paid_by_category",
    _("orders, by the moment they were paid, and the main category of their service"),
    f"""
    SELECT (o.paid_at AT TIME ZONE %(zone)s)::date, {_TOP},
        count(*) FILTER (WHERE {PROPER}), sum(o.total_fen + o.discount_fen)
    FROM orders_order o {_CATEGORY}
    WHERE o.paid_at >= %(start)s AND o.paid_at < %(end)s GROUP BY 1, 2
    """,
    (
        Metric(
            "orders.paid.category",
            _("Orders paid, by category"),
            Unit.COUNT,
            _("Orders paid on the day, by the main category that their service stands in when the day is counted."),
            dimension="category",
        ),
        Metric(
            "gmv.category",
            _("GMV by category"),
            Unit.FEN,
            _(
                "The day's GMV by the main category of the service. What was agreed without a service stands under “none”."
            ),
            dimension="category",
        ),
    ),
)
PAID_BY_CHANNEL = Source(
    "paid_by_channel",
    _("orders, by the moment they were paid, and the channel by which the buyer had come"),
    f"""
    SELECT (o.paid_at AT TIME ZONE %(zone)s)::date, came.channel,
        count(*) FILTER (WHERE {PROPER}), sum(o.total_fen + o.discount_fen)
    FROM orders_order o JOIN insights_orderchannel came ON came.order_id = o.id
    WHERE o.paid_at >= %(start)s AND o.paid_at < %(end)s GROUP BY 1, 2
    """,
    (
        Metric(
            "orders.paid.channel",
            _("Orders paid, by channel"),
            Unit.COUNT,
            _(
                "Orders paid on the day whose buyer's channel is known: how they had come on the day they placed the order."
            ),
            dimension="channel",
        ),
        Metric(
            "gmv.channel",
            _("GMV by channel"),
            Unit.FEN,
            _("The day's GMV of orders whose buyer's channel is known."),
            dimension="channel",
        ),
    ),
)
COMPLETED = Source(
    "completed",
    _("orders, by the moment they were accepted"),
    f"""
    SELECT (o.completed_at AT TIME ZONE %(zone)s)::date, '',
        count(*) FILTER (WHERE {PROPER}), sum(o.revisions_used) FILTER (WHERE {PROPER})
    FROM orders_order o WHERE o.completed_at >= %(start)s AND o.completed_at < %(end)s GROUP BY 1
    """,
    (
        Metric(
            "orders.completed",
            _("Orders completed"),
            Unit.COUNT,
            _("Orders and stages accepted on the day, by the buyer or by the clock."),
        ),
        Metric(
            "orders.completed.revisions",
            _("Revisions of completed orders"),
            Unit.COUNT,
            _("How many revisions the orders completed on the day had taken, all together."),
        ),
    ),
)
CANCELLED = Source(
    "cancelled",
    _("orders, by the moment they were cancelled"),
    f"""
    SELECT (o.cancelled_at AT TIME ZONE %(zone)s)::date, '',
        count(*) FILTER (WHERE {PROPER} AND o.paid_at IS NOT NULL), count(*) FILTER (WHERE {PROPER} AND o.paid_at IS NULL)
    FROM orders_order o WHERE o.cancelled_at >= %(start)s AND o.cancelled_at < %(end)s GROUP BY 1
    """,
    (
        Metric(
            "orders.cancelled",
            _("Orders cancelled"),
            Unit.COUNT,
            _("Paid orders that were cancelled on the day. Their money goes back."),
        ),
        Metric(
            "orders.lapsed",
            _("Orders never paid"),
            Unit.COUNT,
            _("Orders closed on the day because nobody paid them."),
        ),
    ),
)
REFUNDED = Source(
    "refunded",
    _("refunds, by the moment they were paid back"),
    """
    SELECT (r.done_at AT TIME ZONE %(zone)s)::date, '', count(*), sum(r.amount_fen)
    FROM orders_refund r
    WHERE r.done_at >= %(start)s AND r.done_at < %(end)s AND r.status = 'done' GROUP BY 1
    """,
    (
        Metric("refunds", _("Refunds"), Unit.COUNT, _("Refunds that were paid back on the day, whole or in part.")),
        Metric(
            "refunds.amount",
            _("Refunded"),
            Unit.FEN,
            _("What was paid back to buyers on the day, whenever their orders were paid."),
        ),
    ),
)
VIEWED_BY_CATEGORY = Source(
    "viewed_by_category",
    _("opened services by day"),
    """
    SELECT seen.day, coalesce(parent.slug, category.slug, ''), sum(seen.clicks), sum(seen.impressions)
    FROM gigs_gigday seen JOIN gigs_gig gig ON gig.id = seen.gig_id
    JOIN gigs_gigcategory category ON category.id = gig.category_id
    LEFT JOIN gigs_gigcategory parent ON parent.id = category.parent_id
    WHERE seen.day >= %(first)s AND seen.day <= %(last)s GROUP BY 1, 2
    """,
    (
        Metric(
            "gigs.opened.category",
            _("Services opened, by category"),
            Unit.COUNT,
            _(
                "How often the page of a service was opened, by its main category; a reload within half an hour is the same."
            ),
            dimension="category",
        ),
        Metric(
            "gigs.shown.category",
            _("Services shown, by category"),
            Unit.COUNT,
            _("How often the card of a service was on a page that somebody loaded, by its main category."),
            dimension="category",
        ),
    ),
    raw_days=_opened_days,
)

SOURCES = (
    PLACED,
    PLACED_BY_CATEGORY,
    PAID,
    PAID_BY_CATEGORY,
    PAID_BY_CHANNEL,
    COMPLETED,
    CANCELLED,
    REFUNDED,
    VIEWED_BY_CATEGORY,
)
