"""What can be made to go wrong, per order number or for every order (`*`)."""

from __future__ import annotations

from typing import Any

from .store import Store

EVERY_ORDER = "*"

# Name, the type of its value, what it does. The panel lists the sentence.
FAULTS: dict[str, tuple[type, str]] = {
    "delay_ms": (int, "接口处理完后，晚这么多毫秒才回应"),
    "drop_before_accept": (bool, "接口不处理，直接断开连接"),
    "drop_after_accept": (bool, "接口处理完后断开连接，不回应"),
    "http_500_after_accept": (bool, "接口处理完后回应 HTTP 500"),
    "corrupt_response_signature": (bool, "接口回应的签名是错的"),
    "refuse_with": (str, "接口不处理，按这个 sub_code 拒绝，例如 ACQ.SELLER_BALANCE_NOT_ENOUGH"),
    "transfer_status": (str, "新转账停在这个状态，例如 DEALING 或 FAIL"),
    "bill_drop": (bool, "账单里没有这一笔，按订单号、退款号或转账单号设置"),
    "bill_amount": (int, "账单里这一笔的金额是这么多分"),
    "bill_fee": (int, "账单里这一笔的服务费多出这么多分"),
    "bill_extra": (str, "账单里多出一笔 88 元的收款，值是它的订单号"),
    "bill_duplicate": (bool, "账单里第一笔出现两次"),
    "bill_broken": (bool, "账单文件只有一半"),
    "bill_empty": (bool, "接口说这一天没有账单"),
    "bill_address_dead": (bool, "账单的下载地址一拿到就已失效"),
    "duplicate_notify": (int, "每次通知之后再重复发送这么多次"),
    "corrupt_signature": (bool, "通知的签名是错的"),
    "wrong_amount": (bool, "通知里的金额多出 0.01，签名正确"),
    "wrong_app_id": (bool, "通知里的 app_id 是别人的，签名正确"),
    "no_notify": (bool, "不发通知，可以之后重发"),
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
        kind = FAULTS[name][0]
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
        kind = FAULTS[name][0]
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
        kind = FAULTS[name][0]
        return text == "True" if kind is bool else kind(text)
