"""Sealing the books: each night a root over what was posted since the last seal, chained to it.

Who changes the past has to change every later seal as well, and their roots are published (`/trust/escrow/`, mails,
backups): a quiet change is found by the next audit.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, timedelta

from django.db import transaction
from django.utils import timezone

from marketplace.core import clock
from marketplace.ledger import locks
from marketplace.ledger.models import DaySeal, Entry, Transaction

FIRST_CHAIN = "0" * 64
CHUNK = 2000


def seal_books(*, day: date | None = None) -> DaySeal | None:
    """Seal everything posted since the last seal under the name of `day` (China's calendar; yesterday by default).

    Waits until no posting is under way, so that none can slip in below the sealed numbers later; only for as long as it
    takes to read the highest number, since what is below it never changes. Safe to run twice: a day has one seal, and
    what came later goes into the next. Returns None when the day is sealed already.
    """
    with transaction.atomic():
        last_id = locks.freeze_postings()
    return _seal(day or timezone.localdate(clock.now()) - timedelta(days=1), last_id)


@transaction.atomic
def _seal(day: date, last_id: int) -> DaySeal | None:
    locks.freeze_seals()
    previous = DaySeal.objects.order_by("-pk").first()
    if previous is not None and previous.day >= day:
        return None
    first_id = previous.last_id + 1 if previous is not None else 1
    root, count = root_of(first_id, last_id)
    before = previous.chain if previous is not None else FIRST_CHAIN
    return DaySeal.objects.create(
        day=day,
        first_id=first_id,
        last_id=max(last_id, first_id - 1),
        transactions=count,
        root=root,
        chain=chain_of(before, day, root),
        sealed_at=clock.now(),
    )


def broken_seals() -> Iterator[str]:
    """One sentence for each seal that no longer fits the books or the seal before it."""
    before, expected_first = FIRST_CHAIN, 1
    for seal in DaySeal.objects.order_by("pk"):
        root, count = root_of(seal.first_id, seal.last_id)
        if seal.first_id != expected_first:
            yield f"seal of {seal.day}: begins at transaction {seal.first_id} instead of {expected_first}"
        if (root, count) != (seal.root, seal.transactions):
            yield f"seal of {seal.day}: the books of that day were changed after they were sealed"
        if seal.chain != chain_of(before, seal.day, seal.root):
            yield f"seal of {seal.day}: does not follow from the seal before it"
        before, expected_first = seal.chain, seal.last_id + 1


def chain_of(before: str, day: date, root: str) -> str:
    """The chain's value after a day: SHA-256 over the value before, the day and its root."""
    return hashlib.sha256(f"{before}|{day.isoformat()}|{root}".encode()).hexdigest()


def root_of(first_id: int, last_id: int) -> tuple[str, int]:
    """SHA-256 over all transactions of a range of keys, in order, with their legs; and how many there are."""
    digest, count = hashlib.sha256(), 0
    rows = Transaction.objects.filter(pk__gte=first_id, pk__lte=last_id).order_by("pk")
    for chunk in _chunks(rows.iterator(chunk_size=CHUNK)):
        legs: dict[int, list[str]] = {row.pk: [] for row in chunk}
        entries = Entry.objects.filter(transaction_id__in=legs).order_by("pk")
        for entry in entries.values_list("transaction_id", "account__code", "amount_fen", "balance_after_fen"):
            legs[entry[0]].append(f"{entry[1]}:{entry[2]}:{'' if entry[3] is None else entry[3]}")
        for row in chunk:
            digest.update(_line(row, legs[row.pk]).encode())
            count += 1
    return digest.hexdigest(), count


def _line(row: Transaction, legs: list[str]) -> str:
    moment = row.created_at.astimezone(UTC).isoformat(timespec="microseconds")
    parts = (str(row.pk), row.kind, row.idempotency_key, row.reference, row.description, moment, *legs)
    return "\x1f".join(parts) + "\n"


def _chunks(rows: Iterable[Transaction]) -> Iterator[list[Transaction]]:
    chunk: list[Transaction] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
