"""What a dispute is in detail: amounts to the fen, evidence that stays as it was, clocks that go on, who accepts what."""

from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, OperationalError, connection, transaction

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.ledger.audit import audit_books
from marketplace.ledger.models import Account
from marketplace.ledger.selectors import wallet_of
from marketplace.orders import services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import (
    DeadlineKind,
    Dispute,
    DisputeDecision,
    DisputeFile,
    DisputeStatement,
    EvidenceBundle,
    OrderProposal,
    Refund,
)
from marketplace.orders.services import disputes
from marketplace.orders.services.dispute_splits import MOST_SPLITS
from marketplace.orders.states import DisputeStatus, OrderStatus, ProposalStatus
from marketplace.orders.tasks import run_due_deadlines
from tests.factories import make_delivered_order, make_moderator, make_paid_order
from tests.orders.situations import footprint
from tests.orders.test_dispute_steps import make_dispute_in

pytestmark = pytest.mark.django_db
D = DisputeStatus


@pytest.fixture(autouse=True)
def _books_balance():
    yield
    assert audit_books().violations == []


def refused(code, act, **kwargs):
    with pytest.raises(OrderError) as refusal:
        act(**kwargs)
    assert refusal.value.code == code


@pytest.mark.parametrize(("proposer", "answerer"), [("buyer", "seller"), ("seller", "buyer")])
@pytest.mark.parametrize(
    ("refund_fen", "seller_fen"), [(0, 9_000), (1, 8_999), (4_005, 5_395), (9_999, 1), (10_000, 0)]
)
def test_an_accepted_division_moves_the_money_to_the_fen(proposer, answerer, refund_fen, seller_fen):
    order = make_dispute_in(D.ANSWER)
    proposal = services.propose_split(
        order_id=order.pk, user=getattr(order, proposer), refund_fen=refund_fen, message="各让一步"
    )
    services.accept_split(order_id=order.pk, proposal_id=proposal.pk, user=getattr(order, answerer))
    dispute = Dispute.objects.select_related("order").get(order=order)
    assert (dispute.order.status, dispute.status) == (OrderStatus.RESOLVED, D.CLOSED)
    assert (dispute.refund_fen, dispute.decided_by, dispute.explanation) == (refund_fen, None, "各让一步")
    assert sum(Refund.objects.values_list("amount_fen", flat=True)) == refund_fen
    wallet = wallet_of(order.seller)
    assert (wallet.pending_fen if wallet else 0) == seller_fen
    assert Account.objects.get(code=f"escrow:{order.number}").balance_fen == refund_fen
    assert order.events.get(type="dispute_resolved").data["agreed"] is True
    assert not order.deadlines.exists()


def test_a_counter_proposal_declines_the_one_before_and_ones_own_takes_its_place():
    order = make_dispute_in(D.MEDIATION)
    first = services.propose_split(order_id=order.pk, user=order.buyer, refund_fen=9_000)
    second = services.propose_split(order_id=order.pk, user=order.buyer, refund_fen=8_000)
    third = services.propose_split(order_id=order.pk, user=order.seller, refund_fen=2_000)
    statuses = dict(OrderProposal.objects.values_list("pk", "status"))
    assert statuses == {
        first.pk: ProposalStatus.WITHDRAWN,
        second.pk: ProposalStatus.DECLINED,
        third.pk: ProposalStatus.OPEN,
    }
    before = footprint(order)
    for proposal, user in ((first, order.seller), (second, order.seller)):
        refused(
            OrderErrorCode.PROPOSAL_OVER, services.accept_split, order_id=order.pk, proposal_id=proposal.pk, user=user
        )
    with pytest.raises(PermissionDenied):
        services.accept_split(order_id=order.pk, proposal_id=third.pk, user=order.seller)
    assert footprint(order) == before


@pytest.mark.parametrize("refund_fen", [-1, 10_001])
def test_nobody_proposes_or_wants_more_than_there_is(refund_fen):
    order = make_dispute_in(D.ANSWER)
    before = footprint(order)
    refused(
        OrderErrorCode.REFUND_TOO_LARGE,
        services.propose_split,
        order_id=order.pk,
        user=order.buyer,
        refund_fen=refund_fen,
    )
    answer = {"order_id": order.pk, "user": order.seller, "text": "x", "wanted_fen": refund_fen}
    refused(OrderErrorCode.REFUND_TOO_LARGE, services.answer_dispute, **answer)
    assert footprint(order) == before
    running = make_delivered_order()
    before = footprint(running)
    opening = {"order_id": running.pk, "user": running.buyer, "reason": "x", "wanted_fen": refund_fen}
    refused(OrderErrorCode.REFUND_TOO_LARGE, services.open_dispute, **opening)
    assert footprint(running) == before


