"""What can be made to go wrong, per order number or for every order (`*`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .store import Store

EVERY_ORDER = "*"

ALIPAY, WECHAT = "支付宝", "微信支付"


@dataclass(frozen=True)
class Fault:
    """One thing that can go wrong: the type of its value, where the panel lists it, and the panel's words for it."""

    kind: type
    group: str
    sentence: str
    only: str = ""
    """The one gateway that can go wrong this way, else both."""


_CALL, _NOTICE, _MONEY, _BILL = "接口", "通知", "款项", "账单"
FAULTS: dict[str, Fault] = {
    "delay_ms": Fault(int, _CALL, "处理完之后，晚这么多毫秒才回应"),
    "drop_before_accept": Fault(bool, _CALL, "不处理，直接断开连接"),
    "drop_after_accept": Fault(bool, _CALL, "处理完之后断开连接，不回应"),
    "http_500_after_accept": Fault(bool, _CALL, "处理完之后回应 HTTP 500"),
    "corrupt_response_signature": Fault(bool, _CALL, "回应的签名是错的"),
    "refuse_with": Fault(str, _CALL, "不处理，按这个错误码拒绝，例如 ACQ.SELLER_BALANCE_NOT_ENOUGH 或 NOT_ENOUGH"),
    "duplicate_notify": Fault(int, _NOTICE, "每次通知之后，再重复发送这么多次"),
    "delay_notify_ms": Fault(int, _NOTICE, "晚这么多毫秒才发，后来的通知会先到"),
    "no_notify": Fault(bool, _NOTICE, "不发，之后可以重发"),
    "corrupt_signature": Fault(bool, _NOTICE, "签名是错的"),
    "wrong_amount": Fault(bool, _NOTICE, "金额多出0.01元，签名正确"),
    "wrong_app_id": Fault(bool, _NOTICE, "应用是别人的，签名正确"),
    "wrong_seller_id": Fault(bool, _NOTICE, "收款账户或商户号是别人的，签名正确"),
    "wrong_api_key": Fault(bool, _NOTICE, "用别的 APIv3 密钥加密", only=WECHAT),
    "old_notify_seconds": Fault(int, _NOTICE, "签名的时间早这么多秒", only=WECHAT),
    "probe_notify": Fault(bool, _NOTICE, "先发一条签名以 WECHATPAY/SIGNTEST/ 开头的探测", only=WECHAT),
    "coupon_fen": Fault(int, _MONEY, "买家用了这么多分的优惠，订单金额不变，买家少付"),
    "fee_returned": Fault(bool, _MONEY, "退款时按比例退回服务费"),
    "refund_not_moved": Fault(bool, _MONEY, "退款说已受理，但是钱没有动", only=ALIPAY),
    "refund_status": Fault(str, _MONEY, "新退款停在这个状态：PROCESSING、ABNORMAL 或 CLOSED", only=WECHAT),
    "transfer_status": Fault(str, _MONEY, "新转账停在这个状态，例如 DEALING、PROCESSING 或 FAIL"),
    "split_status": Fault(
        str, _MONEY, "新分账停在这个状态：PROCESSING、FAIL，或 PARTLY（仅微信：佣金没有分出，其余已解冻）"
    ),
    "return_result": Fault(str, _MONEY, "新分账回退的结果：PROCESSING 或 FAILED"),
    "bill_drop": Fault(bool, _BILL, "没有这一笔，按订单号、退款号或转账单号设置"),
    "bill_amount": Fault(int, _BILL, "这一笔的金额是这么多分"),
    "bill_fee": Fault(int, _BILL, "这一笔的服务费多出这么多分"),
    "bill_extra": Fault(str, _BILL, "多出一笔88元的收款，值是它的订单号"),
    "bill_duplicate": Fault(bool, _BILL, "第一笔出现两次"),
    "bill_broken": Fault(bool, _BILL, "文件只有一半"),
    "bill_empty": Fault(bool, _BILL, "接口说这一天没有账单"),
    "bill_address_dead": Fault(bool, _BILL, "下载地址一拿到就已失效"),
}


class Faults:
    """Reads and writes the faults that are set."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def set(self, out_no: str, name: str, value: Any, *, method: str = "", times: int | None = None) -> None:
        """Set one fault, or clear it when `value` is false or zero.

        `method` limits it to one gateway method; `times` to so many uses. Raises ValueError for an unknown name or
        a value of the wrong type.
        """
        if name not in FAULTS:
            raise ValueError(f"unknown fault {name!r}")
        kind = FAULTS[name].kind
        if value is None or value is False:
            value = kind()
        if type(value) is not kind or (isinstance(value, int) and value < 0):
            raise ValueError(f"{name} takes a {kind.__name__}, not {value!r}")
        if times is not None and (type(times) is not int or times < 1):
            raise ValueError(f"times must be a whole number above zero, not {times!r}")
        with self._store.transaction():
            self._store.execute("DELETE FROM fault WHERE out_no = ? AND name = ? AND method = ?", out_no, name, method)
            if value:
                self._store.insert("fault", out_no=out_no, name=name, method=method, value=str(value), remaining=times)

    def clear(self, out_no: str | None = None) -> None:
        """Forget the faults of one order number, or all of them."""
        if out_no is None:
            self._store.execute("DELETE FROM fault")
        else:
            self._store.execute("DELETE FROM fault WHERE out_no = ?", out_no)

    def take(self, name: str, out_no: str, method: str = "") -> Any:
        """Return the value of a fault that holds here, counting the use, or a false value of its type.

        A fault of the order itself goes before one for every order, one for a method before one for all methods.
        """
        kind = FAULTS[name].kind
        with self._store.transaction():
            row = self._store.one(
                "SELECT rowid, * FROM fault WHERE name = ? AND out_no IN (?, '*') AND method IN (?, '')"
                " ORDER BY out_no = '*', method = '' LIMIT 1",
                name,
                out_no,
                method,
            )
            if row is None:
                return kind()
            if row["remaining"] == 1:
                self._store.execute("DELETE FROM fault WHERE rowid = ?", row["rowid"])
            elif row["remaining"] is not None:
                self._store.execute("UPDATE fault SET remaining = remaining - 1 WHERE rowid = ?", row["rowid"])
        return self._read(name, row["value"])

    def listing(self) -> list[dict[str, Any]]:
        """Return what is set, for the control API and the panel."""
        rows = self._store.all("SELECT * FROM fault ORDER BY out_no, name, method")
        return [
            {
                "out_trade_no": row["out_no"],
                "fault": row["name"],
                "method": row["method"],
                "value": self._read(row["name"], row["value"]),
                "times": row["remaining"],
            }
            for row in rows
        ]

    @staticmethod
    def _read(name: str, text: str) -> Any:
        kind = FAULTS[name].kind
        return text == "True" if kind is bool else kind(text)
