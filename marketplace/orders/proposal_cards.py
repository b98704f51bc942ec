"""Proposals as the order's page shows them: what is proposed, what follows from each answer, who may answer. No writing."""

from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.accounts.models import User
from marketplace.core.money import display_yuan
from marketplace.orders.extending import extended_due_at
from marketplace.orders.models import Order, OrderProposal, ProposalKind
from marketplace.orders.states import ProposalStatus

# Cancelling together and divisions in a dispute have words and places of their own (cancelling.py, dispute_page.py).
_SHOWN_ELSEWHERE = (ProposalKind.CANCEL, ProposalKind.SPLIT)


@dataclass(frozen=True)
class ProposalCard:
    """One proposal, for one viewer (templates/orders/_proposal.html)."""

    proposal: OrderProposal
    title: str
    text: str  # what follows from an acceptance, and from silence
    is_open: bool
    is_mine: bool
    accept_words: str
    tone: str = "primary"


def proposal_cards(order: Order, viewer: User, proposals: list[OrderProposal]) -> list[ProposalCard]:
    """Those that wait for an answer."""
    return [
        ProposalCard(
            proposal=proposal,
            title=f"{_who(proposal, viewer)}{what_is_proposed(proposal.kind, proposal.days, proposal.amount_fen)}",
            text=_consequence(order, proposal),
            is_open=True,
            is_mine=proposal.proposed_by_id == viewer.pk,
            accept_words=_accept_words(proposal, is_buyer=viewer.pk == order.buyer_id),
        )
        for proposal in proposals
        if proposal.status == ProposalStatus.OPEN and proposal.kind not in _SHOWN_ELSEWHERE
    ]


def what_is_proposed(kind: str, days: int | None, amount_fen: int | None) -> str:
    """A proposal in a few words, e.g. “3 days of extra time”. For kinds without words of their own, what the kind is called."""
    amount = "¥" + display_yuan(amount_fen or 0)
    if kind == ProposalKind.EXTEND:
        return ngettext("%(days)s day of extra time", "%(days)s days of extra time", days or 0) % {"days": days}
    if kind == ProposalKind.DISCOUNT:
        return _("%(amount)s off the price") % {"amount": amount}
    if kind == ProposalKind.SUPPLEMENT:
        words = ngettext(
            "additional work for %(amount)s, in %(days)s day",
            "additional work for %(amount)s, in %(days)s days",
            days or 0,
        )
        return words % {"amount": amount, "days": days}
    if kind == ProposalKind.REVISION:
        return _("one more revision, free of charge")
    return str(ProposalKind(kind).label)


def with_revisions(order: Order) -> str:
    """How many revisions additional work comes with: as many as its order, since the two do not agree on a number."""
    count = order.revisions_allowed
    words = ngettext(
        "It comes with %(times)s revision of its own, as many as this order.",
        "It comes with %(times)s revisions of its own, as many as this order.",
        count,
    )
    return words % {"times": count}


def _two_sentences(first: str, second: str) -> str:
    # Chinese has no space between them.
    return _("%(first)s %(second)s") % {"first": first, "second": second}


def event_sentence(data: dict[str, Any]) -> str:
    """The time line's sentence about a proposal: what was proposed, and the words with it."""
    words = what_is_proposed(data.get("proposal", ""), data.get("days"), data.get("amount_fen"))
    return _("%(what)s: “%(words)s”") % {"what": words, "words": data["message"]} if data.get("message") else words


def _who(proposal: OrderProposal, viewer: User) -> str:
    who = _("You propose: ") if proposal.proposed_by_id == viewer.pk else None
    return who or _("%(name)s proposes: ") % {"name": proposal.proposed_by.display_name}


def _consequence(order: Order, proposal: OrderProposal) -> str:
    if proposal.kind == ProposalKind.EXTEND:
        due = date_format(localtime(extended_due_at(order, proposal.days or 0)), _("j F, H:i"))
        return _("If it is accepted, the delivery is due on %(due)s, and nothing else changes.") % {"due": due}
    if proposal.kind == ProposalKind.DISCOUNT:
        rest = "¥" + display_yuan(max(0, order.kept_fen - (proposal.amount_fen or 0)))
        goes = _("If it is accepted, this goes back to the buyer the way it was paid, and the rest stays in escrow.")
        return _two_sentences(goes, _("The price is %(amount)s then.") % {"amount": rest})
    if proposal.kind == ProposalKind.SUPPLEMENT:
        own = _(
            "If it is accepted, it becomes an order of its own: the buyer pays for it into escrow, and then its days begin."
            " Whatever becomes of this order, that one goes on."
        )
        return _two_sentences(own, with_revisions(order))
    if proposal.kind == ProposalKind.REVISION:
        return _("The acceptance clock goes on until the seller agrees. Whoever needs longer can put it off once.")
    return ""


def _accept_words(proposal: OrderProposal, *, is_buyer: bool) -> str:
    if proposal.kind == ProposalKind.EXTEND:
        return _("Give more time")
    if proposal.kind == ProposalKind.DISCOUNT:
        return _("Accept the lower price")
    if proposal.kind == ProposalKind.SUPPLEMENT:
        return _("Agree and pay") if is_buyer else _("Agree to the additional work")
    if proposal.kind == ProposalKind.REVISION:
        return _("Give one more revision")
    return _("Accept")