def test_a_proposal_from_before_the_decision_is_not_accepted_after_it():
    order = make_dispute_in(D.MEDIATION)
    proposal = services.propose_split(order_id=order.pk, user=order.seller, refund_fen=9_000)
    services.decide_dispute(order_id=order.pk, mediator=make_moderator(), refund_fen=1_000, explanation="理由。")
    before = footprint(order)
    accept = {"order_id": order.pk, "proposal_id": proposal.pk, "user": order.buyer}
    refused(OrderErrorCode.PROPOSAL_OVER, services.accept_split, **accept)
    assert footprint(order) == before


def test_a_decision_that_both_accept_takes_effect_at_once_and_who_accepted_does_not_appeal():
    order = make_dispute_in(D.DECIDED)
    services.accept_decision(order_id=order.pk, user=order.buyer)
    services.accept_decision(order_id=order.pk, user=order.buyer)
    assert order.events.filter(type="decision_accepted").count() == 1
    before = footprint(order)
    refused(
        OrderErrorCode.ACCEPTED_ALREADY, services.appeal_decision, order_id=order.pk, user=order.buyer, text="还是不服"
    )
    assert footprint(order) == before
    assert Refund.objects.count() == 0
    services.accept_decision(order_id=order.pk, user=order.seller)
    order.refresh_from_db()
    assert (order.status, Refund.objects.get().amount_fen) == (OrderStatus.RESOLVED, 4_000)


def test_a_decision_takes_effect_after_the_days_of_appeal_and_not_before():
    order = make_dispute_in(D.DECIDED)
    until = order.dispute.takes_effect_at
    assert timedelta(days=3) - timedelta(minutes=1) < until - clock.now() <= timedelta(days=3)
    with clock.moved_to(until - timedelta(minutes=1)):
        assert services.run_deadline(order_id=order.pk, kind=DeadlineKind.DISPUTE_APPEAL) is False
    with clock.moved_to(until):
        assert services.run_deadline(order_id=order.pk, kind=DeadlineKind.DISPUTE_APPEAL) is True
    order.refresh_from_db()
    assert order.status == OrderStatus.RESOLVED
    assert order.dispute.decided_by is not None


def test_there_is_one_appeal_and_its_decision_is_final():
    order = make_dispute_in(D.APPEALED)
    with clock.moved_to(clock.now() + timedelta(days=30)):
        assert services.run_deadline(order_id=order.pk, kind=DeadlineKind.DISPUTE_APPEAL) is False
    services.decide_dispute(order_id=order.pk, mediator=make_moderator(), refund_fen=10_000, explanation="复核改判。")
    order.refresh_from_db()
    assert (order.status, Refund.objects.get().amount_fen) == (OrderStatus.RESOLVED, 10_000)
    before = footprint(order)
    for user in (order.buyer, order.seller):
        refused(OrderErrorCode.WRONG_STATE, services.appeal_decision, order_id=order.pk, user=user, text="再来")
    assert footprint(order) == before


