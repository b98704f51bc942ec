"""直付通: Alipay holds a payment in the seller's own account there, frozen, until we confirm its settlement.

The fee is split off first (`alipay.trade.order.settle`), then the rest is released (`alipay.trade.settle.confirm`). Refunds
of settled money take the split back first: `alipay.trade.refund` with nothing but `refund_royalty_parameters`
(facts/payments.md, section 6).
"""

from typing import Any

from marketplace.core.money import parse_yuan, yuan_text
from marketplace.payments.gateways.alipay_client import SUCCESS, AlipayCalls
from marketplace.payments.gateways.base import (
    CustodyTerms,
    Rejected,
    SettleRequest,
    SettleReturnRequest,
    SettleSnapshot,
    SettleState,
    Unknown,
)

# We ask for this many days at pay time; then Alipay releases by itself. Alipay allows up to a year; WeChat Pay does not
# go beyond 180, and one limit for both keeps the promise to buyers the same (facts/payments.md, section 6).
FREEZE_DAYS = 180
_STATES = {"SUCCESS": SettleState.DONE, "PROCESSING": SettleState.PROCESSING, "FAIL": SettleState.FAILED}
_NO_SPLIT = {"ACQ.SETTLE_NOT_EXIST", "ACQ.TRADE_SETTLE_NOT_EXIST"}
_NOT_BOUND = "ACQ.ROYALTY_RECEIVER_INVALID"
# Somebody used this number for another amount: what happened to that one, only a query tells.
_TAKEN = "ACQ.DISCORDANT_REPEAT_REQUEST"


def custody_terms(terms: CustodyTerms, *, amount_fen: int) -> dict[str, Any]:
    """What a payment into custody says besides the usual: whose it is, and how long it stays frozen at most."""
    detail = {"trans_in_type": "defaultSettle", "amount": yuan_text(amount_fen)}
    return {
        "sub_merchant": {"merchant_id": terms.sub_merchant_id},
        "settle_info": {"settle_detail_infos": [detail], "settle_period_time": f"{FREEZE_DAYS}d"},
    }


