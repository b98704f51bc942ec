"""Money from our account at Alipay to a person (`alipay.fund.trans.uni.transfer`)."""

import re
from typing import Any

from marketplace.core.money import parse_yuan, yuan_text
from marketplace.payments.gateways.alipay_client import SUCCESS, AlipayCalls, moment
from marketplace.payments.gateways.base import (
    Rejected,
    TransferRequest,
    TransferSnapshot,
    TransferState,
    Unknown,
)

_SCENE = "DIRECT_TRANSFER"
_TO_ACCOUNT, _TO_CARD = "TRANS_ACCOUNT_NO_PWD", "TRANS_BANKCARD_NO_PWD"
_STATES = {
    "SUCCESS": TransferState.DONE,
    "DEALING": TransferState.PROCESSING,
    "WAIT_PAY": TransferState.PROCESSING,
    "FAIL": TransferState.FAILED,
    "CLOSED": TransferState.FAILED,
    "REFUND": TransferState.FAILED,  # the payee's bank sent it back, possibly days after SUCCESS
}
_NOT_FOUND = "ORDER_NOT_EXIST"
# There is a transfer under this number already, only not this one: whether it paid, a query tells.
_TAKEN = {"PAYMENT_INFO_INCONSISTENCY", "REPEAT_REQUEST_NOT_SAME"}
_USER_ID = re.compile(r"2088\d{12}", re.ASCII)
_PERSONAL_CARD = "2"


class AlipayTransfers(AlipayCalls):
    """Transfers to Alipay accounts and bank cards."""

    def transfer(self, request: TransferRequest) -> TransferSnapshot:
        """Pay a person out; the same reference is the same transfer. At least 0.1 yuan, says Alipay.

        Raises Rejected only when nothing was paid under this reference.
        """
        product, payee = _payee(request)
        answer = self._api(
            "alipay.fund.trans.uni.transfer",
            {
                "out_biz_no": request.reference,
                "trans_amount": yuan_text(request.amount_fen),
                "product_code": product,
                "biz_scene": _SCENE,
                "order_title": request.remark[:64],
                "payee_info": payee,
                "remark": request.remark[:200],
            },
        )
        if answer.get("sub_code") in _TAKEN:
            raise Unknown(f"{answer['sub_code']}: {request.reference} was used with other details")
        self._require_success(answer)
        return _snapshot(request.reference, answer, amount_fen=request.amount_fen)

    def query_transfer(self, reference: str) -> TransferSnapshot:
        """The state of a transfer. Alipay keeps accounts and cards apart, so both are looked through."""
        for product in (_TO_ACCOUNT, _TO_CARD):
            answer = self._api(
                "alipay.fund.trans.common.query",
                {"out_biz_no": reference, "product_code": product, "biz_scene": _SCENE},
            )
            if answer.get("code") == SUCCESS:
                return _snapshot(reference, answer, amount_fen=0)
            if answer.get("sub_code") != _NOT_FOUND:
                # Never Rejected: that we may not ask says nothing about the transfer.
                raise Unknown(f"query of {reference}: {answer.get('sub_code')}")
        return TransferSnapshot(reference, TransferState.NOT_FOUND)

    def cancel_transfer(self, reference: str) -> TransferSnapshot:
        """Alipay's transfers wait for nobody and cannot be taken back: always raises Rejected."""
        raise Rejected("UNSUPPORTED", f"a transfer at Alipay cannot be cancelled: {reference}")


def _payee(request: TransferRequest) -> tuple[str, dict[str, Any]]:
    """The product and the payee, as Alipay wants them. Raises Rejected for a destination that is not Alipay's."""
    payee: dict[str, Any] = {"identity": request.account, "name": request.real_name}
    if request.destination == "alipay":
        is_user_id = _USER_ID.fullmatch(request.account)
        return _TO_ACCOUNT, payee | {"identity_type": "ALIPAY_USER_ID" if is_user_id else "ALIPAY_LOGON_ID"}
    if request.destination == "bank_card":
        extra = {"account_type": _PERSONAL_CARD}
        return _TO_CARD, payee | {"identity_type": "BANKCARD_ACCOUNT", "bankcard_ext_info": extra}
    raise Rejected("UNSUPPORTED_DESTINATION", request.destination)


def _snapshot(reference: str, answer: dict[str, Any], *, amount_fen: int) -> TransferSnapshot:
    state = _STATES.get(str(answer.get("status")))
    if state is None or answer.get("out_biz_no", reference) != reference:
        raise Unknown(f"a transfer that says {answer.get('status')!r} about {answer.get('out_biz_no')!r}")
    paid_at = answer.get("pay_date") or answer.get("trans_date")
    try:
        return TransferSnapshot(
            reference=reference,
            state=state,
            gateway_transfer_no=str(answer.get("order_id") or ""),
            amount_fen=parse_yuan(answer["trans_amount"]) if answer.get("trans_amount") else amount_fen,
            fail_reason=" ".join(part for part in (answer.get("error_code"), answer.get("fail_reason")) if part),
            done_at=moment(paid_at) if paid_at and state == TransferState.DONE else None,
        )
    except (ValueError, TypeError) as error:
        raise Unknown(f"an unreadable answer about {reference}: {error}") from error
