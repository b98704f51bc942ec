"""WeChat Pay API v3: payments, refunds, notifications (facts/payments.md, sections 2 to 4).

With custody terms a payment runs through 平台收付通: the partner's paths, our number as the service provider's, the
seller's as the sub-merchant's.
"""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from marketplace.core import clock
from marketplace.payments.gateways import wechatpay_verifier
from marketplace.payments.gateways.answers import readable, require_about
from marketplace.payments.gateways.base import (
    Capability,
    CloseOutcome,
    Malformed,
    Notification,
    NotificationKind,
    NumberSpent,
    PayIntent,
    PayIntentKind,
    PaymentState,
    PayRequest,
    PayScene,
    PaySnapshot,
    RawReply,
    RawRequest,
    RefundRequest,
    RefundSnapshot,
    RefundState,
    Rejected,
    Unknown,
    WrongMerchant,
)
from marketplace.payments.gateways.wechatpay_bills import WechatpayBills
from marketplace.payments.gateways.wechatpay_client import NOT_FOUND_CODES, cut
from marketplace.payments.gateways.wechatpay_custody import WechatpayCustody
from marketplace.payments.gateways.wechatpay_transfers import WechatpayTransfers, transfer_snapshot
from marketplace.payments.models import GatewayCode

_STATES = {
    "NOTPAY": PaymentState.PENDING,
    "USERPAYING": PaymentState.PENDING,
    "PAYERROR": PaymentState.PENDING,
    "SUCCESS": PaymentState.PAID,
    "REFUND": PaymentState.PAID,  # paid, and some of it is on its way back
    "CLOSED": PaymentState.CLOSED,
    "REVOKED": PaymentState.CLOSED,
}
_REFUND_STATES = {
    "SUCCESS": RefundState.DONE,
    "PROCESSING": RefundState.PROCESSING,
    "ABNORMAL": RefundState.ABNORMAL,
    "CLOSED": RefundState.FAILED,
}
_PAID_CODES = {"ORDERPAID", "ORDER_PAID"}
_CLOSED_CODES = {"ORDERCLOSED", "ORDER_CLOSED"}
_REPEATED_CODES = {"OUT_TRADE_NO_USED", "OUTTRADENOUSED"}
# Newer answers say it under the code of every bad parameter, so that only the sentence tells.
_REPEATED_WORDS = "商户订单号重复"
_SCENES = {PayScene.QR: "native", PayScene.PAGE: "native", PayScene.WAP: "h5", PayScene.JSAPI: "jsapi"}
_GRACE = timedelta(seconds=90)
_NEEDED = (
    "app_id",
    "merchant_id",
    "merchant_private_key",
    "merchant_serial_no",
    "public_key_id",
    "public_key",
    "api_v3_key",
)