class AlipayCustody(AlipayCalls):
    """Settlements of held payments, and their way back."""

    freeze_limit_days = FREEZE_DAYS

    def settle(self, request: SettleRequest) -> SettleSnapshot:
        """Split the commission off, then release the rest to the seller. Each step may be repeated: it is the same step."""
        if request.commission_fen:
            self._split(request)
            split = self._split_state(request)
            if split.state != SettleState.DONE:
                return split
        if request.seller_fen:
            detail = {"trans_in_type": "defaultSettle", "amount": yuan_text(request.seller_fen)}
            self._act(
                "alipay.trade.settle.confirm",
                {
                    "out_request_no": f"{request.reference}C",
                    "trade_no": request.gateway_trade_no,
                    "settle_info": {"settle_detail_infos": [detail]},
                },
            )
        return SettleSnapshot(request.reference, SettleState.DONE, gateway_no=request.gateway_trade_no)

    def query_settle(self, request: SettleRequest) -> SettleSnapshot:
        """How far a settlement is: whether the fee was split off, and whether anything is still held."""
        if request.commission_fen:
            split = self._split_state(request)
            if split.state != SettleState.DONE:
                return split
        if request.seller_fen and self._unsettled_fen(request.gateway_trade_no):
            return SettleSnapshot(request.reference, SettleState.PROCESSING)
        return SettleSnapshot(request.reference, SettleState.DONE, gateway_no=request.gateway_trade_no)

    def return_settle(self, request: SettleReturnRequest) -> SettleSnapshot:
        """Take the split back from our account into the seller's there, so that the refund can be paid from it."""
        self._act(
            "alipay.trade.refund",
            {
                "trade_no": request.gateway_trade_no,
                "out_request_no": request.reference,
                "refund_amount": yuan_text(0),  # nothing to the buyer in this step
                "refund_royalty_parameters": [
                    {
                        "royalty_type": "transfer",
                        "trans_out_type": "userId",
                        "trans_out": self._settings["seller_id"],
                        "amount": yuan_text(request.amount_fen),
                        "desc": request.remark,
                    }
                ],
            },
        )
        known = self.query_return(request)
        if known.state == SettleState.NOT_FOUND:
            raise Unknown(f"the return {request.reference} was accepted and is not there")
        return known

    def query_return(self, request: SettleReturnRequest) -> SettleSnapshot:
        """How far the return of a split is."""
        answer = self._api(
            "alipay.trade.fastpay.refund.query",
            {
                "trade_no": request.gateway_trade_no,
                "out_request_no": request.reference,
                "query_options": ["refund_royaltys"],
            },
        )
        if answer.get("code") != SUCCESS:
            raise Unknown(f"query of return {request.reference}: {answer.get('sub_code')}")
        parts = answer.get("refund_royaltys") or []
        if not parts:
            return SettleSnapshot(request.reference, SettleState.NOT_FOUND)
        states = {_STATES.get(str(part.get("result_code")), SettleState.FAILED) for part in parts}
        problem = "" if states == {SettleState.DONE} else ", ".join(str(part.get("result_code")) for part in parts)
        return SettleSnapshot(request.reference, _worst(states), gateway_no=request.gateway_trade_no, problem=problem)

    def _split(self, request: SettleRequest) -> None:
        content = {
            "out_request_no": request.reference,
            "trade_no": request.gateway_trade_no,
            "royalty_mode": "sync",
            "royalty_parameters": [
                {
                    "royalty_type": "transfer",
                    "trans_in_type": "userId",
                    "trans_in": self._settings["seller_id"],
                    "amount": yuan_text(request.commission_fen),
                    "desc": request.remark,
                }
            ],
        }
        try:
            self._act("alipay.trade.order.settle", content)
        except Rejected as refused:
            if refused.sub_code != _NOT_BOUND:
                raise
            # Who may receive splits is named to Alipay once; a new installation has not done so yet.
            receiver = {"type": "userId", "account": self._settings["seller_id"], "memo": request.remark}
            bind = {"out_request_no": f"{request.reference}B", "receiver_list": [receiver]}
            self._act("alipay.trade.royalty.relation.bind", bind)
            self._act("alipay.trade.order.settle", content)

    def _split_state(self, request: SettleRequest) -> SettleSnapshot:
        answer = self._api(
            "alipay.trade.order.settle.query",
            {"out_request_no": request.reference, "trade_no": request.gateway_trade_no},
        )
        if answer.get("sub_code") in _NO_SPLIT:
            return SettleSnapshot(request.reference, SettleState.NOT_FOUND)
        if answer.get("code") != SUCCESS:
            raise Unknown(f"query of settlement {request.reference}: {answer.get('sub_code')}")
        details = answer.get("royalty_detail_list") or []
        states = {_STATES.get(str(detail.get("state")), SettleState.PROCESSING) for detail in details}
        problem = " ".join(str(detail["error_code"]) for detail in details if detail.get("error_code"))
        return SettleSnapshot(request.reference, _worst(states), problem=problem)

    def _unsettled_fen(self, trade_no: str) -> int:
        """What of a payment is still held, in fen."""
        answer = self._api("alipay.trade.query", {"trade_no": trade_no, "query_options": ["trade_settle_info"]})
        try:
            return parse_yuan(answer["trade_settle_info"]["trade_unsettled_amount"])
        except (KeyError, TypeError, ValueError) as error:
            raise Unknown(f"query of {trade_no}: {answer.get('sub_code')} {error}") from error

    def _act(self, method: str, content: dict[str, Any]) -> None:
        answer = self._api(method, content)
        if answer.get("sub_code") == _TAKEN:
            raise Unknown(f"{content['out_request_no']} was used with another amount")
        self._require_success(answer)


def _worst(states: set[SettleState]) -> SettleState:
    """One state for several parts: failed if one failed, done if all are."""
    if SettleState.FAILED in states:
        return SettleState.FAILED
    return SettleState.DONE if states == {SettleState.DONE} else SettleState.PROCESSING
