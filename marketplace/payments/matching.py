"""Line by line: what a gateway's bill says against what our books say. Pure; order of the lines does not matter.

Keys and classes: facts/payments.md, section 5. A payment is known by our number, a refund by its own number, a
transfer by its reference.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from marketplace.payments.gateways.base import BillRow, BillRowKind
from marketplace.payments.models import DifferenceKind


@dataclass(frozen=True)
class OwnLine:
    """What our books say about one payment, refund or transfer of the day, in fen."""

    kind: BillRowKind
    number: str  # of the payment, the refund or the transfer
    out_trade_no: str
    amount_fen: int


@dataclass(frozen=True)
class Found:
    """One thing that bill and books do not agree on."""

    kind: DifferenceKind
    row_kind: BillRowKind
    out_trade_no: str
    reference: str
    gateway_no: str
    here_fen: int | None
    there_fen: int | None


@dataclass(frozen=True)
class Match:
    """What came out: how many lines agree, what they sum to in fen, and what does not agree."""

    matched: int
    paid_fen: int
    refunded_fen: int
    fee_fen: int
    differences: tuple[Found, ...]


MATCHED_KINDS = (BillRowKind.PAYMENT, BillRowKind.REFUND, BillRowKind.TRANSFER, BillRowKind.BOUNCE)


def number_of(row: BillRow) -> str:
    """Our own number of what a line is about."""
    return row.reference if row.kind == BillRowKind.REFUND else row.out_trade_no


def match(
    rows: Iterable[BillRow],
    own: Iterable[OwnLine],
    *,
    known_elsewhere: Iterable[OwnLine] = (),
    expected_fee: dict[str, int] | None = None,
    fees_of_others: frozenset[str] = frozenset(),
) -> Match:
    """Match a day's bill against our lines of that day.

    `known_elsewhere` are lines of the days beside it, which a bill may carry because its day is cut elsewhere: they
    match, but nobody misses them. `expected_fee` gives the fee of a payment in fen by its number, where it is agreed;
    `fees_of_others` are payments whose fee the institution takes from a seller's account, not from ours.
    """
    lines = {(line.kind, line.number): line for line in known_elsewhere}
    today = {(line.kind, line.number): line for line in own}
    lines |= today
    seen: dict[tuple[BillRowKind, str], list[BillRow]] = defaultdict(list)
    for row in rows:
        if row.kind in MATCHED_KINDS:
            seen[row.kind, number_of(row)].append(row)
    differences: list[Found] = []
    matched = paid_fen = refunded_fen = fee_fen = 0
    for key, copies in seen.items():
        first, *others = sorted(copies, key=lambda row: (row.at, row.gateway_no, row.amount_fen))
        differences += [_found(DifferenceKind.DUPLICATE, row, None) for row in others]
        line = lines.get(key)
        # What the gateway kept it kept, whatever we know about the line.
        fee_fen += 0 if first.out_trade_no in fees_of_others else sum(row.fee_fen for row in copies)
        if line is None:
            differences.append(_found(DifferenceKind.MISSING_HERE, first, None))
            continue
        if line.amount_fen != first.amount_fen:
            differences.append(_found(DifferenceKind.AMOUNT, first, line.amount_fen))
            continue
        matched += 1
        paid_fen += first.amount_fen if first.kind == BillRowKind.PAYMENT else 0
        refunded_fen += first.amount_fen if first.kind == BillRowKind.REFUND else 0
        wanted = (expected_fee or {}).get(line.number) if first.kind == BillRowKind.PAYMENT else None
        if wanted is not None and wanted != first.fee_fen:
            differences.append(
                Found(
                    DifferenceKind.FEE,
                    first.kind,
                    first.out_trade_no,
                    first.reference,
                    first.gateway_no,
                    wanted,
                    first.fee_fen,
                )
            )
    for key, line in today.items():
        if key not in seen:
            reference = line.number if line.kind == BillRowKind.REFUND else ""
            differences.append(
                Found(DifferenceKind.MISSING_THERE, line.kind, line.out_trade_no, reference, "", line.amount_fen, None)
            )
    differences.sort(key=lambda found: (found.kind, found.out_trade_no, found.reference, found.gateway_no))
    return Match(matched, paid_fen, refunded_fen, fee_fen, tuple(differences))


def _found(kind: DifferenceKind, row: BillRow, here_fen: int | None) -> Found:
    return Found(kind, row.kind, row.out_trade_no, row.reference, row.gateway_no, here_fen, row.amount_fen)
