"""Proof of escrow: each night the root and the totals of all money owed to people are published for everybody to check.

What is owed: every open escrow, every available and pending balance, and every withdrawal on its way. What sellers owe
us is not set off against it: a negative line could hide a debt to somebody else (escrow_tree.py).
"""

from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.ledger import escrow_tree, locks
from marketplace.ledger.models import DaySeal, EscrowProof, EscrowProofLine, EscrowProofNodes, ProofBranch
from marketplace.ledger.proof_snapshot import Snapshot, take_snapshot

FIRST_CHAIN = "0" * 64
CHUNKS_AT_ONCE = 200


@transaction.atomic
def publish_escrow_proof(*, day: date | None = None) -> EscrowProof | None:
    """Take the lines of all money owed, build their tree and publish its root under `day` (China's; yesterday by default).

    Safe to run twice: a day has one proof; returns None when the day, or a later one, is published already.
    Raises BooksDisagree when the lines do not sum to what the accounts say; then nothing is published.
    """
    day = day or timezone.localdate(clock.now()) - timedelta(days=1)
    locks.freeze_escrow_proofs()
    previous = EscrowProof.objects.order_by("-pk").first()
    if previous is not None and previous.day >= day:
        return None
    proof = EscrowProof(pk=_next_key(), day=day, taken_at=clock.now())
    snapshot = take_snapshot(proof.pk)
    escrow = _grow(proof.pk, ProofBranch.ESCROW)
    balances = _grow(proof.pk, ProofBranch.BALANCES)
    root = escrow_tree.parent(escrow, balances)
    _describe(proof, snapshot, escrow.hash.hex(), balances.hash.hex(), root.hash.hex())
    if root.sum_fen != proof.total_fen:
        raise RuntimeError(f"the tree of {day} sums to {root.sum_fen} fen instead of {proof.total_fen}")
    proof.previous_chain = previous.chain if previous is not None else FIRST_CHAIN
    proof.chain = chain_of(proof)
    proof.save(force_insert=True)
    return proof


