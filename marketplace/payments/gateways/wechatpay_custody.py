"""平台收付通: the money lies frozen in the seller's own sub-merchant account until we split and release it.

Facts and limits: facts/payments.md, section 6. At most 30 % may go to others, within 180 days.
"""

from collections.abc import Mapping
from typing import Any

from marketplace.payments.gateways.base import (
    Rejected,
    SettleRequest,
    SettleReturnRequest,
    SettleSnapshot,
    SettleState,
    Unknown,
)
from marketplace.payments.gateways.wechatpay_client import NOT_FOUND_CODES, WechatpayCalls, cut

_SPLITS = "/v3/ecommerce/profitsharing"
_RETURN_STATES = {
    "PROCESSING": SettleState.PROCESSING,
    "SUCCESS": SettleState.DONE,
    "FAILED": SettleState.FAILED,
}


class WechatpayCustody(WechatpayCalls):
    """Splits, releases, and returns of splits."""

    freeze_limit_days = 180

    def settle(self, request: SettleRequest) -> SettleSnapshot:
        """Split our fee off and release the rest; with no fee only release."""
        content: dict[str, Any] = {
            "sub_mchid": request.sub_merchant_id,
            "transaction_id": request.gateway_trade_no,
            "out_order_no": request.reference,
        }
        if not request.commission_fen:
            # Accepted, not done: only a query says how it ended.
            answer = self._post(f"{_SPLITS}/finish-order", content | {"description": cut(request.remark, 80)})
            return SettleSnapshot(request.reference, SettleState.PROCESSING, str(answer.get("order_id", "")))
        receiver = {
            "type": "MERCHANT_ID",
            "receiver_account": self._merchant,
            "amount": request.commission_fen,
            "description": cut(request.remark, 80),
        }
        return self._settled(
            self._post(f"{_SPLITS}/orders", content | {"appid": self._app, "receivers": [receiver], "finish": True}),
            request.reference,
        )

    def query_settle(self, request: SettleRequest) -> SettleSnapshot:
        """How far a settlement is."""
        query = (
            f"sub_mchid={request.sub_merchant_id}&transaction_id={request.gateway_trade_no}"
            f"&out_order_no={request.reference}"
        )
        try:
            return self._settled(self._get(f"{_SPLITS}/orders?{query}"), request.reference)
        except Rejected as refusal:
            if refusal.sub_code in NOT_FOUND_CODES:
                return SettleSnapshot(request.reference, SettleState.NOT_FOUND)
            raise Unknown(f"query of {request.reference}: {refusal.sub_code}") from refusal

    def return_settle(self, request: SettleReturnRequest) -> SettleSnapshot:
        """Give our fee back to the seller's account, so that a refund can take it from there."""
        answer = self._post(
            f"{_SPLITS}/returnorders",
            {
                "sub_mchid": request.sub_merchant_id,
                "out_order_no": request.split_reference,
                "out_return_no": request.reference,
                "return_mchid": self._merchant,
                "amount": request.amount_fen,
                "description": cut(request.remark, 80),
            },
        )
        return _returned(answer, request.reference)

    def query_return(self, request: SettleReturnRequest) -> SettleSnapshot:
        """How far the return of a split is."""
        query = (
            f"sub_mchid={request.sub_merchant_id}&out_order_no={request.split_reference}"
            f"&out_return_no={request.reference}"
        )
        try:
            return _returned(self._get(f"{_SPLITS}/returnorders?{query}"), request.reference)
        except Rejected as refusal:
            if refusal.sub_code in NOT_FOUND_CODES:
                return SettleSnapshot(request.reference, SettleState.NOT_FOUND)
            raise Unknown(f"query of {request.reference}: {refusal.sub_code}") from refusal

    @staticmethod
    def _settled(answer: Mapping[str, Any], reference: str) -> SettleSnapshot:
        number = str(answer.get("order_id", ""))
        receivers = answer.get("receivers") or []
        closed = [each for each in receivers if each.get("result") == "CLOSED"]
        if closed:
            # We ask for the rest to be released with the split: the fee may have failed and the rest be gone. Only an
            # answer that says that nothing was released lets the settlement be cancelled, and its share be booked back.
            released, problem = answer.get("finish_amount"), str(closed[0].get("fail_reason", "CLOSED"))
            if released == 0:
                return SettleSnapshot(reference, SettleState.FAILED, number, problem)
            return SettleSnapshot(
                reference, SettleState.PARTLY_DONE, number, f"{problem}, finish_amount: {released} (PARTLY_DONE)"
            )
        pending = any(each.get("result") == "PENDING" for each in receivers)
        state = SettleState.DONE if answer.get("status") == "FINISHED" and not pending else SettleState.PROCESSING
        return SettleSnapshot(reference, state, number)


def _returned(answer: Mapping[str, Any], reference: str) -> SettleSnapshot:
    state = _RETURN_STATES.get(str(answer.get("result")))
    if state is None:
        raise Unknown(f"a return that says {answer.get('result')!r}")
    return SettleSnapshot(reference, state, str(answer.get("return_no", "")), str(answer.get("fail_reason", "")))
