"""WeChat's transfers to a person, who confirms them in WeChat (商家转账, 2025; facts/payments.md, 2.3 and 4)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.payments.gateways.answers import readable, require_about
from marketplace.payments.gateways.base import (
    Rejected,
    TransferRequest,
    TransferSnapshot,
    TransferState,
    Unknown,
)
from marketplace.payments.gateways.wechatpay_client import NOT_FOUND_CODES, WechatpayCalls, cut

_PATH = "/v3/fund-app/mch-transfer/transfer-bills"
# 佣金报酬: the scene of paying people for work; WeChat checks that exactly these two lines report it.
_SCENE = "1005"
_NAME_FROM_FEN, _LEAST_FEN = 30, 10
_STATES = {
    "ACCEPTED": TransferState.PROCESSING,
    "PROCESSING": TransferState.PROCESSING,
    "TRANSFERING": TransferState.PROCESSING,
    "WAIT_USER_CONFIRM": TransferState.WAITING_FOR_PAYEE,
    "CANCELING": TransferState.PROCESSING,
    "SUCCESS": TransferState.DONE,
    "FAIL": TransferState.FAILED,
    "CANCELLED": TransferState.FAILED,
}


class WechatpayTransfers(WechatpayCalls):
    """Transfers to WeChat users."""

    def transfer(self, request: TransferRequest) -> TransferSnapshot:
        """Pay a person out; the same reference is the same transfer.

        Raises Rejected only when WeChat has no transfer under this reference: an error alone does not say that nothing
        moves (facts/payments.md, section 3), and the payout would be paid again under another.
        """
        if request.destination != "wechat" or request.amount_fen < _LEAST_FEN:
            raise Rejected("PARAM_ERROR", "WeChat pays at least 0.10 yuan, into WeChat only")
        content: dict[str, Any] = {
            "appid": self._app,
            "out_bill_no": request.reference,
            "transfer_scene_id": _SCENE,
            "openid": request.account,
            "transfer_amount": request.amount_fen,
            "transfer_remark": cut(request.remark, 32),
            "transfer_scene_report_infos": [
                {"info_type": "岗位类型", "info_content": "自由职业者"},
                {"info_type": "报酬说明", "info_content": cut(str(_("Pay for completed orders")), 32)},
            ],
        }
        if request.notify_url:
            content["notify_url"] = request.notify_url
        if request.amount_fen >= _NAME_FROM_FEN:
            content["user_name"] = self._core.encrypt(request.real_name)
        try:
            answer = self._post(_PATH, content)
        except Rejected:
            known = self.query_transfer(request.reference)
            if known.state == TransferState.NOT_FOUND:
                raise
            return known
        require_about(answer.get("out_bill_no"), request.reference)
        return transfer_snapshot(answer | {"transfer_amount": request.amount_fen})

    def query_transfer(self, reference: str) -> TransferSnapshot:
        """The state of a transfer of the last thirty days."""
        try:
            answer = self._get(f"{_PATH}/out-bill-no/{reference}")
        except Rejected as refusal:
            if refusal.sub_code in NOT_FOUND_CODES:
                return TransferSnapshot(reference, TransferState.NOT_FOUND)
            raise Unknown(f"query of {reference}: {refusal.sub_code}") from refusal
        require_about(answer.get("out_bill_no"), reference)
        return transfer_snapshot(answer)

    def cancel_transfer(self, reference: str) -> TransferSnapshot:
        """Take back a transfer that its payee has not confirmed: on its way until the query says so."""
        self._post(f"{_PATH}/out-bill-no/{reference}/cancel", {})
        return self.query_transfer(reference)


@readable()
def transfer_snapshot(content: Mapping[str, Any]) -> TransferSnapshot:
    """What WeChat says about a transfer, in an answer or a notification. Raises Unknown."""
    state = _STATES.get(str(content.get("state")))
    if state is None or not content.get("out_bill_no"):
        raise Unknown(f"a transfer that says {content.get('state')!r}")
    moment = content.get("update_time") or content.get("create_time")
    return TransferSnapshot(
        reference=content["out_bill_no"],
        state=state,
        gateway_transfer_no=content.get("transfer_bill_no", ""),
        amount_fen=content.get("transfer_amount", 0),
        fail_reason=content.get("fail_reason", "") or (content["state"] if state == TransferState.FAILED else ""),
        confirm_package=content.get("package_info", ""),
        done_at=datetime.fromisoformat(moment) if moment and state == TransferState.DONE else None,
    )
