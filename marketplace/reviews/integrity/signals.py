"""What may show that deals are no deals: one function and one query for each kind, over the last half year.

Only accounts that dealt with each other are looked at, or with the same third account: who shares a kitchen, an office or
a browser and deals with neither is nobody's business. Nothing here writes, and nothing here leaves the house: evidence is
counts, days and the numbers of orders.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from marketplace.accounts.personal_data import installed_model
from marketplace.core import clock
from marketplace.reviews.integrity import weights
from marketplace.reviews.integrity.circles import Signal
from marketplace.reviews.integrity.loops import Edge, shortest_loops
from marketplace.reviews.integrity.weights import WEIGHTS
from marketplace.reviews.models import SignalKind

# Who dealt with whom: each paid order, seen from both of its sides. A tip is thanks for an order that is in it already.
_DEALS = """
    deal AS MATERIALIZED (
        SELECT buyer_id AS person, seller_id AS partner FROM orders_order WHERE paid_at >= %(since)s AND kind <> 'tip'
        UNION SELECT seller_id, buyer_id FROM orders_order WHERE paid_at >= %(since)s AND kind <> 'tip'
    )"""

# Accounts that use the same thing (`used`: person, thing), if few enough do; with how many such things they share, and
# whether they dealt with each other or only with the same third. One pass: a question for each pair took 76 ms a pair.
_SHARED = """
    , few AS (SELECT thing FROM used GROUP BY thing HAVING count(*) BETWEEN 2 AND %(most)s),
    pair AS (
        SELECT a.person AS one, b.person AS other, count(*) AS things
        FROM few JOIN used a USING (thing) JOIN used b USING (thing)
        WHERE a.person < b.person GROUP BY 1, 2
    )
    SELECT one, other, things, bool_or(x.partner = other) AS direct, count(y.person) AS thirds
    FROM pair
    JOIN deal x ON x.person = one
    LEFT JOIN deal y ON y.person = other AND y.partner = x.partner
    {where} GROUP BY one, other, things"""


def window_start() -> datetime:
    """Since when deals are looked at."""
    return clock.now() - timedelta(days=weights.WINDOW_DAYS)


def all_signals() -> list[Signal]:
    """Everything that is to be seen now, of all kinds."""
    since = window_start()
    loops = loop_lengths(since)
    return [
        *shared_browsers(since),
        *shared_addresses(since),
        *shared_payers(since),
        *shared_payouts(since),
        *in_loops(since, loops),
        *instant_praise(since),
        *round_trips(since, loops),
    ]


def shared_browsers(since: datetime) -> list[Signal]:
    """Logged in to in the same browser (`accounts.BrowserUse`)."""
    used = (
        "used AS (SELECT user_id AS person, browser AS thing FROM accounts_browseruse WHERE last_used_at >= %(since)s)"
    )
    return _shared(SignalKind.SHARED_BROWSER, used, since=since, most=weights.MOST_BROWSER)


def shared_addresses(since: datetime) -> list[Signal]:
    """Logged in from the same address, that of at most three accounts; of IPv6 the network of a connection (/64).

    Carriers put thousands behind one address, and people move: from the lists of devices and of new devices, as they are.
    """
    address = "CASE family({0}) WHEN 6 THEN network(set_masklen({0}, 64)) ELSE network({0}) END::text"
    seen = f"SELECT DISTINCT user_id AS person, {address.format('ip')} AS thing FROM accounts_newdevice WHERE at >= %(since)s"  # noqa: S608 our own words
    if sessions := installed_model("usersessions.UserSession"):
        seen += f" UNION SELECT user_id, {address.format('ip')} FROM {sessions._meta.db_table} WHERE last_seen_at >= %(since)s"  # noqa: S608
    return _shared(SignalKind.SHARED_ADDRESS, f"used AS ({seen})", since=since, most=weights.MOST_ADDRESS)


# Who paid, by what the gateways said of the payer (`payments.Payment.payer_mark`).
_PAYERS = """
    SELECT o.buyer_id AS person, p.payer_mark AS thing
    FROM payments_payment p JOIN orders_order o ON o.id = p.order_id
    WHERE p.status = 'paid' AND p.payer_mark <> '' AND p.paid_at >= %(since)s GROUP BY 1, 2"""


def shared_payers(since: datetime) -> list[Signal]:
    """Paid from the same account: two buyers, or a buyer and the seller, by what the seller bought elsewhere."""
    return _shared(SignalKind.SHARED_PAYER, f"used AS ({_PAYERS})", since=since, most=weights.MOST_PAYER)


def shared_payouts(since: datetime) -> list[Signal]:
    """Paid out to the same account: two sellers; or to the account that a buyer of theirs pays from."""
    ways = """
        paid_out AS (
            SELECT DISTINCT user_id AS person, account_mark AS thing FROM payments_payoutdestination
            WHERE account_mark <> '' AND (retired_at IS NULL OR retired_at >= %(since)s)
        )"""
    used = (
        f"{ways}, used AS (SELECT person, thing FROM paid_out UNION "  # noqa: S608 our own words
        f"SELECT person, thing FROM ({_PAYERS}) payer WHERE thing IN (SELECT thing FROM paid_out))"
    )
    # Two buyers who pay from one account are the signal before; here one of the two is paid out to it.
    end = "WHERE one IN (SELECT person FROM paid_out) OR other IN (SELECT person FROM paid_out)"
    return _shared(SignalKind.SHARED_PAYOUT, used, since=since, most=weights.MOST_PAYOUT, end=end)


def loop_lengths(since: datetime) -> dict[Edge, int]:
    """Each buyer and seller that a short loop of purchases leads through, with its length."""
    query = "SELECT DISTINCT buyer_id, seller_id FROM orders_order WHERE paid_at >= %(since)s AND kind <> 'tip'"
    edges = [(row["buyer_id"], row["seller_id"]) for row in _rows(query, since=since)]
    return shortest_loops(edges, longest=weights.LONGEST_LOOP)


def in_loops(_since: datetime, loops: dict[Edge, int]) -> list[Signal]:
    """Buy from each other in a circle of at most six: of each pair the shortest one."""
    shortest: dict[Edge, int] = {}
    for (buyer, seller), length in loops.items():
        pair = (min(buyer, seller), max(buyer, seller))
        shortest[pair] = min(length, shortest.get(pair, length))
    full = WEIGHTS[SignalKind.LOOP].direct
    return [
        Signal(SignalKind.LOOP, *pair, weight=weights.LOOP_OF_TWO if length == 2 else full, evidence={"length": length})
        for pair, length in shortest.items()
    ]


def instant_praise(since: datetime) -> list[Signal]:
    """Delivered at once, accepted at once, praised: each such order, when it is a habit of the two or of the seller.

    The buyer's review counts whether it is public or still waits for the other side.
    """
    query = """
        WITH done AS (
            SELECT o.id, o.number, o.buyer_id, o.seller_id,
                review.id IS NOT NULL
                AND (SELECT min(d.created_at) FROM orders_delivery d WHERE d.order_id = o.id)
                    BETWEEN o.started_at AND o.started_at + %(delivered)s
                AND o.completed_at <= o.delivered_at + %(accepted)s AS quick,
                extract(epoch FROM o.completed_at - o.delivered_at)::int / 60 AS minutes
            FROM orders_order o
            LEFT JOIN reviews_review review ON review.order_id = o.id AND review.side = 'buyer' AND review.stars = 5
            WHERE o.status = 'completed' AND o.kind <> 'tip' AND o.paid_at >= %(since)s
        ), counted AS (
            SELECT *,
                count(*) FILTER (WHERE quick) OVER (PARTITION BY buyer_id, seller_id) AS by_pair,
                count(*) FILTER (WHERE quick) OVER (PARTITION BY seller_id) AS of_seller,
                count(*) OVER (PARTITION BY seller_id) AS sold
            FROM done
        )
        SELECT * FROM counted WHERE quick AND (
            by_pair >= %(pair)s OR (of_seller >= %(seller)s AND 100 * of_seller >= %(percent)s * sold)
        ) ORDER BY id"""
    found = _rows(
        query,
        since=since,
        delivered=weights.DELIVERED_WITHIN,
        accepted=weights.ACCEPTED_WITHIN,
        pair=weights.PRAISED_BY_PAIR,
        seller=weights.PRAISED_OF_SELLER,
        percent=weights.PRAISED_PERCENT,
    )
    return [
        Signal(
            SignalKind.INSTANT_PRAISE,
            min(row["buyer_id"], row["seller_id"]),
            max(row["buyer_id"], row["seller_id"]),
            weight=WEIGHTS[SignalKind.INSTANT_PRAISE].direct,
            order_id=row["id"],
            evidence={"order": row["number"], "minutes": row["minutes"], "of": row["of_seller"], "sold": row["sold"]},
        )
        for row in found
    ]


def round_trips(since: datetime, loops: dict[Edge, int]) -> list[Signal]:
    """What a seller earned is spent within a week on somebody of the same loop, and is about as much.

    Earned is what the books released: the price with the platform's coupon, less the fee that the order froze. Only sales
    that were completed, so that it was the seller's; only purchases between accounts that a short loop leads through.
    """
    query = """
        SELECT DISTINCT ON (spent.id) spent.id, spent.number, spent.buyer_id, spent.seller_id,
            earned.buyer_id AS payer_id, earned.number AS earned_number,
            ceil(extract(epoch FROM spent.paid_at - earned.completed_at) / 86400)::int AS days
        FROM orders_order earned
        JOIN orders_order spent ON spent.buyer_id = earned.seller_id
            AND spent.paid_at BETWEEN earned.completed_at AND earned.completed_at + %(within)s
            AND 100 * spent.total_fen >= %(least)s * (
                (earned.total_fen + earned.discount_fen) * (10000 - earned.commission_basis_points) / 10000)
            AND 100 * spent.total_fen <= %(greatest)s * earned.total_fen
        WHERE earned.status = 'completed' AND earned.paid_at >= %(since)s
            AND earned.kind <> 'tip' AND spent.kind <> 'tip'
            AND earned.seller_id = ANY(%(people)s) AND earned.buyer_id = ANY(%(people)s) AND spent.seller_id = ANY(%(people)s)
        ORDER BY spent.id, earned.completed_at DESC"""
    people = sorted({person for edge in loops for person in edge})
    found = _rows(
        query,
        since=since,
        people=people,
        within=weights.SPENT_WITHIN,
        least=weights.SPENT_AT_LEAST_PERCENT,
        greatest=weights.SPENT_AT_MOST_PERCENT,
    )
    return [
        Signal(
            SignalKind.ROUND_TRIP,
            min(row["buyer_id"], row["seller_id"]),
            max(row["buyer_id"], row["seller_id"]),
            weight=WEIGHTS[SignalKind.ROUND_TRIP].direct,
            order_id=row["id"],
            evidence={"order": row["number"], "earned": row["earned_number"], "days": row["days"]},
        )
        for row in found
        if (row["buyer_id"], row["seller_id"]) in loops and (row["payer_id"], row["buyer_id"]) in loops
    ]


def _shared(kind: SignalKind, used: str, *, since: datetime, most: int, end: str = "") -> list[Signal]:
    weight = WEIGHTS[kind]
    found = []
    for row in _rows(f"WITH {_DEALS}, {used} {_SHARED.format(where=end)}", since=since, most=most):
        hundredths = weight.direct if row["direct"] else weight.through if row["thirds"] else 0
        if hundredths:
            evidence = {"things": row["things"], "direct": row["direct"], "thirds": row["thirds"]}
            found.append(Signal(kind, row["one"], row["other"], weight=hundredths, evidence=evidence))
    return found


def _rows(query: str, **values: Any) -> Iterable[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
