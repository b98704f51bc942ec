"""Files, proposals and tips for tests: made by the services."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from marketplace.orders import services
from marketplace.orders.models import Order, OrderProposal, ProposalKind
from tests.factories import make_completed_order

FIELDS = {
    ProposalKind.EXTEND: {"days": 3, "message": "打样回来晚了"},
    ProposalKind.DISCOUNT: {"amount_fen": 1000, "message": "少做一版"},
    ProposalKind.SUPPLEMENT: {"amount_fen": 5000, "days": 2, "message": "加一版外卖头像"},
    ProposalKind.REVISION: {"message": "叶脉再简一点"},
}
# Who makes such a proposal first.
PROPOSER = {
    ProposalKind.EXTEND: "seller",
    ProposalKind.DISCOUNT: "seller",
    ProposalKind.SUPPLEMENT: "buyer",
    ProposalKind.REVISION: "buyer",
}


def make_proposal(order: Order, kind: ProposalKind, *, side: str = "", **fields: object) -> OrderProposal:
    """An open proposal of `kind`, by the side that makes such ones, or by `side`."""
    user = getattr(order, side or PROPOSER[kind])
    return services.propose(order_id=order.pk, user=user, kind=kind, **(FIELDS[kind] | fields))


def other_side(proposal: OrderProposal):
    order = proposal.order
    return order.seller if proposal.proposed_by_id == order.buyer_id else order.buyer


def picture(
    name: str = "定稿.png", *, size: tuple[int, int] = (900, 600), colour: str = "#a8c3b0"
) -> SimpleUploadedFile:
    """A picture as a seller would send it."""
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return SimpleUploadedFile(name, buffer.getvalue())


def pay(order: Order, reference: str = "PATIP") -> bool:
    return services.confirm_payment(
        order_id=order.pk, gateway="alipay", payment_reference=reference, amount_fen=order.total_fen
    )


def make_tip(*, amount_fen: int = 2000) -> Order:
    """A tip that waits for its payment."""
    order = make_completed_order()
    return services.give_tip(order_id=order.pk, buyer=order.buyer, amount_fen=amount_fen)