class WechatpayGateway(WechatpayTransfers, WechatpayBills, WechatpayCustody):
    """WeChat Pay as the portal knows it; transfers, bills and custody are in the modules beside."""

    code = GatewayCode.WECHATPAY.value
    capabilities = frozenset(Capability) - {Capability.PAGE}
    refund_pause_seconds = 60

    @staticmethod
    def is_configured() -> bool:
        """Whether everything this gateway needs is set."""
        return not WechatpayGateway.missing_settings()

    @staticmethod
    def missing_settings() -> list[str]:
        """What is not set, by name."""
        return [name for name in _NEEDED if not settings.WECHATPAY[name]]

    def create(self, request: PayRequest) -> PayIntent:
        scene = _SCENES[request.scene]
        content: dict[str, Any] = {
            "description": cut(request.subject, 127),
            "out_trade_no": request.out_trade_no,
            # WeChat wants a minute at least, so that whoever begins in the last one gets this much more. Always, because
            # a payment begun again must say the same. Our order's own clock closes it at WeChat before.
            "time_expire": timezone.localtime(request.expires_at + _GRACE).isoformat(timespec="seconds"),
            "notify_url": request.notify_url,
            "amount": {"total": request.amount_fen, "currency": "CNY"},
        }
        payer = "openid"
        if request.custody is None:
            path = f"/v3/pay/transactions/{scene}"
            content |= {"appid": self._app, "mchid": self._merchant}
        else:
            path, payer = f"/v3/pay/partner/transactions/{scene}", "sp_openid"
            content |= {
                "sp_appid": self._app,
                "sp_mchid": self._merchant,
                "sub_mchid": request.custody.sub_merchant_id,
                "settle_info": {"profit_sharing": True},  # else it could not be split, nor frozen (6)
            }
        if scene == "jsapi":
            content["payer"] = {payer: request.openid}
        if scene == "h5":
            content["scene_info"] = {"payer_client_ip": request.client_ip, "h5_info": {"type": "Wap"}}
        try:
            answer = self._post(path, content)
        except Rejected as refusal:
            if refusal.sub_code in _PAID_CODES | _CLOSED_CODES | _REPEATED_CODES or _REPEATED_WORDS in str(refusal):
                raise NumberSpent(refusal.sub_code, str(refusal)) from refusal
            raise
        try:
            if scene == "native":
                return PayIntent(PayIntentKind.QR, qr_text=answer["code_url"])
            if scene == "h5":
                return PayIntent(PayIntentKind.REDIRECT, url=_with_return(answer["h5_url"], request.return_url))
            return PayIntent(PayIntentKind.JSAPI, jsapi=self._jsapi_parameters(answer["prepay_id"]))
        except KeyError as error:
            raise Unknown(f"an answer without {error}") from error

    def _jsapi_parameters(self, prepay_id: str) -> dict[str, str]:
        """What WeChat's own script wants, signed with our key."""
        stamp, nonce, package = str(int(clock.real_now().timestamp())), secrets.token_hex(16), f"prepay_id={prepay_id}"
        return {
            "appId": self._app,
            "timeStamp": stamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": self._core.sign([self._app, stamp, nonce, package]),
        }

    def query(self, out_trade_no: str, *, sub_merchant_id: str = "") -> PaySnapshot:
        base = f"/v3/pay/transactions/out-trade-no/{out_trade_no}?mchid={self._merchant}"
        if sub_merchant_id:
            base = (
                f"/v3/pay/partner/transactions/out-trade-no/{out_trade_no}"
                f"?sp_mchid={self._merchant}&sub_mchid={sub_merchant_id}"
            )
        try:
            answer = self._get(base)
        except Rejected as refusal:
            if refusal.sub_code in NOT_FOUND_CODES:
                return PaySnapshot(out_trade_no, PaymentState.NOT_FOUND)
            raise
        require_about(answer.get("out_trade_no"), out_trade_no)
        return _pay_snapshot(answer)

    def close(self, out_trade_no: str, *, sub_merchant_id: str = "") -> CloseOutcome:
        path, content = f"/v3/pay/transactions/out-trade-no/{out_trade_no}/close", {"mchid": self._merchant}
        if sub_merchant_id:
            path = f"/v3/pay/partner/transactions/out-trade-no/{out_trade_no}/close"
            content = {"sp_mchid": self._merchant, "sub_mchid": sub_merchant_id}
        try:
            self._post(path, content)
        except Rejected as refusal:
            if refusal.sub_code in NOT_FOUND_CODES:
                return CloseOutcome.NOT_FOUND
            if refusal.sub_code in _PAID_CODES:
                return CloseOutcome.ALREADY_PAID
            if refusal.sub_code in _CLOSED_CODES:
                return CloseOutcome.CLOSED
            raise
        return CloseOutcome.CLOSED

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        content: dict[str, Any] = {
            "out_trade_no": request.out_trade_no,
            "out_refund_no": request.reference,
            "reason": cut(request.reason, 80),
            "amount": {"refund": request.amount_fen, "total": request.total_fen, "currency": "CNY"},
        }
        if request.notify_url:
            content["notify_url"] = request.notify_url
        if not request.sub_merchant_id:
            answer = self._post("/v3/refund/domestic/refunds", content)
            require_about(answer.get("out_refund_no"), request.reference)
            return _refund_snapshot(answer)
        content |= {"sub_mchid": request.sub_merchant_id, "sp_appid": self._app}
        self._post("/v3/ecommerce/refunds/apply", content)  # accepted; how it ends only the query says
        return self.query_refund(request.out_trade_no, request.reference, sub_merchant_id=request.sub_merchant_id)

    def query_refund(self, out_trade_no: str, reference: str, *, sub_merchant_id: str = "") -> RefundSnapshot:
        path = f"/v3/refund/domestic/refunds/{reference}"
        if sub_merchant_id:
            path = f"/v3/ecommerce/refunds/out-refund-no/{reference}?sub_mchid={sub_merchant_id}"
        try:
            answer = self._get(path)
        except Rejected as refusal:
            if refusal.sub_code in NOT_FOUND_CODES:
                return RefundSnapshot(out_trade_no, reference, RefundState.NOT_FOUND)
            raise
        require_about(answer.get("out_refund_no"), reference)
        return _refund_snapshot(answer)

    def acknowledge(self, *, ok: bool, reason: str = "") -> RawReply:
        answer = {"code": "SUCCESS", "message": "OK"} if ok else {"code": "FAIL", "message": reason[:60] or "FAIL"}
        # The status decides: a 200 is never repeated, whatever its body says (facts/payments.md, 2.5).
        return RawReply(200 if ok else 400, json.dumps(answer).encode(), "application/json")

    def parse_notification(self, raw: RawRequest) -> Notification:
        wechatpay_verifier.verify(raw.headers, raw.body, keys=self._keys, now=int(clock.real_now().timestamp()))
        try:
            envelope = json.loads(raw.body)
            kind, resource = envelope["resource"]["original_type"], envelope["resource"]
            identifier = str(envelope["id"])
            api_keys = [key for key in (self._settings["api_v3_key"], self._settings["previous_api_v3_key"]) if key]
            content = json.loads(wechatpay_verifier.decrypt(resource, keys=api_keys))
            self._require_ours(content)
            match kind:
                case "transaction":
                    return Notification(NotificationKind.PAYMENT, identifier, payment=_pay_snapshot(content))
                case "refund":
                    return Notification(NotificationKind.REFUND, identifier, refund=_refund_snapshot(content))
                case "mch_payment":
                    return Notification(NotificationKind.TRANSFER, identifier, transfer=transfer_snapshot(content))
        except (ValueError, KeyError, TypeError, AttributeError, Unknown) as error:
            raise Malformed(f"content: {error}") from error
        raise Malformed(f"about {kind!r}")

    def _require_ours(self, content: Mapping[str, Any]) -> None:
        """Raise WrongMerchant for somebody else's, whose key signed it all the same."""
        merchant = content.get("mchid") or content.get("sp_mchid") or content.get("mch_id")
        app = content.get("appid") or content.get("sp_appid") or self._app  # refunds name no application
        if merchant != self._merchant or app != self._app:
            raise WrongMerchant("mchid" if merchant != self._merchant else "appid")