def test_the_database_itself_lets_nobody_decide_twice_or_change_what_was_said_or_decided():
    order = make_dispute_in(D.APPEALED)
    decision = DisputeDecision.objects.get()
    services.add_evidence(order_id=order.pk, user=order.buyer, files=[SimpleUploadedFile("a.txt", b"a")])
    for rows in (DisputeDecision.objects.all(), DisputeStatement.objects.all(), DisputeFile.objects.all()):
        field = {DisputeDecision: "explanation", DisputeStatement: "text", DisputeFile: "sha256"}[rows.model]
        with pytest.raises(IntegrityError, match="is evidence"), transaction.atomic():
            rows.update(**{field: "x"})
        with pytest.raises(IntegrityError, match="is evidence"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {rows.model._meta.db_table}")
    same = {
        "dispute": order.dispute, "number": 2, "mediator": decision.mediator, "first_mediator": decision.mediator,
        "outcome": "split", "kept_fen": 10_000, "refund_fen": 1, "explanation": "自己复核自己。", "decided_at": clock.now(),
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="other_mediator"), transaction.atomic():
        DisputeDecision.objects.create(**same)
    with pytest.raises(IntegrityError, match="has_reasons"), transaction.atomic():
        DisputeDecision.objects.create(**same | {"mediator": make_moderator(), "explanation": ""})


@contextmanager
def _answer_lost():
    """A transaction that is committed; only its answer never arrives."""
    with transaction.atomic():
        yield
    raise OperationalError("server closed the connection unexpectedly")


def test_a_commit_whose_answer_was_lost_keeps_the_files_that_its_rows_name(monkeypatch):
    order = make_delivered_order()
    monkeypatch.setattr(disputes, "transaction", SimpleNamespace(atomic=_answer_lost))
    with pytest.raises(OperationalError):
        services.open_dispute(
            order_id=order.pk, user=order.buyer, reason="和说好的不一样", files=[SimpleUploadedFile("a.txt", b"a")]
        )
    kept = DisputeFile.objects.get(statement__dispute__order=order)
    assert kept.file.open().read() == b"a"


def test_a_decision_without_reasons_is_none():
    order = make_dispute_in(D.DECISION)
    before = footprint(order)
    with pytest.raises(ValueError, match="reasons"):
        services.decide_dispute(order_id=order.pk, mediator=make_moderator(), refund_fen=0, explanation="  ")
    assert footprint(order) == before


def test_taking_back_lets_working_time_go_on_and_opens_again_with_all_that_was_said():
    order = make_paid_order()
    due_at = order.due_at
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="联系不上", reason_code="no_reply")
    with clock.moved_to(clock.now() + timedelta(days=2)):
        services.withdraw_dispute(order_id=order.pk, user=order.buyer)
    order.refresh_from_db()
    assert order.status == OrderStatus.IN_PROGRESS
    assert abs(order.due_at - due_at - timedelta(days=2)) < timedelta(minutes=1)
    running = dict(order.deadlines.values_list("kind", "due_at"))
    assert running[DeadlineKind.LATE] == order.due_at
    assert not any(kind.startswith("dispute") for kind in running)
    services.open_dispute(order_id=order.pk, user=order.seller, reason="需求一直在变", reason_code="beyond_package")
    dispute = Dispute.objects.get(order=order)
    assert (dispute.opened_by, dispute.reason, dispute.wanted_fen) == (order.seller, "需求一直在变", 0)
    assert list(dispute.statements.values_list("text", flat=True)) == ["联系不上", "需求一直在变"]


def test_taking_back_leaves_no_division_that_could_still_be_accepted():
    order = make_paid_order()
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="联系不上")
    services.answer_dispute(order_id=order.pk, user=order.seller, text="在做了。")
    division = services.propose_split(order_id=order.pk, user=order.seller, refund_fen=1_000)
    services.withdraw_dispute(order_id=order.pk, user=order.buyer)
    division.refresh_from_db()
    assert division.status == ProposalStatus.OVERTAKEN
    # Nor in a dispute that is opened later.
    services.open_dispute(order_id=order.pk, user=order.seller, reason="需求一直在变")
    refused(
        OrderErrorCode.PROPOSAL_OVER,
        services.accept_split,
        order_id=order.pk,
        proposal_id=division.pk,
        user=order.buyer,
    )


def test_taking_back_after_a_delivery_leaves_the_acceptance_the_time_it_had():
    order = make_delivered_order()
    order.refresh_from_db()
    with clock.moved_to(order.auto_accept_at - timedelta(hours=1)):
        services.open_dispute(order_id=order.pk, user=order.buyer, reason="说不拢")
    with clock.moved_to(clock.now() + timedelta(days=6)):
        now = clock.now()
        services.withdraw_dispute(order_id=order.pk, user=order.buyer)
    order.refresh_from_db()
    assert order.status == OrderStatus.DELIVERED
    assert abs(order.auto_accept_at - now - timedelta(hours=1)) < timedelta(minutes=1)
    assert order.deadlines.get(kind=DeadlineKind.ACCEPT).due_at == order.auto_accept_at


def test_a_late_seller_buys_no_time_by_a_dispute_of_their_own():
    order = make_paid_order()
    due_at = order.due_at
    with clock.moved_to(due_at + timedelta(hours=23)):
        services.open_dispute(order_id=order.pk, user=order.seller, reason="买家不配合")
    with clock.moved_to(due_at + timedelta(days=2)):
        services.withdraw_dispute(order_id=order.pk, user=order.seller)
        order.refresh_from_db()
        assert order.due_at == due_at
        services.cancel_order(order_id=order.pk, user=order.buyer)  # very late, as if there had been none
    assert order.refunds.get().amount_fen == order.total_fen


def test_a_proposal_to_cancel_that_a_dispute_overtook_leaves_the_acceptance_no_time_of_its_own():
    order = make_delivered_order()
    order.refresh_from_db()
    until = order.auto_accept_at
    services.propose_cancellation(order_id=order.pk, user=order.seller, reason_code="", message="做不了")
    order.refresh_from_db()
    assert order.auto_accept_at > until + timedelta(hours=47)
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="说不拢")
    services.withdraw_dispute(order_id=order.pk, user=order.buyer)
    order.refresh_from_db()
    assert abs(order.auto_accept_at - until) < timedelta(minutes=1)


