"""Members, sellers and their levels, and who comes again."""

from django.utils.translation import gettext_lazy as _

from marketplace.insights.metrics.definition import Adding, Metric, Source, Unit

JOINED = Source(
    "joined",
    _("accounts, by the moment they were opened; no staff"),
    """
    SELECT (person.date_joined AT TIME ZONE %(zone)s)::date, '', count(*)
    FROM accounts_user person
    WHERE person.date_joined >= %(start)s AND person.date_joined < %(end)s AND NOT person.is_staff
        AND NOT EXISTS (SELECT FROM accounts_user_groups role WHERE role.user_id = person.id)
    GROUP BY 1
    """,
    (Metric("members.new", _("New members"), Unit.PEOPLE, _("Accounts opened on the day. Staff are left out.")),),
)
BECAME_SELLERS = Source(
    "became_sellers",
    _("profiles, by the moment somebody became a seller"),
    """
    SELECT (profile.seller_since AT TIME ZONE %(zone)s)::date, '', count(*)
    FROM accounts_userprofile profile
    WHERE profile.seller_since >= %(start)s AND profile.seller_since < %(end)s GROUP BY 1
    """,
    (Metric("sellers.new", _("New sellers"), Unit.PEOPLE, _("People who became sellers on the day.")),),
)
LEVELS = Source(
    "levels",
    _("the history of levels, and who became a seller"),
    """
    SELECT day, level, sum(change) FROM (
        SELECT (profile.seller_since AT TIME ZONE %(zone)s)::date AS day, 'new' AS level, 1 AS change
        FROM accounts_userprofile profile
        WHERE profile.seller_since >= %(start)s AND profile.seller_since < %(end)s
        UNION ALL
        SELECT (line.created_at AT TIME ZONE %(zone)s)::date, side.level, side.change
        FROM reviews_levelchange line
        CROSS JOIN LATERAL (VALUES (line.new, 1), (line.old, -1)) AS side (level, change)
        WHERE line.created_at >= %(start)s AND line.created_at < %(end)s AND line.new <> line.old
    ) AS moves GROUP BY 1, 2
    """,
    (
        Metric(
            "sellers.level",
            _("Sellers by level"),
            Unit.PEOPLE,
            _(
                "Sellers at each level. Who becomes a seller starts at the first; each line of a level's history moves one."
            ),
            Adding.MOVEMENT,
            "level",
        ),
    ),
)

# Somebody counts on the first day of a month on which they were there and on no other of it, so that days add up to the month's
# different people. Of each one row by the index is their very first, and one says whether they were there earlier in the month.
_MONTHS = """
    WITH there AS (
        SELECT {who} AS person, date_trunc('month', paid_at AT TIME ZONE %(zone)s) AS month, min(paid_at) AS at
        FROM orders_order WHERE paid_at >= %(start)s AND paid_at < %(end)s GROUP BY 1, 2
    ), counted AS (
        SELECT (there.at AT TIME ZONE %(zone)s)::date AS day, very.first AT TIME ZONE %(zone)s AS first
        FROM there CROSS JOIN LATERAL (
            SELECT o.paid_at AS first FROM orders_order o WHERE o.{who} = there.person AND o.paid_at IS NOT NULL
            ORDER BY o.paid_at LIMIT 1
        ) AS very
        WHERE NOT EXISTS (
            SELECT FROM orders_order o WHERE o.{who} = there.person
                AND o.paid_at >= there.month AT TIME ZONE %(zone)s AND o.paid_at < there.at
        )
    )
    SELECT day, to_char(first, 'YYYY-MM'), count(*), count(*) FILTER (WHERE first::date = day) FROM counted GROUP BY 1, 2
"""
BUYERS_BY_MONTH = Source(
    "buyers_by_month",
    _("paid orders of the people who paid on the day"),
    _MONTHS.format(who="buyer_id"),
    (
        Metric(
            "buyers.month",
            _("Buyers of a month, by the month of their first order"),
            Unit.PEOPLE,
            _(
                "People whose first paid order of the calendar month was on the day, by the month in which they had paid their"
                " very first."
            ),
            Adding.MONTH,
            "cohort",
        ),
        Metric(
            "buyers.new",
            _("First orders"),
            Unit.PEOPLE,
            _("People who paid the first order of their life on the day."),
            dimension="cohort",
        ),
    ),
)
SELLERS_BY_MONTH = Source(
    "sellers_by_month",
    _("paid orders of the sellers who were paid for on the day"),
    _MONTHS.format(who="seller_id"),
    (
        Metric(
            "sellers.month",
            _("Sellers of a month, by the month of their first sale"),
            Unit.PEOPLE,
            _(
                "Sellers whose first paid order of the calendar month was on the day, by the month in which they had made their"
                " very first."
            ),
            Adding.MONTH,
            "cohort",
        ),
        Metric(
            "sellers.first_sale",
            _("First sales"),
            Unit.PEOPLE,
            _("Sellers whose first order ever was paid on the day."),
            dimension="cohort",
        ),
    ),
)

SOURCES = (JOINED, BECAME_SELLERS, LEVELS, BUYERS_BY_MONTH, SELLERS_BY_MONTH)
