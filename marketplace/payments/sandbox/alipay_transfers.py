"""Transfers from the merchant's account to a person: `alipay.fund.trans.uni.transfer` and its query."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from . import clock
from .alipay_trades import BusinessError, new_number
from .faults import Faults
from .money import format_yuan, parse_yuan
from .store import Store

# Alipay keeps accounts and bank cards apart, in the request and in the query.
PRODUCTS = {
    "ALIPAY_USER_ID": "TRANS_ACCOUNT_NO_PWD",
    "ALIPAY_LOGON_ID": "TRANS_ACCOUNT_NO_PWD",
    "ALIPAY_OPEN_ID": "TRANS_ACCOUNT_NO_PWD",
    "BANKCARD_ACCOUNT": "TRANS_BANKCARD_NO_PWD",
}
STATUSES = ("SUCCESS", "FAIL", "DEALING", "WAIT_PAY", "CLOSED", "REFUND")
LOWEST_FEN = 10
TRANSFER = "alipay.fund.trans.uni.transfer"


class AlipayTransfers:
    """Keeps transfers by the merchant's number, so that asking twice pays once."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store = store
        self._faults = faults

    def transfer(self, content: dict[str, Any]) -> dict[str, str]:
        """Pay somebody, or return what the same `out_biz_no` did before."""
        payee = content.get("payee_info")
        if not isinstance(payee, dict):
            raise BusinessError("PARAM_ILLEGAL", "缺少 payee_info")
        asked = {
            "out_biz_no": _text(content, "out_biz_no"),
            "product_code": _text(content, "product_code"),
            "biz_scene": _text(content, "biz_scene"),
            "identity": _text(payee, "identity"),
            "identity_type": _text(payee, "identity_type"),
            "payee_name": str(payee.get("name") or ""),
        }
        try:
            amount_fen = parse_yuan(content.get("trans_amount"))
        except ValueError:
            raise BusinessError("PARAM_ILLEGAL", "转账金额格式不对") from None
        if amount_fen < LOWEST_FEN:
            raise BusinessError("EXCEED_LIMIT_SM_MIN_AMOUNT", "转账金额最低为 0.1 元")
        _check_payee(asked, payee)
        with self._store.transaction():
            row = self._row(out_biz_no=asked["out_biz_no"])
            if row is None:
                status = self._faults.take("transfer_status", asked["out_biz_no"], TRANSFER) or "SUCCESS"
                self._store.insert(
                    "alipay_transfer", **asked, amount_fen=amount_fen, title=str(content.get("order_title") or ""),
                    order_id=new_number(), pay_fund_order_id=new_number(), status=status,
                    error_code="PAYEE_ACC_OCUPIED" if status == "FAIL" else "",
                    fail_reason="收款方账户被占用" if status == "FAIL" else "", created_at=clock.now(),
                    decided_at=clock.now(),
                )  # fmt: skip
                row = self._row(out_biz_no=asked["out_biz_no"])
            elif row["amount_fen"] != amount_fen or any(row[name] != value for name, value in asked.items()):
                raise BusinessError("PAYMENT_INFO_INCONSISTENCY", "两次请求商户单号一样，但是参数不一致")
        if row is None:
            raise RuntimeError("The transfer just written is not there.")
        if row["status"] == "FAIL":
            raise BusinessError(row["error_code"], row["fail_reason"])
        return {
            "out_biz_no": row["out_biz_no"],
            "order_id": row["order_id"],
            "pay_fund_order_id": row["pay_fund_order_id"],
            # A bounce comes after the success that was answered here; only the query tells of it.
            "status": "SUCCESS" if row["status"] == "REFUND" else row["status"],
            "trans_date": clock.format_moment(row["created_at"]),
        }

    def query(self, content: dict[str, Any]) -> dict[str, str]:
        """Answer `alipay.fund.trans.common.query`."""
        order_id = str(content.get("order_id") or "")
        out_biz_no = "" if order_id else _text(content, "out_biz_no")
        row = self._row(order_id=order_id, out_biz_no=out_biz_no)
        if not order_id:
            # With the merchant's own number, Alipay wants to know in which product to look, and looks only there.
            looked_through = (_text(content, "product_code"), _text(content, "biz_scene"))
            if row is not None and (row["product_code"], row["biz_scene"]) != looked_through:
                row = None
        if row is None:
            raise BusinessError("ORDER_NOT_EXIST", "转账订单不存在")
        answer = {
            "out_biz_no": row["out_biz_no"],
            "order_id": row["order_id"],
            "pay_fund_order_id": row["pay_fund_order_id"],
            "status": row["status"],
            "trans_amount": format_yuan(row["amount_fen"]),
            "order_fee": "0.00",
            "error_code": row["error_code"],
            "fail_reason": row["fail_reason"],
        }
        if row["status"] in ("SUCCESS", "REFUND"):
            answer["pay_date"] = clock.format_moment(row["created_at"])
        return {name: value for name, value in answer.items() if value}

    def set_status(self, out_biz_no: str, status: str) -> bool:
        """Decide a transfer from outside, for instance one that was left DEALING. False when there is none."""
        if status not in STATUSES:
            raise ValueError(f"status must be one of {', '.join(STATUSES)}")
        failed = status in ("FAIL", "REFUND")
        changed = self._store.execute(
            "UPDATE alipay_transfer SET status = ?, decided_at = ?, error_code = ?, fail_reason = ? WHERE out_biz_no = ?",
            status,
            clock.now(),
            "PAYEE_ACC_OCUPIED" if failed else "",
            "收款方账户被占用" if failed else "",
            out_biz_no,
        )
        return changed > 0

    def newest(self, limit: int, *, words: str = "") -> list[dict[str, Any]]:
        """Return the newest transfers for the control API and the panel: all, or those with these words."""
        rows = self._store.all(
            "SELECT * FROM alipay_transfer WHERE instr(out_biz_no, ?) OR instr(identity, ?)"
            " ORDER BY created_at DESC, rowid DESC LIMIT ?",
            words,
            words,
            limit,
        )
        return [dict(row) | {"created_at": clock.format_moment(row["created_at"])} for row in rows]

    def _row(self, *, order_id: str = "", out_biz_no: str = "") -> sqlite3.Row | None:
        if order_id:
            return self._store.one("SELECT * FROM alipay_transfer WHERE order_id = ?", order_id)
        return self._store.one("SELECT * FROM alipay_transfer WHERE out_biz_no = ?", out_biz_no)