def test_the_time_to_appeal_that_was_written_counts_however_late_the_job_comes():
    order = make_dispute_in(D.DECIDED)
    with clock.moved_to(order.dispute.takes_effect_at):
        before = footprint(order)
        refused(
            OrderErrorCode.APPEAL_OVER,
            services.appeal_decision,
            order_id=order.pk,
            user=order.buyer,
            text="没有看第二份文件。",
        )
        assert footprint(order) == before


@pytest.mark.parametrize(("make", "side"), [(make_paid_order, "seller"), (make_delivered_order, "buyer")])
def test_a_side_takes_back_once_so_that_no_dispute_holds_the_others_money_without_end(make, side):
    order = make()
    opener = getattr(order, side)
    services.open_dispute(order_id=order.pk, user=opener, reason="第一次")
    services.withdraw_dispute(order_id=order.pk, user=opener)
    services.open_dispute(order_id=order.pk, user=opener, reason="第二次")
    before = footprint(order)
    refused(OrderErrorCode.TAKEN_BACK_BEFORE, services.withdraw_dispute, order_id=order.pk, user=opener)
    assert footprint(order) == before
    for days in (4, 12):
        with clock.moved_to(clock.now() + timedelta(days=days)):
            run_due_deadlines()
    with clock.moved_to(clock.now() + timedelta(days=12)):
        assert Dispute.objects.get(order=order).status == D.DECISION
        refused(OrderErrorCode.TAKEN_BACK_BEFORE, services.withdraw_dispute, order_id=order.pk, user=opener)


def test_the_other_side_may_still_take_back_its_own():
    order = make_paid_order()
    for user in (order.buyer, order.seller):
        services.open_dispute(order_id=order.pk, user=user, reason="说不拢")
        services.withdraw_dispute(order_id=order.pk, user=user)
    order.refresh_from_db()
    assert order.status == OrderStatus.IN_PROGRESS


def test_an_answer_that_comes_late_is_heard_and_moves_no_clock():
    order = make_dispute_in(D.ANSWER)
    with clock.moved_to(order.dispute.answer_due_at):
        services.run_deadline(order_id=order.pk, kind=DeadlineKind.DISPUTE_ANSWER)
    before = dict(order.deadlines.values_list("kind", "due_at"))
    services.answer_dispute(order_id=order.pk, user=order.seller, text="昨天在飞机上", wanted_fen=2_000)
    dispute = Dispute.objects.get(order=order)
    assert (dispute.status, dispute.answered_at is not None) == (D.MEDIATION, True)
    assert dispute.statements.get(kind="answer").wanted_fen == 2_000
    assert dict(order.deadlines.values_list("kind", "due_at")) == before
    refused(OrderErrorCode.WRONG_STATE, services.answer_dispute, order_id=order.pk, user=order.seller, text="再来")
    refused(OrderErrorCode.WRONG_STATE, services.answer_dispute, order_id=order.pk, user=order.buyer, text="我也")


def test_a_decision_is_never_due_before_anybody_may_decide():
    for key, value in (("disputes.decision_days", 3), ("disputes.answer_days", 3), ("disputes.mediation_days", 7)):
        set_config(key=key, value=value, reason="测试")
    order = make_dispute_in(D.ANSWER)
    assert abs(order.dispute.decision_due_at - order.dispute.opened_at - timedelta(days=11)) < timedelta(minutes=1)


def test_mediators_hear_of_an_overdue_case_however_late_the_job_comes():
    order, mediator = make_dispute_in(D.ANSWER), make_moderator()
    for days in (16, 24):
        told = mediator.notifications.count()
        with clock.moved_to(clock.now() + timedelta(days=days)):
            for _run in range(3):
                run_due_deadlines()
        assert mediator.notifications.count() > told
    assert order.deadlines.filter(kind=DeadlineKind.DISPUTE_DECISION).exists()


@pytest.mark.parametrize("barred", ["nobody else", "somebody else"])
def test_an_appeal_reaches_whoever_may_decide_it_and_where_there_is_nobody_the_first_one(barred):
    order = make_dispute_in(D.MEDIATION)
    first = make_moderator()
    second = make_moderator() if barred == "somebody else" else None
    services.decide_dispute(order_id=order.pk, mediator=first, refund_fen=1, explanation="理由。")
    told = {person: person.notifications.count() for person in (first, second) if person}
    services.appeal_decision(order_id=order.pk, user=order.buyer, text="不服")
    news = {person for person, number in told.items() if person.notifications.count() > number}
    assert news == {second or first}


