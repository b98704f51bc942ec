"""Situations to race in, each reached by operations one after the other, with the facts that are then so."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.gigs.models import GigPackage
from marketplace.orders import services as orders
from marketplace.orders.models import Order, ProposalKind
from marketplace.payments.gateways.base import RefundState
from marketplace.payments.models import PayoutDestinationKind
from marketplace.payments.services import settle_undecided
from tests.concurrency.facts import Fact as F
from tests.concurrency.operations import OPERATIONS
from tests.concurrency.world import PRICES_FEN, STAGES_FEN, Roll, World

Step = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Stage:
    """Operations that lead from a new order to a situation, and what is so then (AT_CASHIER goes without saying).

    `beside` is a situation that another order of the same seller is in already: the wallet is where the two meet.
    """

    steps: tuple[Step, ...]
    facts: frozenset[F]
    price_fen: int = PRICES_FEN[0]
    asks: bool = False
    is_custody: bool | None = None  # None: either way
    beside: str = ""
    coupon: str = ""
    is_agreed: bool = False  # the first of an agreement in stages


def _do(name: str, **decided: Any) -> Step:
    return (name, decided)


def _stage(*steps: Step, facts: set[F], **more: Any) -> Stage:
    return Stage(steps, frozenset(facts), **more)


def _paid(gateway: str = "alipay") -> tuple[Step, ...]:
    return (_do("open attempt", gateway=gateway), _do("pay", told=True))


def _delivered(gateway: str = "alipay") -> tuple[Step, ...]:
    return (*_paid(gateway), _do("deliver"))


def _completed(gateway: str = "alipay") -> tuple[Step, ...]:
    return (*_delivered(gateway), _do("accept"))


def _cleared(gateway: str = "alipay") -> tuple[Step, ...]:
    return (*_completed(gateway), _do("clear"))


_ALL = 10**9  # cut to what is there
_ALIPAY, _WECHAT = PayoutDestinationKind.ALIPAY, PayoutDestinationKind.WECHAT
_OPEN, _OPEN_TOO = _do("open attempt", gateway="alipay"), _do("open attempt", gateway="wechatpay")
_CLOSED = (_OPEN, _do("cancel as buyer"), _do("poll", ask=settle_undecided))
_REFUND_UNDER_WAY = (*_paid("wechatpay"), _do("cancel as seller"), _do("run refunds"))
_WITHDRAWN = (*_cleared(), _do("withdraw", to=_ALIPAY, amount=_ALL))
_PARTLY = _do("give back", amount=5_000)
_WAITS_FOR_MONEY = {F.PENDING_PAYMENT, F.UNDECIDED}
_RUNNING, _OVER = {F.FUNDED, F.TOLD}, {F.RELEASED, F.TOLD}

PAYING = {
    "unpaid": _stage(_OPEN, facts=_WAITS_FOR_MONEY | {F.OPEN_AT_CASHIER}),
    "two attempts": _stage(_OPEN, _OPEN_TOO, facts=_WAITS_FOR_MONEY | {F.OPEN_AT_CASHIER}),
    "paid in silence": _stage(_OPEN, _do("pay", told=False), facts=_WAITS_FOR_MONEY | {F.UNTOLD}),
    "paid twice in silence": _stage(_OPEN, _OPEN_TOO, _do("pay", told=False), facts=_WAITS_FOR_MONEY | {F.UNTOLD}),
    "closed unpaid": _stage(*_CLOSED, facts={F.CLOSED_AT_CASHIER}),
    "paid after the close": _stage(*_CLOSED, _do("pay late", told=False), facts={F.UNTOLD}),
}
WORKING = {
    "waits for answers": _stage(*_paid(), facts=_RUNNING | {F.AWAITING_REQUIREMENTS}, asks=True),
    "in progress": _stage(*_paid(), facts=_RUNNING | {F.IN_PROGRESS}),
    "in progress, partly given back": _stage(*_paid(), _PARTLY, facts=_RUNNING | {F.IN_PROGRESS, F.REFUND_OWED}),
    "delivered": _stage(*_delivered(), facts=_RUNNING | {F.DELIVERED}),
    "delivered, partly given back": _stage(
        *_paid("wechatpay"), _PARTLY, _do("deliver"), facts=_RUNNING | {F.DELIVERED, F.REFUND_OWED}
    ),
    "revision": _stage(*_delivered(), _do("ask for revision"), facts=_RUNNING | {F.REVISION_REQUESTED}),
    "disputed": _stage(*_delivered(), _do("open dispute"), facts={F.DISPUTED, F.TOLD}),
    "disputed, decided": _stage(
        *_delivered(),
        _do("open dispute", side="buyer"),
        _do("answer dispute", side="seller"),
        _do("decide dispute"),
        facts={F.DISPUTED, F.TOLD},
    ),
    "to be cancelled": _stage(*_paid(), _do("propose to cancel", side="seller"), facts=_RUNNING | {F.IN_PROGRESS}),
    "refund due": _stage(*_paid(), _do("cancel as seller"), facts={F.REFUND_OWED, F.TOLD}),
    "refund under way": _stage(*_REFUND_UNDER_WAY, facts={F.REFUND_OWED, F.REFUND_UNDER_WAY, F.TOLD}),
    "refund stuck": _stage(
        *_REFUND_UNDER_WAY,
        _do("refund gets through", outcome=RefundState.ABNORMAL),
        facts={F.REFUND_STUCK, F.TOLD},
    ),
}
EARNING = {
    "completed": _stage(*_completed(), facts=_OVER | {F.CLEARING}),
    "completed, partly given back": _stage(
        *_completed("wechatpay"), _PARTLY, facts=_OVER | {F.CLEARING, F.REFUND_OWED}
    ),
    "cleared": _stage(*_cleared(), facts=_OVER | {F.MONEY_AVAILABLE}, price_fen=PRICES_FEN[1]),
    "completed beside cleared": _stage(*_completed(), facts=_OVER | {F.CLEARING, F.MONEY_AVAILABLE}, beside="cleared"),
}
WITHDRAWING = {
    "withdrawal to approve": _stage(
        *_cleared(),
        _do("withdraw", to=_ALIPAY, amount=600_000),
        facts=_OVER | {F.MONEY_AVAILABLE, F.PAYOUT_AWAITING},
        price_fen=PRICES_FEN[1],
        is_custody=False,
    ),
    "withdrawal to send": _stage(*_WITHDRAWN, facts=_OVER | {F.PAYOUT_APPROVED}, is_custody=False),
    "withdrawal sent": _stage(*_WITHDRAWN, _do("send withdrawals"), facts=_OVER | {F.PAYOUT_SENT}, is_custody=False),
    "withdrawal waits for its payee": _stage(
        *_cleared("wechatpay"),
        _do("withdraw", to=_WECHAT, amount=_ALL),
        _do("send withdrawals"),
        facts=_OVER | {F.PAYOUT_SENT},
        is_custody=False,
    ),
    "withdrawal arrived": _stage(
        *_WITHDRAWN,
        _do("send withdrawals"),
        _do("transfer arrives"),
        facts=_OVER | {F.PAYOUT_PAID},
        is_custody=False,
    ),
    "in debt": _stage(
        *_WITHDRAWN,
        _do("give back", amount=_ALL),
        facts=_OVER | {F.PAYOUT_APPROVED, F.REFUND_OWED},
        is_custody=False,
    ),
    "completed in debt": _stage(
        *_completed(), facts=_OVER | {F.CLEARING, F.PAYOUT_APPROVED}, beside="in debt", is_custody=False
    ),
    "delivered beside a withdrawal": _stage(
        *_delivered(),
        facts=_RUNNING | {F.DELIVERED, F.MONEY_AVAILABLE, F.PAYOUT_AWAITING},
        beside="withdrawal to approve",
        is_custody=False,
    ),
}
CUSTODY = {
    "held": _stage(*_cleared(), facts=_OVER | {F.HELD}, is_custody=True),
    "settling": _stage(*_cleared("wechatpay"), _do("settle"), facts=_OVER | {F.HELD, F.SETTLING}, is_custody=True),
    "settled": _stage(*_cleared(), _do("settle"), facts=_OVER | {F.HELD}, is_custody=True),
    "settled, partly given back": _stage(
        *_cleared(), _do("settle"), _PARTLY, facts=_OVER | {F.HELD, F.REFUND_OWED}, is_custody=True
    ),
    "held beside one given back": _stage(
        *_cleared(), facts=_OVER | {F.HELD}, beside="settled, partly given back", is_custody=True
    ),
}
AGREED = {
    "unpaid with a coupon": _stage(_OPEN, facts=_WAITS_FOR_MONEY | {F.OPEN_AT_CASHIER}, coupon="TWICE"),
    "delivered with a coupon, partly given back": _stage(
        *_paid(), _PARTLY, _do("deliver"), facts=_RUNNING | {F.DELIVERED, F.REFUND_OWED}, coupon="PLENTY"
    ),
    "completed with a coupon": _stage(*_completed(), facts=_OVER | {F.CLEARING}, coupon="PLENTY"),
    "more time asked for": _stage(
        *_paid(), _do("propose change", kind=ProposalKind.EXTEND, side="seller"), facts=_RUNNING | {F.IN_PROGRESS}
    ),
    "changes proposed": _stage(
        *_delivered(),
        _do("propose change", kind=ProposalKind.SUPPLEMENT, side="seller", amount=5_000),
        _do("propose change", kind=ProposalKind.DISCOUNT, side="seller", amount=1_000),
        facts=_RUNNING | {F.DELIVERED},
    ),
    "stage at work": _stage(*_paid(), facts=_RUNNING | {F.IN_PROGRESS, F.STAGE}, is_agreed=True),
    "stage accepted": _stage(*_completed(), facts=_OVER | {F.CLEARING, F.STAGE}, is_agreed=True),
}
STAGES: dict[str, Stage] = PAYING | WORKING | EARNING | WITHDRAWING | CUSTODY | AGREED


def stages_of(*, is_custody: bool) -> list[str]:
    """The situations that there are in this mode of settlement."""
    return [name for name, stage in STAGES.items() if stage.is_custody in (None, is_custody)]


def facts_in(situation: str, *, is_custody: bool) -> frozenset[F]:
    """What is so in a situation. In custody what is over is held, and nobody withdraws."""
    facts = STAGES[situation].facts | {F.AT_CASHIER}
    if not is_custody:
        return facts
    return (facts | {F.HELD} if F.RELEASED in facts else facts) - {F.MONEY_AVAILABLE}


def build(world: World, situation: str, *, turn: int = 0) -> Order:
    """A new order in this situation; `turn` lets buyers and sellers take turns.

    What stands in the way of it in a world with other orders (a seller's debt takes what was to be withdrawn) is refused
    as ever, and leads to another situation.
    """
    stage = STAGES[situation]
    if stage.beside:
        build(world, stage.beside, turn=turn)
    fitting = [
        package
        for package in world.cast.packages
        if package.price_fen == stage.price_fen and package.gig.requirements.exists() == stage.asks
    ]
    buyer, package = world.cast.buyers[turn % len(world.cast.buyers)], fitting[turn % len(fitting)]
    if stage.is_agreed:
        order = world.add(_first_of_an_agreement(buyer, package))
    else:
        order = world.add(orders.place_order(buyer=buyer, package=package, coupon_code=stage.coupon))
    for name, decided in stage.steps:
        # Finance gives back: what the wallet does not hold any more becomes a debt then.
        chosen = {"lost": "", "very late": False, "who": world.cast.finance[0], "again": False} | decided
        with suppress(*OPERATIONS[name].refuses):
            OPERATIONS[name].run(world, Order.objects.get(pk=order.pk), Roll(turn, **chosen))
    return Order.objects.get(pk=order.pk)


def _first_of_an_agreement(buyer: User, package: GigPackage) -> Order:
    """The order of the first of three stages that buyer and seller agreed on."""
    agreed = [orders.Stage(f"第{number}阶段", fen, 5, 1) for number, fen in enumerate(STAGES_FEN, start=1)]
    with transaction.atomic():
        plan = orders.make_plan(
            buyer=buyer, seller=package.gig.seller, gig=package.gig, title="标志", stages=agreed, terms={}
        )
    return orders.fund_stage(plan_id=plan.pk, buyer=buyer)
