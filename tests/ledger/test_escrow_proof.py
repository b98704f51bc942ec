"""Proof of escrow: what is published adds up, everybody's line leads to it, and nothing tampered with does."""

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.core.config import set_config
from marketplace.ledger import escrow_proof, escrow_tree, postings_custody, tasks
from marketplace.ledger.audit import audit_books
from marketplace.ledger.models import EscrowProof, EscrowProofLine, EscrowProofNodes
from marketplace.ledger.proof_snapshot import BooksDisagree
from marketplace.ledger.services import Leg, clearing_account, post
from tests.factories import make_seller, make_user
from tests.ledger.books import capture, execute, fund_available

MONDAY = date(2026, 11, 23)
SCRIPT = finders.find("downloads/verify_escrow.py")


# The tree by itself


class Tree:
    """A tree in memory."""

    def __init__(self, lines):
        self.lines = lines
        self.chunks = {}
        builder = escrow_tree.TreeBuilder(lambda level, chunk, nodes: self.chunks.__setitem__((level, chunk), nodes))
        for line in lines:
            builder.add(escrow_tree.leaf(**line))
        self.root = builder.finish()

    def path(self, position):
        size = escrow_tree.NODES_PER_CHUNK
        return [
            escrow_tree.Step(
                "left" if index % 2 == 0 else "right",
                escrow_tree.unpack(self.chunks[level, index // size], index % size),
            )
            for level, index in escrow_tree.siblings(position, len(self.lines))
        ]


line = st.fixed_dictionaries(
    {
        "salt": st.binary(min_size=32, max_size=32),
        "account": st.text(st.characters(exclude_characters="\n", codec="utf-8"), max_size=20),
        "amount_fen": st.integers(0, 10**12),
    }
)


@given(st.lists(line, min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_every_leaf_of_any_tree_leads_to_the_root_and_the_root_holds_the_sum(lines):
    tree = Tree(lines)
    assert tree.root.sum_fen == sum(each["amount_fen"] for each in lines)
    for position, each in enumerate(lines):
        assert escrow_tree.climb(escrow_tree.leaf(**each), tree.path(position)) == tree.root


@pytest.mark.parametrize("count", [255, 256, 257, 513, 1000])
def test_trees_beyond_one_chunk_hold_too(count):
    tree = Tree([{"salt": bytes(32), "account": str(number), "amount_fen": number} for number in range(count)])
    assert tree.root.sum_fen == sum(range(count))
    for position in (0, 1, count // 2, count - 2, count - 1):
        assert escrow_tree.climb(escrow_tree.leaf(**tree.lines[position]), tree.path(position)) == tree.root


@given(st.lists(line, min_size=2, max_size=20), st.data())
@settings(max_examples=60, deadline=None)
def test_no_part_of_a_proof_can_be_changed(lines, data):
    tree = Tree(lines)
    position = data.draw(st.integers(0, len(lines) - 1))
    path, own = tree.path(position), lines[position]
    changes = [
        own | {"amount_fen": own["amount_fen"] + 1},
        own | {"salt": bytes(byte ^ 1 for byte in own["salt"])},
        own | {"account": own["account"] + "x"},
    ]
    for changed in changes:
        assert escrow_tree.climb(escrow_tree.leaf(**changed), path) != tree.root
    number = data.draw(st.integers(0, len(path) - 1))
    side, node = path[number]
    other_side = "left" if side == "right" else "right"
    for step in (
        escrow_tree.Step(side, escrow_tree.Node(bytes(32), node.sum_fen)),
        escrow_tree.Step(side, escrow_tree.Node(node.hash, node.sum_fen + 1)),
        escrow_tree.Step(other_side, node),
    ):
        swapped = [*path[:number], step, *path[number + 1 :]]
        if step.side != side and node == escrow_tree.climb(escrow_tree.leaf(**own), path[:number]):
            continue  # equal neighbours are the same on either side
        assert escrow_tree.climb(escrow_tree.leaf(**own), swapped) != tree.root


def test_the_sums_of_both_children_are_hashed_each_by_itself():
    """Maxwell's first scheme hashed their total only: moving an amount from one to the other stayed unseen."""
    left, right = escrow_tree.Node(bytes(32), 30), escrow_tree.Node(bytes(32), 70)
    moved = escrow_tree.parent(left._replace(sum_fen=60), right._replace(sum_fen=40))
    assert moved.sum_fen == escrow_tree.parent(left, right).sum_fen
    assert moved.hash != escrow_tree.parent(left, right).hash


def test_a_leaf_never_passes_for_a_node():
    left = escrow_tree.leaf(salt=bytes(32), account="a", amount_fen=1)
    node = escrow_tree.parent(left, left)
    text = f"{left.hash.hex()}\n1\n{left.hash.hex()}"
    with pytest.raises(ValueError, match="one line"):
        escrow_tree.leaf(salt=b"", account=text, amount_fen=1)
    assert escrow_tree.digest("leaf", left.hash.hex(), "1", left.hash.hex(), "1") != node.hash


def test_negative_sums_are_refused_everywhere():
    with pytest.raises(ValueError, match="-1 fen"):
        escrow_tree.leaf(salt=bytes(32), account="a", amount_fen=-1)
    good, negative = escrow_tree.Node(bytes(32), 5), escrow_tree.Node(bytes(32), -5)
    for pair in ((good, negative), (negative, good)):
        with pytest.raises(ValueError, match="-5 fen"):
            escrow_tree.parent(*pair)
    with pytest.raises(ValueError, match="fen"):
        escrow_tree.parent(good, escrow_tree.Node(bytes(32), escrow_tree.LARGEST_SUM))


# The books


@pytest.fixture
def books(db):
    """Two orders in escrow, two people with money, one of them with a withdrawal on its way."""
    first, second = make_seller(), make_user()
    capture("ORDERONE", 12_800)
    capture("ORDERTWO", 5)
    fund_available(first, 70_000)
    fund_available(second, 1)
    postings_custody.begin_settlement(
        seller=first, order_number="ORDEROLD", settlement_reference="ST1", amount_fen=20_000
    )
    return first, second


def publish(offset=0):
    return escrow_proof.publish_escrow_proof(day=MONDAY + timedelta(days=offset))


def test_what_is_published_is_what_the_audit_finds(books):
    proof, audited = publish(), audit_books().totals_fen
    assert proof.escrow_fen == audited["escrow"] == 12_805
    assert proof.available_fen == audited["user_available"] == 50_001
    assert proof.pending_fen == audited.get("user_pending", 0) == 0
    assert proof.in_transit_fen == audited["payouts_in_transit"] == 20_000
    assert proof.total_fen == 82_806
    assert proof.held_by_gateway == {"alipay": 82_806}
    assert proof.surplus_fen == 0
    assert (proof.escrow_lines, proof.balance_lines) == (2, 3)


def test_every_line_of_the_books_proves_itself(books):
    first, _second = books
    proof = publish()
    lines = EscrowProofLine.objects.select_related("proof").order_by("pk")
    assert {each.account for each in lines} >= {
        "order/ORDERONE",
        f"user/{first.profile.handle}/available",
        f"user/{first.profile.handle}/withdrawal/ORDEROLD",
    }
    assert lines.get(kind="in_transit").owner == first
    for each in lines:
        start = escrow_tree.leaf(salt=bytes(each.salt), account=each.account, amount_fen=each.amount_fen)
        assert escrow_tree.climb(start, escrow_proof.path_of(each)) == (bytes.fromhex(proof.root), proof.total_fen)


def test_a_withdrawal_that_arrived_is_owed_no_more(books):
    postings_custody.finish_settlement(
        gateway="alipay", order_number="ORDEROLD", settlement_reference="ST1", amount_fen=20_000
    )
    proof = publish()
    assert proof.in_transit_fen == 0
    assert proof.held_fen == proof.total_fen == 62_806


def test_empty_books_have_a_proof_too(db):
    proof = publish()
    assert (proof.total_fen, proof.lines) == (0, 0)
    assert proof.root == escrow_tree.parent(escrow_tree.EMPTY, escrow_tree.EMPTY).hash.hex()


def test_money_on_its_way_to_nobody_stops_the_proof(books):
    transit = postings_custody.transit_account()
    legs = [Leg(clearing_account("alipay"), -7), Leg(transit, 7)]
    post(kind="adjustment", key="odd", reference="ODD", legs=legs)
    with pytest.raises(BooksDisagree, match="20000 fen, the account 20007"), transaction.atomic():
        publish()
    assert not EscrowProof.objects.exists()
    assert not EscrowProofLine.objects.exists()


def test_a_salt_is_never_used_twice_and_the_order_follows_the_salts(books):
    publish()
    publish(1)
    salts = [bytes(salt) for salt in EscrowProofLine.objects.values_list("salt", flat=True)]
    assert len(set(salts)) == len(salts) == 10
    assert {len(salt) for salt in salts} == {32}
    for branch in ("escrow", "balances"):
        own = EscrowProofLine.objects.filter(proof__day=MONDAY, branch=branch).order_by("position")
        shuffled = [bytes(each.salt) for each in own]
        assert shuffled == sorted(shuffled)
        assert [each.position for each in own] == list(range(len(own)))


def test_the_nightly_job_is_safe_to_repeat(books, time_machine):
    time_machine.move_to("2026-11-23T16:40:00Z")  # half past midnight of the 24th, in China
    assert tasks.publish_escrow_proof() is True
    assert tasks.publish_escrow_proof() is False
    assert EscrowProof.objects.get().day == MONDAY
    assert EscrowProofLine.objects.count() == 5


def test_a_day_follows_from_the_day_before(books):
    first = publish()
    capture("ORDERTHREE", 1)
    second = publish(1)
    assert first.previous_chain == escrow_proof.FIRST_CHAIN
    assert second.previous_chain == first.chain
    assert audit_books().violations == []
    execute("ALTER TABLE ledger_escrowproof DISABLE TRIGGER USER")
    execute(f"UPDATE ledger_escrowproof SET held_fen = held_fen + 1 WHERE day = '{MONDAY}'")
    execute("ALTER TABLE ledger_escrowproof ENABLE TRIGGER USER")
    assert f"proof of escrow of {MONDAY}: does not follow from the day before it" in audit_books().violations


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_escrowproof SET total_fen = 0",
        "DELETE FROM ledger_escrowproof",
        "TRUNCATE ledger_escrowproof CASCADE",
        "UPDATE ledger_escrowproofline SET amount_fen = 1",
        "UPDATE ledger_escrowproofnodes SET nodes = ''",
    ],
)
def test_what_was_published_is_never_changed(books, sql):
    publish()
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        execute(sql)


def test_lines_and_salts_are_forgotten_in_time_and_roots_are_not(books, time_machine):
    set_config(key="ledger.escrow_proof_days", value=7, reason="test")
    proof = publish()
    time_machine.move_to("2026-11-30T10:00:00Z")
    assert tasks.forget_old_proof_lines() == 0
    time_machine.move_to("2026-12-01T10:00:00Z")
    assert tasks.forget_old_proof_lines() == 5
    assert not EscrowProofNodes.objects.exists()
    assert EscrowProof.objects.get().root == proof.root


def test_many_lines_are_a_matter_of_seconds(db):
    execute(
        "INSERT INTO ledger_account (code, kind, balance_fen, created_at)"
        " SELECT 'escrow:N' || number, 'escrow', number, now() FROM generate_series(1, 3000) AS number"
    )
    with connection.execute_wrapper(count := Counter()):
        proof = publish()
    assert proof.escrow_fen == sum(range(1, 3001))
    assert count.queries < 20
    some = EscrowProofLine.objects.select_related("proof").get(account="order/N2999")
    start = escrow_tree.leaf(salt=bytes(some.salt), account=some.account, amount_fen=2999)
    assert escrow_tree.climb(start, escrow_proof.path_of(some)).hash.hex() == proof.root


class Counter:
    """Counts statements."""

    queries = 0

    def __call__(self, execute, sql, params, many, context):
        self.queries += 1
        return execute(sql, params, many, context)


# The script that the page offers


def run_script(tmp_path, *documents):
    files = []
    for number, document in enumerate(documents):
        files.append(tmp_path / f"{number}.json")
        files[-1].write_text(json.dumps(document), encoding="utf-8")
    # -O: what it checks must not vanish with Python's assertions.
    return subprocess.run([sys.executable, "-I", "-O", SCRIPT, *files], capture_output=True, text=True, check=False)


@pytest.fixture
def downloaded(books):
    publish()
    return escrow_proof.proof_json(EscrowProofLine.objects.select_related("proof").get(account="order/ORDERONE"))


def test_the_script_is_forty_lines_of_the_standard_library():
    lines = Path(SCRIPT).read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 40
    assert [each for each in lines if "import" in each] == ["import hashlib, json, sys"]


def test_the_script_accepts_a_downloaded_proof(downloaded, tmp_path):
    for documents in ([downloaded], [downloaded, downloaded["published"]]):
        done = run_script(tmp_path, *documents)
        assert done.returncode == 0, done.stderr
        assert "¥128.00" in done.stdout


def tampered(document, place, change):
    copy = json.loads(json.dumps(document))
    inside = copy
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = change(inside[place[-1]])
    return copy


@pytest.mark.parametrize(
    ("place", "change"),
    [
        (["line", "amount_fen"], lambda value: value + 1),
        (["line", "amount_fen"], lambda value: -value),
        (["line", "salt"], lambda value: "00" + value[2:] if value[:2] != "00" else "11" + value[2:]),
        (["line", "account"], lambda value: value + "X"),
        (["path", 0, "hash"], lambda value: value[::-1]),
        (["path", 0, "sum_fen"], lambda value: value - 1),
        (["path", 0, "sum_fen"], lambda value: -value),
        (["path", -1, "side"], lambda value: "left"),
        (["path"], lambda value: value[:-1]),
        (["published", "root"], lambda value: value[::-1]),
        (["published", "total_fen"], lambda value: value - 1),
        (["published", "held_fen"], lambda value: value + 1),
        (["published", "previous_chain"], lambda value: "f" * 64),
        (["published"], lambda value: {}),
    ],
)
def test_the_script_refuses_whatever_was_changed(downloaded, tmp_path, place, change):
    done = run_script(tmp_path, tampered(downloaded, place, change))
    assert done.returncode == 1
    assert "FAILED" in done.stderr


def test_the_script_refuses_a_day_that_was_published_otherwise(downloaded, tmp_path):
    other = tampered(downloaded["published"], ["root"], lambda value: value[::-1])
    assert run_script(tmp_path, downloaded, other).returncode == 1