def _check_payee(asked: dict[str, str], payee: dict[str, Any]) -> None:
    product = PRODUCTS.get(asked["identity_type"])
    if product is None:
        raise BusinessError("PARAM_ILLEGAL", "identity_type 不支持")
    if asked["product_code"] != product or asked["biz_scene"] != "DIRECT_TRANSFER":
        raise BusinessError("PARAM_ILLEGAL", "product_code 或 biz_scene 和收款方类型不符")
    if asked["identity_type"] in ("ALIPAY_LOGON_ID", "BANKCARD_ACCOUNT") and not asked["payee_name"]:
        raise BusinessError("PAYEE_USER_INFO_ERROR", "用登录号或银行卡收款时要填收款方姓名")
    if asked["identity_type"] == "BANKCARD_ACCOUNT":
        extra = payee.get("bankcard_ext_info")
        if not isinstance(extra, dict) or extra.get("account_type") not in ("1", "2"):
            raise BusinessError("PARAM_ILLEGAL", "缺少 bankcard_ext_info.account_type")
        if re.fullmatch(r"\d{12,19}", asked["identity"], re.ASCII) is None:
            raise BusinessError("PAYEE_CARD_INFO_ERROR", "银行卡号不对")


def _text(content: dict[str, Any], name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not value:
        raise BusinessError("PARAM_ILLEGAL", f"缺少 {name}")
    return value
