"""What the pages of withdrawals say: what an amount would come to, and where a withdrawal stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.templatetags.jiangji import deadline
from marketplace.payments import services
from marketplace.payments.models import Payout, PayoutDestination, PayoutStatus
from marketplace.payments.tax import Withholding

_UNDER_WAY = (PayoutStatus.APPROVED, PayoutStatus.SENT, PayoutStatus.AWAITING_PAYEE)
_BEFORE_IT_IS_SENT = (PayoutStatus.AWAITING_APPROVAL, PayoutStatus.APPROVED)


@dataclass(frozen=True)
class Outlook:
    """What a withdrawal asked for now would come to; amounts in fen."""

    gross_fen: int
    tax: Withholding
    refusal: str  # why this amount cannot go to this account now, or ""
    needs_approval: bool
    arrives_by: datetime

    @property
    def net_fen(self) -> int:
        """What arrives."""
        return self.gross_fen - self.tax.tax_fen


@dataclass(frozen=True)
class Step:
    """One step of a withdrawal, for components/steps.html."""

    title: str
    state: str
    note: datetime | None = None


def outlook(user: User, gross_fen: int, destination: PayoutDestination | None) -> Outlook | None:
    """The tax, what arrives and until when, or why nothing would; None without an amount."""
    if not gross_fen:
        return None
    return Outlook(
        gross_fen=gross_fen,
        tax=services.preview_tax(user=user, gross_fen=gross_fen),
        refusal=services.payout_refusal(user=user, destination=destination, gross_fen=gross_fen),
        needs_approval=services.needs_approval(user=user, gross_fen=gross_fen),
        arrives_by=_arrival(clock.now()),
    )


def expected_by(payout: Payout) -> datetime | None:
    """When a withdrawal under way should have arrived; None before two people agreed, and once it is decided."""
    if payout.status not in _UNDER_WAY:
        return None
    if payout.sent_at is not None:
        return _arrival(payout.sent_at)
    return None if payout.first_approver_id else _arrival(payout.created_at)


def steps(payout: Payout) -> list[Step]:
    """Asked for, agreed to by two people where that was needed, sent, arrived. Empty when the money came back."""
    if payout.status not in (*_UNDER_WAY, PayoutStatus.AWAITING_APPROVAL, PayoutStatus.PAID):
        return []
    is_paid = payout.status == PayoutStatus.PAID
    found = [Step(pgettext("step of a withdrawal", "Requested"), "done", payout.created_at)]
    if payout.status == PayoutStatus.AWAITING_APPROVAL or payout.second_approver_id:
        is_waiting = payout.status == PayoutStatus.AWAITING_APPROVAL
        found.append(Step(pgettext("step of a withdrawal", "Approved"), "current" if is_waiting else "done"))
    is_sent = payout.status not in _BEFORE_IT_IS_SENT
    state = "done" if is_sent else "current" if payout.status == PayoutStatus.APPROVED else ""
    found.append(Step(pgettext("step of a withdrawal", "Sent"), state, payout.sent_at))
    found.append(
        Step(
            pgettext("step of a withdrawal", "Arrived"),
            "done" if is_paid else "current" if is_sent else "",
            payout.finished_at,
        )
    )
    return found


def noted(destination: PayoutDestination) -> str:
    """What is said after an account was named: from when on it can be used."""
    return _("Noted. To protect you it can be used from %(moment)s on.") % {"moment": deadline(destination.usable_from)}


def _arrival(since: datetime) -> datetime:
    return since + timedelta(hours=get_config("payouts.arrival_hours"))
