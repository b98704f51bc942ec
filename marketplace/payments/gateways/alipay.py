"""Alipay over python-alipay-sdk (RSA2, `gateway.do`): payments, refunds, notifications (facts/payments.md, 1 and 3)."""

import binascii
from typing import Any
from urllib.parse import parse_qsl

from alipay.exceptions import AliPayException
from django.conf import settings
from django.utils import timezone

from marketplace.core.money import parse_yuan, yuan_text
from marketplace.payments.gateways.alipay_bills import AlipayBills
from marketplace.payments.gateways.alipay_client import SUCCESS, moment
from marketplace.payments.gateways.alipay_custody import AlipayCustody, custody_terms
from marketplace.payments.gateways.alipay_transfers import AlipayTransfers
from marketplace.payments.gateways.answers import readable, require_about
from marketplace.payments.gateways.base import (
    Capability,
    CloseOutcome,
    Malformed,
    Notification,
    NotificationKind,
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
    SignatureInvalid,
    Unknown,
    WrongMerchant,
)
from marketplace.payments.models import GatewayCode

_STATES = {
    "WAIT_BUYER_PAY": PaymentState.PENDING,
    "TRADE_SUCCESS": PaymentState.PAID,
    "TRADE_FINISHED": PaymentState.PAID,
    "TRADE_CLOSED": PaymentState.CLOSED,
}
_NOT_FOUND = "ACQ.TRADE_NOT_EXIST"
_CANNOT_CLOSE = {"ACQ.TRADE_STATUS_ERROR", "ACQ.REASON_TRADE_STATUS_INVALID", "ACQ.REASON_ILLEGAL_STATUS"}