def _next_key() -> int:
    """The key of the proof to come: its lines are written before it, since the row itself is never changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('ledger_escrowproof', 'id'))")
        return int(cursor.fetchone()[0])


def _describe(proof: EscrowProof, snapshot: Snapshot, escrow_root: str, balances_root: str, root: str) -> None:
    proof.root, proof.escrow_root, proof.balances_root = root, escrow_root, balances_root
    proof.escrow_lines, proof.balance_lines = snapshot.escrow_lines, snapshot.balance_lines
    proof.escrow_fen, proof.available_fen = snapshot.escrow_fen, snapshot.available_fen
    proof.pending_fen, proof.in_transit_fen = snapshot.pending_fen, snapshot.in_transit_fen
    proof.total_fen = snapshot.total_fen
    proof.held_by_gateway, proof.held_fen = snapshot.held_by_gateway, sum(snapshot.held_by_gateway.values())
    proof.seal_chain = DaySeal.objects.order_by("-pk").values_list("chain", flat=True).first() or ""


def _grow(proof_id: int, branch: ProofBranch) -> escrow_tree.Node:
    """Build one branch from its stored lines, in runs: a hundred thousand lines need a few megabytes."""
    full: list[EscrowProofNodes] = []

    def store(level: int, chunk: int, nodes: bytes) -> None:
        full.append(EscrowProofNodes(proof_id=proof_id, branch=branch, level=level, chunk=chunk, nodes=nodes))
        if len(full) == CHUNKS_AT_ONCE:
            EscrowProofNodes.objects.bulk_create(full)
            full.clear()

    tree = escrow_tree.TreeBuilder(store)
    lines = EscrowProofLine.objects.filter(proof_id=proof_id, branch=branch).order_by("position")
    for salt, account, amount_fen in lines.values_list("salt", "account", "amount_fen").iterator(chunk_size=5000):
        tree.add(escrow_tree.leaf(salt=bytes(salt), account=account, amount_fen=amount_fen))
    root = tree.finish()
    EscrowProofNodes.objects.bulk_create(full)
    return root


def chain_of(proof: EscrowProof) -> str:
    """What ties a day to the day before and to every figure published with it."""
    figures = (proof.total_fen, proof.escrow_lines, proof.balance_lines, proof.held_fen)
    return escrow_tree.digest(
        "day", proof.previous_chain, proof.day.isoformat(), proof.root, *map(str, figures), proof.seal_chain
    ).hex()


def broken_proofs() -> list[str]:
    """One sentence for each published day that no longer fits its own figures or the day before it."""
    found, before = [], FIRST_CHAIN
    for proof in EscrowProof.objects.order_by("pk"):
        if proof.previous_chain != before or proof.chain != chain_of(proof):
            found.append(f"proof of escrow of {proof.day}: does not follow from the day before it")
        before = proof.chain
    return found


def published_json(proof: EscrowProof) -> dict[str, Any]:
    """What `/trust/escrow/DATE.json` says of a day. Amounts in fen; the meaning of every hash is in escrow_tree.py."""
    return {
        "format": "jiangji-escrow-proof/1",
        "day": proof.day.isoformat(),
        "taken_at": proof.taken_at.isoformat(timespec="seconds"),
        "root": proof.root,
        "total_fen": proof.total_fen,
        "escrow": {"root": proof.escrow_root, "total_fen": proof.escrow_fen, "lines": proof.escrow_lines},
        "balances": {
            "root": proof.balances_root,
            "total_fen": proof.balances_fen,
            "lines": proof.balance_lines,
            "available_fen": proof.available_fen,
            "pending_fen": proof.pending_fen,
            "in_transit_fen": proof.in_transit_fen,
        },
        "held_fen": proof.held_fen,
        "held_by_gateway": proof.held_by_gateway,
        "seal_chain": proof.seal_chain,
        "previous_chain": proof.previous_chain,
        "chain": proof.chain,
    }


def proof_json(line: EscrowProofLine) -> dict[str, Any]:
    """The proof of one line, for those whose line it is: the line with its salt, the way up, and the published day."""
    return {
        "format": "jiangji-escrow-proof/1",
        "line": {"account": line.account, "amount_fen": line.amount_fen, "salt": bytes(line.salt).hex()},
        "path": [
            {"side": step.side, "hash": step.node.hash.hex(), "sum_fen": step.node.sum_fen} for step in path_of(line)
        ],
        "published": published_json(line.proof),
    }


def path_of(line: EscrowProofLine) -> list[escrow_tree.Step]:
    """The neighbours from a line up to the root, the other branch last."""
    proof, is_escrow = line.proof, line.branch == ProofBranch.ESCROW
    wanted = escrow_tree.siblings(line.position, proof.escrow_lines if is_escrow else proof.balance_lines)
    size = escrow_tree.NODES_PER_CHUNK
    needed = Q(pk__in=[])  # a line that is alone in its branch has no neighbour there
    for level, index in wanted:
        needed |= Q(level=level, chunk=index // size)
    rows = EscrowProofNodes.objects.filter(needed, proof=proof, branch=line.branch)
    stored = {(level, chunk): bytes(nodes) for level, chunk, nodes in rows.values_list("level", "chunk", "nodes")}
    path = [
        escrow_tree.Step(
            "left" if index % 2 == 0 else "right", escrow_tree.unpack(stored[level, index // size], index % size)
        )
        for level, index in wanted
    ]
    if is_escrow:
        other = escrow_tree.Node(bytes.fromhex(proof.balances_root), proof.balances_fen)
        return [*path, escrow_tree.Step("right", other)]
    other = escrow_tree.Node(bytes.fromhex(proof.escrow_root), proof.escrow_fen)
    return [*path, escrow_tree.Step("left", other)]


@transaction.atomic
def forget_old_lines() -> int:
    """Delete lines, salts and inner nodes past their time; roots and totals stay for ever. Returns how many lines."""
    limit = timezone.localdate(clock.now()) - timedelta(days=get_config("ledger.escrow_proof_days"))
    EscrowProofNodes.objects.filter(proof__day__lt=limit).delete()
    return EscrowProofLine.objects.filter(proof__day__lt=limit).delete()[0]
