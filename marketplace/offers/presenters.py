"""What a card of an offer shows and lets its viewer do. No writing, no queries of its own."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.money import display_yuan
from marketplace.offers.models import Negotiation, Offer, OfferStage
from marketplace.offers.services.answering import lapsed_unpaid
from marketplace.offers.states import OfferStatus
from marketplace.orders.models import Order


@dataclass(frozen=True)
class OfferCard:
    """One version, seen by one of its two sides."""

    offer: Offer
    negotiation: Negotiation
    stages: tuple[OfferStage, ...]
    is_mine: bool
    is_buyer: bool
    is_open: bool

    @property
    def created_at(self) -> datetime:
        """When it was sent: its place in a thread."""
        return self.offer.created_at

    @property
    def is_counter(self) -> bool:
        """Whether it answers another version."""
        return self.offer.number > 1

    @property
    def can_answer(self) -> bool:
        """Whether the viewer may accept, counter or decline."""
        return self.is_open and not self.is_mine

    @property
    def can_withdraw(self) -> bool:
        """Whether the viewer may take it back."""
        return self.is_open and self.is_mine

    @property
    def tone(self) -> str:
        """Of the tag that says where it stands: jade when agreed, gold while a time runs, empty when it is over."""
        if self.is_agreed:
            return "jade"
        return "gold" if self.is_open else ""

    @property
    def order(self) -> Order | None:
        """What it became, as far as the viewer may see it: an unpaid order is the buyer's alone."""
        if self.offer.status != OfferStatus.ACCEPTED:
            return None
        order = self.negotiation.order
        if order is None or lapsed_unpaid(order) or (not self.is_buyer and order.paid_at is None):
            return None
        return order

    @property
    def can_pay(self) -> bool:
        """Whether the viewer has agreed to it and has not paid yet."""
        if self.offer.status != OfferStatus.ACCEPTED or not self.is_buyer or self.negotiation.plan_id:
            return False
        order = self.negotiation.order
        if order is not None and not lapsed_unpaid(order):
            return order.paid_at is None
        return self.pay_until is not None and self.pay_until > clock.now()

    @property
    def has_lapsed(self) -> bool:
        """Whether it was agreed on and holds no longer, since nobody paid. The time counts, however late the clock is."""
        if self.offer.status != OfferStatus.ACCEPTED:
            return self.offer.has_lapsed
        order = self.negotiation.order
        is_unpaid = self.negotiation.plan_id is None and (order is None or lapsed_unpaid(order))
        return is_unpaid and self.pay_until is not None and self.pay_until <= clock.now()

    @property
    def is_agreed(self) -> bool:
        """Whether it was accepted, and still holds."""
        return self.offer.status == OfferStatus.ACCEPTED and not self.has_lapsed

    @property
    def pay_until(self) -> datetime | None:
        """Until when what was agreed holds without having been paid for."""
        if self.offer.answered_at is None:
            return None
        return self.offer.answered_at + timedelta(days=get_config("offers.agreed_days"))


@dataclass(frozen=True)
class Changed:
    """A term that two versions differ in."""

    label: str | Promise
    before: str  # empty where it is too long to stand beside the other
    after: str


def changes(before: Offer, after: Offer) -> list[Changed]:
    """What a version changes about the one before it, most telling first. Stages are part of the price and the days."""
    rows = [
        (_("Price"), _yuan(before), _yuan(after)),
        (_("Delivery"), _days(before), _days(after)),
        (_("Revisions"), _times(before), _times(after)),
        (pgettext("of an offer", "Title"), before.title, after.title),
    ]
    found = [Changed(label, old, new) for label, old, new in rows if old != new]
    if before.scope != after.scope:
        found.append(Changed(_("What is delivered"), "", _("changed, see below")))
    return found


def _yuan(offer: Offer) -> str:
    return "¥" + display_yuan(offer.total_fen)


def _days(offer: Offer) -> str:
    return ngettext("%(days)s day", "%(days)s days", offer.delivery_days) % {"days": offer.delivery_days}


def _times(offer: Offer) -> str:
    return ngettext("%(times)s time", "%(times)s times", offer.revisions) % {"times": offer.revisions}


def card(offer: Offer, viewer: User) -> OfferCard:
    """The card of a version that was read with its negotiation and its stages."""
    negotiation = offer.negotiation
    return OfferCard(
        offer=offer,
        negotiation=negotiation,
        stages=tuple(offer.stages.all()),
        is_mine=offer.proposed_by_id == viewer.pk,
        is_buyer=negotiation.buyer_id == viewer.pk,
        # The time that stands on it counts, however late the clock is.
        is_open=offer.status == OfferStatus.OPEN and offer.expires_at > clock.now(),
    )
