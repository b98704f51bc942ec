"""One race: operations chosen beforehand are released together; then everything must be as it has to be."""

import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.utils import timezone

from marketplace.core import clock
from marketplace.ledger.tasks import clear_due_earnings
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Refund, RefundStatus
from marketplace.orders.tasks import run_due_deadlines
from marketplace.payments import tasks
from marketplace.payments.gateways.base import RefundState, SettleState, TransferState
from tests.concurrency import invariants
from tests.concurrency.facts import facts_of
from tests.concurrency.operations import OPERATIONS, Operation, WronglyAnswered, is_promised, post
from tests.concurrency.rig import Rig, errors_logged
from tests.concurrency.world import Roll, World


class RaceLost(BaseException):
    """Something is not as it has to be; says what, and everything that was done.

    Not an Exception: Hypothesis would run the example again, to shrink it or to call it flaky, and no race repeats itself.
    """


def budget(variable: str, default: int) -> int:
    """How much to do, from the environment (docs/testing.md)."""
    return int(os.environ.get(variable, default))


@dataclass(frozen=True)
class Act:
    """One operation on one order, with its choices."""

    operation: Operation
    order_id: int
    roll: Roll

    def __str__(self) -> str:
        choices = ", ".join(f"{name}={_short(value)}" for name, value in self.roll.taken.items())
        return f"{self.operation.name}({self.order_id}{', ' if choices else ''}{choices})"


@dataclass
class Races:
    """A world, the threads that race in it, and the history of what they did."""

    world: World
    rig: Rig
    history: list[str] = field(default_factory=list)

    def reset(self, *, is_custody: bool) -> None:
        """A world without orders, in one of the two modes of settlement."""
        settings.SETTLEMENT_MODE = "custody" if is_custody else "transfer"
        self.world.reset(is_custody=is_custody)
        invariants.forget_moves()
        self.history.clear()

    def run(self, acts: Sequence[Act], *, title: str = "") -> None:
        """Release the acts together and judge. Raises RaceLost."""
        results = self.rig.release([partial(_perform, self.world, act) for act in acts])
        self.history.append(f"— {title}" if title else "—")
        self.history += [f"    {act} → {_short(result)}" for act, result in zip(acts, results, strict=True)]
        found = [
            f"{act} raised {type(result).__name__}: {result}"
            for act, result in zip(acts, results, strict=True)
            if isinstance(result, Exception) and not is_promised(act.operation, result)
        ]
        self.judge(found + invariants.findings(self.world))

    def judge(self, found: Sequence[str]) -> None:
        """Raise RaceLost with the history when something was found."""
        if found:
            raise RaceLost("\n".join([*found, "", "What was done:", *self.history]))

    def settle_down(self) -> None:
        """Let everybody do what is left to do: then nothing may be left, and both sides' books must agree."""
        self.history.append("— everything is told, decided and worked off")
        refused: list[str] = []
        with errors_logged("marketplace.core.jobs") as errors:
            for day in range(1, 15):  # some weeks: after a month a transfer that nobody knows waits for a person
                refused += _let_the_others_act(self.world)
                with clock.moved_to(timezone.now() + timedelta(days=2 * day)):
                    _work_off(self.world)
                if not (unfinished := invariants.unfinished(self.world)):
                    break
                if refused:  # a true notification that is not taken is found once; telling it again says the same
                    break
        self.judge(refused + errors.lines + invariants.findings(self.world) + unfinished)


def choose(world: World, focus_id: int, seeds: Sequence[int], *, mostly: Sequence[str] = ()) -> list[Act]:
    """One act for each seed: mostly what the focused order gives something to do to, now and then anything anywhere.

    With `mostly` the focused order is given these alone, if it has anything to do for them.
    """
    facts = facts_of(world, focus_id)
    fitting = [operation for operation in OPERATIONS.values() if operation.needs & facts]
    fitting = [operation for operation in fitting if operation.name in mostly] or fitting
    weights = [operation.weight for operation in fitting]
    acts = []
    for seed in seeds:
        dice = random.Random(seed)  # whatever was drawn, spread evenly
        near = dice.random() < 0.8 and fitting
        operation = dice.choices(fitting, weights)[0] if near else dice.choice(list(OPERATIONS.values()))
        if near and acts and acts[-1].order_id == focus_id and dice.random() < 0.3:
            operation = acts[-1].operation  # a double click, a job that runs twice
        order_id = focus_id if near else dice.choice(world.order_ids)
        acts.append(Act(operation, order_id, Roll(dice.getrandbits(32))))
    return acts


def _perform(world: World, act: Act) -> Any:
    order = Order.objects.select_related("buyer", "seller__profile").get(pk=act.order_id)
    return act.operation.run(world, order, act.roll)


def _let_the_others_act(world: World) -> list[str]:
    """Institutions, payees and finance do their part; every notification is delivered. Returns which were answered wrongly."""
    for institution in world.institutions.values():
        institution.own_fen = 10**12
        for trade in institution.trades.values():
            for refund in trade.refunds.values():
                if refund.state != RefundState.DONE:
                    institution.unblock_refund(refund.reference)
                    institution.decide_refund(refund.reference, RefundState.DONE)
            if trade.split is not None and trade.split.state == SettleState.PROCESSING:
                institution.decide_split(trade.number)
        for transfer in institution.transfers.values():
            if transfer.state in (TransferState.PROCESSING, TransferState.WAITING_FOR_PAYEE):
                institution.decide_transfer(transfer.reference, TransferState.DONE)
    for refund_id in Refund.objects.filter(status=RefundStatus.STUCK).values_list("pk", flat=True):
        orders.retry_refund(refund_id=refund_id, staff=world.cast.finance[0])
    refused = []
    for institution in world.institutions.values():
        for notice in institution.notices:
            if notice.acknowledged:
                continue
            try:
                post(world, notice)
            except WronglyAnswered as wrong:
                refused.append(str(wrong))
    return refused


def _work_off(world: World) -> None:
    jobs: tuple[Callable[[], object], ...] = (
        tasks.close_expired_orders,
        tasks.poll_undecided_payments,
        run_due_deadlines,
        tasks.pay_due_refunds,
        clear_due_earnings,
        tasks.settle_cleared_payments,
        tasks.send_due_payouts,
    )
    for job in jobs:
        job()


def _short(value: object) -> str:
    text = f"{type(value).__name__}({value})" if isinstance(value, Exception) else str(value)
    return text if len(text) <= 120 else text[:117] + "…"
