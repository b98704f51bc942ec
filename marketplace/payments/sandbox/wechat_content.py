"""How WeChat says what it knows: payments, refunds and transfers as answers and notifications carry them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from . import clock
from .config import SandboxConfig

TRADE_STATES = {"SUCCESS": "支付成功", "REFUND": "转入退款", "NOTPAY": "未支付", "CLOSED": "已关闭"}
ACCOUNT = "招商银行信用卡0403"


def moment(seconds: float) -> str:
    """RFC 3339 in Beijing time, as v3 writes it."""
    return datetime.fromtimestamp(seconds, clock.BEIJING).isoformat(timespec="seconds")


def transaction_content(config: SandboxConfig, row: Mapping[str, Any]) -> dict[str, Any]:
    """One payment."""
    if row["sub_mchid"]:
        content: dict[str, Any] = {
            "sp_appid": config.wechat_app_id,
            "sp_mchid": config.wechat_merchant_id,
            "sub_mchid": row["sub_mchid"],
        }
    else:
        content = {"appid": config.wechat_app_id, "mchid": config.wechat_merchant_id}
    content |= {
        "out_trade_no": row["out_trade_no"],
        "trade_state": row["state"],
        "trade_state_desc": TRADE_STATES[row["state"]],
        "attach": row["attach"],
        "amount": {"total": row["total_fen"], "currency": "CNY"},
    }
    if row["paid_at"] is None:
        return content
    payer_fen = row["total_fen"] - row["coupon_fen"]
    content["amount"] |= {"payer_total": payer_fen, "payer_currency": "CNY"}
    if row["coupon_fen"]:
        content["promotion_detail"] = [
            {"coupon_id": "10086", "name": "新客立减", "scope": "GLOBAL", "type": "CASH", "amount": row["coupon_fen"]}
        ]
    return content | {
        "transaction_id": row["transaction_id"],
        "trade_type": row["trade_type"],
        "bank_type": "CMB_CREDIT",
        "success_time": moment(row["paid_at"]),
        "payer": {"sp_openid" if row["sub_mchid"] else "openid": row["openid"]},
    }


def refund_content(
    config: SandboxConfig, row: Mapping[str, Any], trade: Mapping[str, Any], *, in_notification: bool = False
) -> dict[str, Any]:
    """One refund. A notification names the state `refund_status`, an answer `status`."""
    content: dict[str, Any] = {
        "refund_id": row["refund_id"],
        "out_refund_no": row["out_refund_no"],
        "transaction_id": trade["transaction_id"],
        "out_trade_no": row["out_trade_no"],
        "user_received_account": ACCOUNT,
        "amount": {
            "total": trade["total_fen"],
            "refund": row["amount_fen"],
            "payer_total": trade["total_fen"] - trade["coupon_fen"],
            "payer_refund": row["amount_fen"],
        },
    }
    if row["status"] == "SUCCESS" and row["done_at"] is not None:
        content["success_time"] = moment(row["done_at"])
    if in_notification:
        merchant = "sp_mchid" if trade["sub_mchid"] else "mchid"
        return content | {merchant: config.wechat_merchant_id, "refund_status": row["status"]}
    content["amount"]["currency"] = "CNY"
    return content | {
        "channel": "ORIGINAL",
        "status": row["status"],
        "funds_account": "AVAILABLE",
        "create_time": moment(row["created_at"]),
    }


def transfer_content(config: SandboxConfig, row: Mapping[str, Any]) -> dict[str, Any]:
    """One transfer, as its query and its notification have it."""
    content = {
        "mch_id": config.wechat_merchant_id,
        "appid": config.wechat_app_id,
        "out_bill_no": row["out_bill_no"],
        "transfer_bill_no": row["transfer_bill_no"],
        "state": row["state"],
        "transfer_amount": row["amount_fen"],
        "transfer_remark": row["remark"],
        "openid": row["openid"],
        "create_time": moment(row["created_at"]),
        "update_time": moment(row["updated_at"]),
    }
    return content | ({"fail_reason": row["fail_reason"]} if row["fail_reason"] else {})
