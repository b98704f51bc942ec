"""Everything that belongs to a dispute, as plain values and files: what a bundle is made of. No writing."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.core.files.base import File
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _
from django.utils.translation import override

from marketplace.accounts.models import User
from marketplace.ledger import selectors as ledger
from marketplace.orders.conversations import conversation_of
from marketplace.orders.delivery_access import is_held_back, preview_name
from marketplace.orders.models import Delivery, DeliveryFile, Dispute, Order, OrderEventType, ProposalKind
from marketplace.orders.reasons import DISPUTE_REASONS, reason_text
from marketplace.orders.states import BUYER, MEDIATOR, SELLER

Row = dict[str, Any]
# What the amount of such a proposal would do.
_GIVES_BACK = (ProposalKind.CANCEL, ProposalKind.DISCOUNT, ProposalKind.SPLIT)


@dataclass(frozen=True)
class EvidenceFile:
    """A file of the case: where it goes in the ZIP, who handed it in when, and the checksum noted then ("" for none).

    `preview_of`: this is the preview of an original with that checksum, which is held back from the buyer (delivery_access.py).
    """

    path: str
    name: str
    by: str
    at: datetime | None
    sha256: str
    open: Callable[[], File]
    preview_of: str = ""


@dataclass(frozen=True)
class Case:
    """A dispute as plain values by subject, in the order in which a reader wants them, and its files."""

    tables: dict[str, Any]
    files: list[EvidenceFile]

    @property
    def state(self) -> str:
        """A digest of what is there. Putting it together is itself a line of the time line, and no news."""
        told = dict(self.tables)
        told["time_line"] = [row for row in told["time_line"] if row["type"] != OrderEventType.BUNDLE_MADE]
        files = [(file.path, file.sha256, file.preview_of) for file in self.files]
        text = json.dumps([told, files], cls=DjangoJSONEncoder, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def collect(dispute: Dispute) -> Case:
    """Read the whole case. People are named by their side and the name they show, amounts are fen, times UTC.

    In Chinese whoever asks: it is handed to courts and arbitrators here, and the same case has one digest.
    """
    with override("zh-hans"):
        return _collected(dispute)


def _collected(dispute: Dispute) -> Case:
    order = dispute.order
    return Case(
        tables={
            "order": _order(order),
            "requirements": [
                # What was not sent is the buyer's own, and no part of what the two agreed on.
                {
                    "question": row.prompt,
                    "answer": "" if row.is_draft else row.answer,
                    "file": "" if row.is_draft else row.file_name,
                }
                for row in order.requirements.all()
            ],
            "deliveries": [
                {
                    "number": row.number,
                    "message": row.message,
                    "at": row.created_at,
                    "files": [_noted(file) for file in row.files.all()],
                }
                for row in order.deliveries.order_by("number")
            ],
            "revision_requests": [
                {
                    "number": row.number,
                    "message": row.message,
                    "at": row.created_at,
                    "files": [_noted(file) for file in row.files.all()],
                }
                for row in order.revision_requests.prefetch_related("files").order_by("number")
            ],
            "dispute": _dispute(dispute),
            "statements": list(_statements(dispute)),
            "proposals": [
                {
                    "kind": row.kind,
                    "title": str(row.get_kind_display()),
                    "by": _who(order, row.proposed_by),
                    "refund_fen": row.amount_fen if row.kind in _GIVES_BACK else None,
                    "price_fen": row.amount_fen if row.kind == ProposalKind.SUPPLEMENT else None,
                    "days": row.days,
                    "message": row.message,
                    "status": row.status,
                    "answer": str(row.get_status_display()),
                    "at": row.created_at,
                    "answered_at": row.answered_at,
                }
                for row in order.proposals.select_related("proposed_by__profile").order_by("pk")
            ],
            "decisions": [
                {
                    "number": row.number,
                    "mediator": row.mediator.display_name,
                    "outcome": row.outcome,
                    "kept_fen": row.kept_fen,
                    "refund_fen": row.refund_fen,
                    "released_fen": row.released_fen,
                    "reasons": row.explanation,
                    "at": row.decided_at,
                }
                for row in dispute.decisions.select_related("mediator__profile")
            ],
            "time_line": [
                {
                    "type": row.type,
                    "title": str(row.get_type_display()),
                    "by": _who(order, row.actor),
                    "at": row.created_at,
                    "data": row.data,
                }
                for row in order.events.select_related("actor__profile").order_by("created_at", "pk")
            ],
            "messages": [
                {
                    "at": said.at,
                    "by": _who(order, said.by),
                    "text": said.gone_words if said.is_withdrawn else said.text,
                    "files": [] if said.is_withdrawn else [one.name for one in said.files],
                }
                for said in conversation_of(order)
            ],
            "ledger": _ledger(order),
        },
        files=list(_files(dispute)),
    )


def _side(order: Order, person: User) -> str:
    return {order.buyer_id: BUYER, order.seller_id: SELLER}.get(person.pk, MEDIATOR)


def _who(order: Order, person: User | None) -> str:
    if person is None:
        return _("platform")
    side = {BUYER: _("Buyer"), SELLER: _("Seller"), MEDIATOR: _("Mediator")}[_side(order, person)]
    return _("%(side)s: %(name)s") % {"side": side, "name": person.display_name}


def _noted(file: Any) -> Row:
    return {"name": file.name, "size": file.size, "sha256": file.sha256}


def _order(order: Order) -> Row:
    return {
        "number": order.number,
        "title": order.gig_title,
        "package": order.package_title,
        "description": order.package_description,
        "buyer": order.buyer.display_name,
        "seller": order.seller.display_name,
        "quantity": order.quantity,
        # What the buyer paid; the coupon was taken off before, and is borne by the platform.
        "total_fen": order.total_fen,
        "discount_fen": order.discount_fen,
        "coupon": order.snapshot.get("bought", {}).get("coupon", ""),
        "commission_basis_points": order.commission_basis_points,
        "delivery_days": order.delivery_days,
        "revisions_allowed": order.revisions_allowed,
        "revisions_used": order.revisions_used,
        "rules": order.rules.values if order.rules else {},
        "placed_at": order.created_at,
        "paid_at": order.paid_at,
        "started_at": order.started_at,
        "due_at": order.due_at,
        "lines": [
            {"title": row.title, "quantity": row.quantity, "price_fen": row.price_fen} for row in order.items.all()
        ],
        "as_bought": order.snapshot,
    }


def _dispute(dispute: Dispute) -> Row:
    side = BUYER if dispute.opened_by_id == dispute.order.buyer_id else SELLER
    return {
        "opened_by": _who(dispute.order, dispute.opened_by),
        "opened_at": dispute.began_at,
        "status": dispute.status,
        "stands": str(dispute.get_status_display()),
        "reason": str(reason_text(DISPUTE_REASONS, side, dispute.reason_code)),
        "wanted_fen": dispute.wanted_fen,
        "words": dispute.reason,
        "outcome": dispute.outcome,
        "refund_fen": dispute.refund_fen,
        "closed_at": dispute.decided_at,
    }


def _statements(dispute: Dispute) -> Iterator[Row]:
    for row in dispute.statements.select_related("author__profile").prefetch_related("files"):
        yield {
            "kind": row.kind,
            "title": str(row.get_kind_display()),
            "by": _who(dispute.order, row.author),
            "at": row.created_at,
            "text": row.text,
            "wanted_fen": row.wanted_fen,
            "files": [_noted(file) for file in row.files.all()],
        }


def _ledger(order: Order) -> list[Row]:
    """The lines of the books by kind of account, a person's accounts as one.

    Both sides read it: what of it a wallet still held, and what became a debt, is nobody else's business.
    """
    rows: dict[tuple[Any, str], Row] = {}
    for line in ledger.entries_of(order.number):
        account, title = line.account.kind, str(line.account.get_kind_display())
        if line.account.owner_id in (order.buyer_id, order.seller_id):
            account = BUYER if line.account.owner_id == order.buyer_id else SELLER
            title = _("Buyer") if account == BUYER else _("Seller")
        row = rows.setdefault(
            (line.transaction_id, account),
            {
                "transaction": line.transaction_id,
                "kind": line.transaction.kind,
                "title": str(line.transaction.get_kind_display()),
                "account": account,
                "account_title": title,
                "amount_fen": 0,
                "at": line.transaction.created_at,
            },
        )
        row["amount_fen"] += line.amount_fen
    return list(rows.values())


def _files(dispute: Dispute) -> Iterable[EvidenceFile]:
    order = dispute.order
    buyer, seller = _who(order, order.buyer), _who(order, order.seller)
    for answer in order.requirements.filter(is_draft=False).exclude(file=""):
        opened = partial(answer.file.storage.open, str(answer.file.name))
        yield EvidenceFile("requirements", answer.file_name, buyer, order.started_at, "", opened)
    for delivery in order.deliveries.prefetch_related("files").order_by("number"):
        for file in delivery.files.all():
            yield _delivered(order, delivery, file, seller)
    for request in order.revision_requests.prefetch_related("files").order_by("number"):
        for shown in request.files.all():
            opened = partial(shown.file.storage.open, str(shown.file.name))
            yield EvidenceFile(
                f"revision-{request.number}", shown.name, buyer, request.created_at, shown.sha256, opened
            )
    for row in dispute.statements.select_related("author__profile").prefetch_related("files"):
        for evidence in row.files.all():
            opened = partial(evidence.file.storage.open, str(evidence.file.name))
            folder, by = f"evidence/{_side(order, row.author)}", _who(order, row.author)
            yield EvidenceFile(folder, evidence.name, by, row.created_at, evidence.sha256, opened)
    for said in conversation_of(order):
        for sent in () if said.is_withdrawn else said.files:  # both sides get the bundle
            yield EvidenceFile("messages", sent.name, _who(order, said.by), said.at, "", sent.open)


def _delivered(order: Order, delivery: Delivery, file: DeliveryFile, seller: str) -> EvidenceFile:
    """As it came; but the buyer, who gets the whole bundle, is given no original that acceptance has still to open."""
    folder, at, storage = f"delivery-{delivery.number}", delivery.created_at, file.file.storage
    if is_held_back(order, delivery, file, order.buyer):
        preview = partial(storage.open, preview_name(file))
        return EvidenceFile(folder, f"{file.name}.preview.webp", seller, at, "", preview, preview_of=file.sha256)
    return EvidenceFile(folder, file.name, seller, at, file.sha256, partial(storage.open, str(file.file.name)))