def _with_return(h5_url: str, return_url: str) -> str:
    """WeChat's page, and where it sends the browser afterwards."""
    return f"{h5_url}{'&' if '?' in h5_url else '?'}{urlencode({'redirect_url': return_url})}"


@readable()
def _pay_snapshot(content: Mapping[str, Any]) -> PaySnapshot:
    state = _STATES.get(str(content.get("trade_state")))
    amount = content.get("amount") or {}
    if state is None or not content.get("out_trade_no") or amount.get("currency", "CNY") != "CNY":
        raise Unknown(f"a payment that says {content.get('trade_state')!r} in {amount.get('currency')!r}")
    if state == PaymentState.PAID and type(amount.get("total")) is not int:
        raise Unknown("a payment without an amount")
    paid_at = content.get("success_time")
    payer = content.get("payer") or {}
    return PaySnapshot(
        out_trade_no=content["out_trade_no"],
        state=state,
        gateway_trade_no=content.get("transaction_id", ""),
        amount_fen=amount.get("total", 0),  # what the order cost; coupons of WeChat's pay a part of it
        paid_at=datetime.fromisoformat(paid_at) if paid_at else None,
        payer=str(payer.get("openid") or payer.get("sp_openid") or ""),
    )


@readable()
def _refund_snapshot(content: Mapping[str, Any]) -> RefundSnapshot:
    # The query says `status`, the notification `refund_status` (facts/payments.md, 2.5).
    state = _REFUND_STATES.get(str(content.get("status") or content.get("refund_status")))
    amount = content.get("amount") or {}
    if state is None or type(amount.get("refund")) is not int:
        raise Unknown(f"a refund that says {content.get('status')!r}")
    done_at = content.get("success_time")
    return RefundSnapshot(
        out_trade_no=content["out_trade_no"],
        reference=content["out_refund_no"],
        state=state,
        gateway_refund_no=content.get("refund_id", ""),
        amount_fen=amount["refund"],
        done_at=datetime.fromisoformat(done_at) if done_at else None,
    )