def test_whoever_decided_first_says_nothing_to_the_appeal():
    order = make_dispute_in(D.APPEALED)
    before = footprint(order)
    first = DisputeDecision.objects.get().mediator
    refused(OrderErrorCode.SAME_MEDIATOR, services.advise, order_id=order.pk, mediator=first, text="我还是这么看")
    assert footprint(order) == before
    services.advise(order_id=order.pk, mediator=make_moderator(), text="建议各让一步")


@pytest.mark.parametrize(
    ("status", "moment", "sides"),
    [(D.MEDIATION, "mediation_ends_at", {"buyer", "seller"}), (D.DECIDED, "takes_effect_at", {"seller"})],
)
def test_who_can_still_do_something_is_reminded_before_the_end_of_each_step(status, moment, sides):
    order = make_dispute_in(status)
    if status == D.DECIDED:
        services.accept_decision(order_id=order.pk, user=order.buyer)
    told = {side: getattr(order, side).notifications.count() for side in ("buyer", "seller")}
    with clock.moved_to(getattr(order.dispute, moment) - timedelta(hours=24)):
        run_due_deadlines()
        run_due_deadlines()
    news = {side: getattr(order, side).notifications.count() - number for side, number in told.items()}
    assert news == {side: int(side in sides) for side in ("buyer", "seller")}


def test_divisions_are_proposed_so_often_and_not_more():
    order = make_dispute_in(D.MEDIATION)
    for fen in range(MOST_SPLITS):
        services.propose_split(order_id=order.pk, user=order.buyer, refund_fen=fen)
    before = footprint(order)
    refused(OrderErrorCode.SPLITS_TOO_OFTEN, services.propose_split, order_id=order.pk, user=order.buyer, refund_fen=1)
    assert footprint(order) == before
    services.propose_split(order_id=order.pk, user=order.seller, refund_fen=1)


def test_the_time_line_and_what_was_proposed_stay_as_they_were_written():
    order = make_dispute_in(D.MEDIATION)
    services.propose_split(order_id=order.pk, user=order.buyer, refund_fen=1)
    for change in (
        lambda: order.events.all().update(data={}),
        lambda: order.events.all().delete(),
        lambda: order.proposals.all().update(amount_fen=9),
    ):
        with pytest.raises(IntegrityError, match="is evidence"), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("model", "name"), [(Dispute, "orders_dispute_known"), (EvidenceBundle, "orders_bundle_known")]
)
def test_the_database_knows_the_statuses(model, name):
    order = make_dispute_in(D.MEDIATION)
    services.ask_for_bundle(dispute_id=order.dispute.pk, user=order.buyer)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        model.objects.update(status="lost")


def test_the_other_side_is_reminded_once_before_its_answer_is_due():
    order = make_dispute_in(D.ANSWER)
    due = order.dispute.answer_due_at
    told = order.seller.notifications.count()
    with clock.moved_to(due - timedelta(hours=24)):
        services.run_deadline(order_id=order.pk, kind=DeadlineKind.DISPUTE_REMINDER)
        services.run_deadline(order_id=order.pk, kind=DeadlineKind.DISPUTE_REMINDER)
    assert order.seller.notifications.count() == told + 1


def test_words_and_files_are_limited_and_a_refused_file_does_not_stay_behind(settings, tmp_path):
    order = make_dispute_in(D.MEDIATION)
    before = footprint(order)
    refused(OrderErrorCode.NOTHING_SAID, services.add_evidence, order_id=order.pk, user=order.buyer, text="  ")
    many = [SimpleUploadedFile(f"{number}.txt", b"x") for number in range(31)]
    refused(OrderErrorCode.TOO_MANY_FILES, services.add_evidence, order_id=order.pk, user=order.buyer, files=many)
    assert footprint(order) == before
    assert not DisputeFile.objects.exists()
    services.add_evidence(order_id=order.pk, user=order.buyer, files=many[:30])
    refused(OrderErrorCode.TOO_MANY_FILES, services.add_evidence, order_id=order.pk, user=order.buyer, files=many[:1])
    services.add_evidence(order_id=order.pk, user=order.seller, files=many[:1])


def test_a_reason_of_the_other_side_is_refused():
    order = make_delivered_order()
    before = footprint(order)
    with pytest.raises(ValueError, match="threat"):
        services.open_dispute(order_id=order.pk, user=order.buyer, reason="x", reason_code="threat")
    assert footprint(order) == before