class AlipayGateway(AlipayTransfers, AlipayBills, AlipayCustody):
    """Alipay as the portal knows it; payments and refunds are here, the other parts in the modules beside."""

    code = GatewayCode.ALIPAY.value
    refund_pause_seconds = 0
    capabilities = frozenset(
        {
            Capability.PAGE,
            Capability.WAP,
            Capability.QR,
            Capability.TRANSFER,
            Capability.BILL,
            Capability.CUSTODY,
        }
    )

    @staticmethod
    def is_configured() -> bool:
        """Whether everything this gateway needs is set: all three certificates, or Alipay's bare key without any."""
        certificates = [settings.ALIPAY.get(name) for name in ("app_cert", "alipay_cert", "alipay_root_cert")]
        trusts = all(certificates) if any(certificates) else settings.ALIPAY["alipay_public_key"]
        return bool(trusts) and all(settings.ALIPAY[name] for name in ("app_id", "seller_id", "app_private_key"))

    def create(self, request: PayRequest) -> PayIntent:
        details: dict[str, Any] = {
            "subject": request.subject[:120],
            "out_trade_no": request.out_trade_no,
            "total_amount": yuan_text(request.amount_fen),
            "notify_url": request.notify_url,
            # Alipay reads it in China's time, like every time it writes.
            "time_expire": timezone.localtime(request.expires_at).strftime("%Y-%m-%d %H:%M:%S"),
        }
        if request.custody is not None:
            details |= custody_terms(request.custody, amount_fen=request.amount_fen)
        if request.scene == PayScene.QR:
            answer = self._call(self._client.api_alipay_trade_precreate, **details)
            self._require_success(answer)
            with readable():
                return PayIntent(PayIntentKind.QR, qr_text=str(answer["qr_code"]))
        is_phone = request.scene == PayScene.WAP
        method = self._client.api_alipay_trade_wap_pay if is_phone else self._client.api_alipay_trade_page_pay
        query = method(**details, return_url=request.return_url)
        return PayIntent(PayIntentKind.REDIRECT, url=f"{self._settings['gateway_url']}?{query}")

    def query(self, out_trade_no: str, *, sub_merchant_id: str = "") -> PaySnapshot:
        answer = self._call(self._client.api_alipay_trade_query, out_trade_no=out_trade_no)
        if answer.get("sub_code") == _NOT_FOUND:
            return PaySnapshot(out_trade_no, PaymentState.NOT_FOUND)
        self._require_success(answer)
        require_about(answer.get("out_trade_no"), out_trade_no)
        return self._snapshot(answer, paid_at=answer.get("send_pay_date"))

    def close(self, out_trade_no: str, *, sub_merchant_id: str = "") -> CloseOutcome:
        answer = self._call(self._client.api_alipay_trade_close, out_trade_no=out_trade_no)
        if answer.get("sub_code") == _NOT_FOUND:
            return CloseOutcome.NOT_FOUND
        if answer.get("sub_code") in _CANNOT_CLOSE:
            # Paid, or closed by somebody else in the meantime: only a query tells.
            state = self.query(out_trade_no).state
            if state == PaymentState.PENDING:
                raise Unknown("the trade can neither be closed nor is it paid: the buyer is paying right now")
            return CloseOutcome.ALREADY_PAID if state == PaymentState.PAID else CloseOutcome.CLOSED
        self._require_success(answer)
        return CloseOutcome.CLOSED

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        answer = self._call(
            self._client.api_alipay_trade_refund,
            refund_amount=yuan_text(request.amount_fen),
            out_trade_no=request.out_trade_no,
            out_request_no=request.reference,
            refund_reason=request.reason[:100],
        )
        self._require_success(answer)
        require_about(answer.get("out_trade_no"), request.out_trade_no)
        # `N` means this very refund was done before, or that nothing moved: the query tells which.
        if answer.get("fund_change") != "Y":
            known = self.query_refund(request.out_trade_no, request.reference)
            if known.state == RefundState.NOT_FOUND:
                raise Unknown(f"refund {request.reference} was accepted without moving money")
            return known
        return RefundSnapshot(request.out_trade_no, request.reference, RefundState.DONE, amount_fen=request.amount_fen)

    def query_refund(self, out_trade_no: str, reference: str, *, sub_merchant_id: str = "") -> RefundSnapshot:
        answer = self._call(
            self._client.api_alipay_trade_fastpay_refund_query, out_request_no=reference, out_trade_no=out_trade_no
        )
        if answer.get("code") != SUCCESS:
            raise Unknown(f"query of refund {reference}: {answer.get('sub_code')}")
        if answer.get("refund_status") != "REFUND_SUCCESS":
            # Code 10000 without a status: not received, or failed (facts/payments.md, section 3).
            return RefundSnapshot(out_trade_no, reference, RefundState.NOT_FOUND)
        require_about(answer.get("out_request_no", reference), reference)
        with readable():
            amount_fen = parse_yuan(answer["refund_amount"])
        return RefundSnapshot(out_trade_no, reference, RefundState.DONE, amount_fen=amount_fen)

    def acknowledge(self, *, ok: bool, reason: str = "") -> RawReply:
        return RawReply(200 if ok else 400, b"success" if ok else b"fail", "text/plain")

    def parse_notification(self, raw: RawRequest) -> Notification:
        try:
            fields = dict(parse_qsl(raw.body.decode(), keep_blank_values=True, strict_parsing=True))
        except ValueError as error:
            raise Malformed("not a form") from error
        signature = fields.pop("sign", "")
        try:
            valid = bool(signature) and self._client.verify(dict(fields), signature)
        except (AliPayException, binascii.Error, ValueError) as error:
            raise SignatureInvalid("signature") from error
        if not valid:
            raise SignatureInvalid("signature")
        if fields.get("app_id") != self._settings["app_id"]:
            raise WrongMerchant("app_id")
        if fields.get("seller_id") != self._settings["seller_id"]:
            raise WrongMerchant("seller_id")
        try:
            snapshot = self._snapshot(fields, paid_at=fields.get("gmt_payment"))
        except Unknown as error:
            raise Malformed(f"content: {error}") from error
        key = (
            fields["out_trade_no"],
            fields.get("trade_no", ""),
            fields["trade_status"],
            fields.get("refund_fee", ""),
            fields.get("out_biz_no", ""),
        )
        return Notification(NotificationKind.PAYMENT, dedupe_key=":".join(key), payment=snapshot)

    @readable()
    def _snapshot(self, fields: dict[str, Any], *, paid_at: str | None) -> PaySnapshot:
        state = _STATES.get(fields.get("trade_status", ""))
        if state is None or not fields.get("out_trade_no") or not fields.get("total_amount"):
            raise Unknown(f"a trade that says {fields.get('trade_status')!r}")
        if state == PaymentState.CLOSED and paid_at:
            state = PaymentState.PAID  # closed after payment is a full refund: the payment itself did happen
        return PaySnapshot(
            out_trade_no=fields["out_trade_no"],
            state=state,
            gateway_trade_no=fields.get("trade_no", ""),
            amount_fen=parse_yuan(fields["total_amount"]),
            paid_at=moment(paid_at) if paid_at else None,
            payer=_payer(fields) if paid_at else "",
        )


def _payer(fields: dict[str, Any]) -> str:
    """Whose money it is. Newer applications are told an open id instead of the number; a query names the number otherwise."""
    names = ("buyer_open_id", "buyer_id", "buyer_user_id")
    return next((str(fields[name]) for name in names if fields.get(name)), "")
