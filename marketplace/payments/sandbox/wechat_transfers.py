"""Transfers to WeChat users, who confirm them: `/v3/fund-app/mch-transfer/transfer-bills`."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from . import clock, wechat_crypto
from .faults import Faults
from .store import Store
from .wechat_trades import ApiError, new_number, require_fits

WAITING, SUCCEEDED, FAILED, CANCELLED = "WAIT_USER_CONFIRM", "SUCCESS", "FAIL", "CANCELLED"
STATES = ("ACCEPTED", "PROCESSING", WAITING, "TRANSFERING", SUCCEEDED, FAILED, "CANCELING", CANCELLED)
SCENE_REPORTS = {"1005": {"岗位类型", "报酬说明"}}
NAME_NEEDED_FROM_FEN, LEAST_FEN = 200_000, 10
CONFIRM_SECONDS = 24 * 60 * 60


class WechatTransfers:
    """Keeps transfers by the merchant's number, so that asking twice pays once."""

    def __init__(
        self,
        store: Store,
        faults: Faults,
        key: rsa.RSAPrivateKey,
        announce: Callable[[str, str, Mapping[str, Any]], None],
    ) -> None:
        self._store = store
        self._faults = faults
        self._key = key
        self._announce = announce

    def transfer(self, content: Mapping[str, Any]) -> sqlite3.Row:
        """Ask the payee to confirm, or return what the same number did before."""
        number = str(content.get("out_bill_no") or "")
        if not (number.isascii() and number.isalnum() and len(number) <= 32):
            raise ApiError(400, "PARAM_ERROR", "out_bill_no 只能由数字、大小写字母组成")
        amount_fen = content.get("transfer_amount")
        if type(amount_fen) is not int or amount_fen < LEAST_FEN:
            raise ApiError(400, "PARAM_ERROR", "transfer_amount 不正确")
        require_fits(content, "transfer_remark", "转账备注", 32)
        scene = str(content.get("transfer_scene_id"))
        reports = {str(each.get("info_type")) for each in content.get("transfer_scene_report_infos") or []}
        if scene not in SCENE_REPORTS or reports != SCENE_REPORTS[scene]:
            raise ApiError(400, "PARAM_ERROR", "转账场景报备信息与场景不符")
        name = self._name(content)
        if amount_fen >= NAME_NEEDED_FROM_FEN and not name:
            raise ApiError(400, "PARAM_ERROR", "2,000 元及以上必须填写收款用户姓名")
        asked = {"openid": str(content.get("openid") or ""), "user_name": name, "amount_fen": amount_fen}
        with self._store.transaction():
            row = self._store.one("SELECT * FROM wechat_transfer WHERE out_bill_no = ?", number)
            if row is None:
                now = clock.now()
                self._store.insert(
                    "wechat_transfer", out_bill_no=number, transfer_bill_no=new_number("13"), **asked,
                    remark=str(content.get("transfer_remark") or ""), notify_url=str(content.get("notify_url") or ""),
                    state=self._faults.take("transfer_status", number) or WAITING,
                    package_info=secrets.token_urlsafe(32), created_at=now, updated_at=now,
                )  # fmt: skip
            elif any(row[column] != value for column, value in asked.items()):
                raise ApiError(400, "INVALID_REQUEST", "商户单号重复且参数不一致")
            return self.get(number)

    def _name(self, content: Mapping[str, Any]) -> str:
        if not content.get("user_name"):
            return ""
        try:
            return wechat_crypto.open_field(self._key, str(content["user_name"]))
        except ValueError:
            raise ApiError(400, "PARAM_ERROR", "收款用户姓名解密失败") from None

    def get(self, out_bill_no: str) -> sqlite3.Row:
        """One transfer. Raises ApiError NOT_FOUND."""
        row = self._store.one("SELECT * FROM wechat_transfer WHERE out_bill_no = ?", out_bill_no)
        if row is None:
            raise ApiError(404, "NOT_FOUND", "记录不存在")
        return row

    def by_package(self, package_info: str) -> sqlite3.Row | None:
        """The transfer whose confirmation page somebody opens."""
        return self._store.one("SELECT * FROM wechat_transfer WHERE package_info = ?", package_info)

    def set_state(self, out_bill_no: str, state: str) -> None:
        """Decide a transfer: by its payee, by the merchant, or from the panel. Raises ApiError and ValueError."""
        if state not in STATES:
            raise ValueError(f"state must be one of {', '.join(STATES)}")
        with self._store.transaction():
            self.get(out_bill_no)
            reason = "PAYEE_ACCOUNT_ABNORMAL" if state == FAILED else ""
            self._store.execute(
                "UPDATE wechat_transfer SET state = ?, fail_reason = ?, updated_at = ? WHERE out_bill_no = ?",
                state, reason, clock.now(), out_bill_no,
            )  # fmt: skip
            if state in (SUCCEEDED, FAILED, CANCELLED):
                self._announce("MCHTRANSFER.BILL.FINISHED", out_bill_no, dict(self.get(out_bill_no)))

    def cancel(self, out_bill_no: str) -> sqlite3.Row:
        """The merchant takes it back before it is confirmed."""
        with self._store.transaction():
            row = self.get(out_bill_no)
            if row["state"] in (WAITING, "ACCEPTED"):
                self.set_state(out_bill_no, CANCELLED)
            elif row["state"] not in (CANCELLED, "CANCELING"):
                raise ApiError(400, "INVALID_REQUEST", "单据状态不允许撤销")
            return self.get(out_bill_no)

    def expire(self) -> None:
        """What nobody confirmed within a day fails."""
        for row in self._store.all(
            "SELECT out_bill_no FROM wechat_transfer WHERE state = ? AND created_at <= ?",
            WAITING, clock.now() - CONFIRM_SECONDS,
        ):  # fmt: skip
            self.set_state(row["out_bill_no"], FAILED)

    def newest(self, limit: int, *, words: str = "") -> list[sqlite3.Row]:
        """The newest transfers for the control API and the panel: all, or those with these words."""
        return self._store.all(
            "SELECT * FROM wechat_transfer WHERE instr(out_bill_no, ?) OR instr(openid, ?)"
            " ORDER BY created_at DESC, rowid DESC LIMIT ?",
            words,
            words,
            limit,
        )
