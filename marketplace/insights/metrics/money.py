"""Money by the books."""

from django.utils.translation import gettext_lazy as _

from marketplace.insights.metrics.definition import Adding, Metric, Source, Unit

TAKEN = Source(
    "taken",
    _("the books: what left escrow for sellers or came back into it, and what of it is service fees"),
    """
    SELECT (t.created_at AT TIME ZONE %(zone)s)::date, '',
        sum(e.amount_fen) FILTER (WHERE a.kind IN ('commission', 'promotions')),
        -sum(e.amount_fen) FILTER (WHERE a.kind IN ('escrow', 'promotions'))
    FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id JOIN ledger_account a ON a.id = e.account_id
    WHERE t.created_at >= %(start)s AND t.created_at < %(end)s AND t.kind IN ('escrow_released', 'release_reversed')
    GROUP BY 1
    """,
    (
        Metric(
            "take",
            _("Service fees"),
            Unit.FEN,
            _(
                "Service fees earned on the day when work was accepted, less what coupons cost of them, and less those given back"
                " with refunds."
            ),
        ),
        Metric(
            "take.base",
            _("Released"),
            Unit.FEN,
            _(
                "Prices of the work accepted on the day, with the part that coupons paid, before fees, less what refunds took"
                " back: the take rate is the fees by this."
            ),
        ),
    ),
)
MOVED = Source(
    "moved",
    _("the books: every entry"),
    """
    SELECT (t.created_at AT TIME ZONE %(zone)s)::date, a.kind, sum(e.amount_fen)
    FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id JOIN ledger_account a ON a.id = e.account_id
    WHERE t.created_at >= %(start)s AND t.created_at < %(end)s GROUP BY 1, 2
    """,
    (
        Metric(
            "ledger",
            _("Money by account"),
            Unit.FEN,
            _(
                "Change of all accounts of a kind on the day. Positive: what we owe its holders; clearing is what gateways owe"
                " us."
            ),
            Adding.MOVEMENT,
            "account",
        ),
    ),
)
PAID_OUT = Source(
    "paid_out",
    _("withdrawals, by the moment they ended"),
    """
    SELECT (p.finished_at AT TIME ZONE %(zone)s)::date, '',
        count(*) FILTER (WHERE p.status = 'paid'), sum(p.amount_fen) FILTER (WHERE p.status = 'paid'),
        sum(p.tax_fen) FILTER (WHERE p.status = 'paid'), count(*) FILTER (WHERE p.status = 'failed'),
        sum(greatest(round(extract(epoch FROM p.finished_at - p.created_at)), 0)) FILTER (WHERE p.status = 'paid')
    FROM payments_payout p WHERE p.finished_at >= %(start)s AND p.finished_at < %(end)s GROUP BY 1
    """,
    (
        Metric("payouts", _("Withdrawals paid out"), Unit.COUNT, _("Withdrawals that arrived on the day.")),
        Metric("payouts.amount", _("Paid out"), Unit.FEN, _("What arrived at sellers on the day, after income tax.")),
        Metric(
            "payouts.tax",
            _("Income tax withheld"),
            Unit.FEN,
            _("Income tax of the withdrawals that arrived on the day."),
        ),
        Metric("payouts.failed", _("Withdrawals that failed"), Unit.COUNT, _("Withdrawals that came back on the day.")),
        Metric(
            "payouts.seconds",
            _("Time of withdrawals"),
            Unit.SECONDS,
            _("From asking to arrival, all withdrawals that arrived on the day together."),
        ),
    ),
)

SOURCES = (TAKEN, MOVED, PAID_OUT)
