"""Tells the merchant what happened, again and again until it has taken note. What is told and how is the gateway's own.

A notification is a row written together with the change it speaks of, so a restart forgets nothing. One thread looks
for rows that are due; a few more send them, so that one slow merchant page does not hold up the others.
"""

from __future__ import annotations

import http.client
import json
import logging
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from email.message import Message
from typing import IO, Any

from . import clock
from .config import SandboxConfig
from .faults import Faults
from .store import Store

logger = logging.getLogger(__name__)

SEND_TIMEOUT = 10.0


class Outbox:
    """The queue of one gateway's notifications and the threads that send it."""

    table: str
    retry_after: Sequence[float]
    """Seconds between one attempt and the next, before they are sped up."""

    def __init__(self, config: SandboxConfig, store: Store, faults: Faults) -> None:
        self._config = config
        self._store = store
        self._faults = faults
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._sending: set[int] = set()
        self._senders: ThreadPoolExecutor | None = None
        self._thread: threading.Thread | None = None
        self._every_second: Callable[[], None] = lambda: None

    def _queue(self, out_no: str, url: str, fields: Mapping[str, Any]) -> None:
        """Queue a notification. Call it inside the transaction that makes the change."""
        pause = self._faults.take("delay_notify_ms", out_no) / 1000
        state = "withheld" if self._faults.take("no_notify", out_no) else "pending"
        self._store.insert(
            self.table,
            out_no=out_no,
            url=url,
            fields=json.dumps(fields, ensure_ascii=False),
            state=state,
            next_at=clock.now() + pause,
        )
        self._wake.set()

    def _send(self, url: str, out_no: str, stored: dict[str, Any]) -> str:
        """Post one notification and return the merchant's answer, or what went wrong, in few words."""
        raise NotImplementedError

    def _is_taken(self, answer: str) -> bool:
        """Whether an answer of the merchant ends the repetition."""
        raise NotImplementedError

    def resend(self, out_no: str) -> bool:
        """Send the order's newest notification again, from the start of the schedule. False when it has none."""
        changed = self._store.execute(
            f"UPDATE {self.table} SET state = 'pending', attempts = 0, next_at = ?"
            f" WHERE id = (SELECT max(id) FROM {self.table} WHERE out_no = ?)",
            clock.now(),
            out_no,
        )
        self._wake.set()
        return changed > 0

    def listing(self, out_no: str) -> list[dict[str, object]]:
        """Return the notifications of one order, oldest first, for the control API."""
        rows = self._store.all(f"SELECT * FROM {self.table} WHERE out_no = ? ORDER BY id", out_no)
        return [
            {
                "state": row["state"],
                "url": row["url"],
                "fields": json.loads(row["fields"]),
                "attempts": row["attempts"],
                "next_at": clock.format_moment(row["next_at"]) if row["state"] == "pending" else None,
                "last_at": clock.format_moment(row["last_at"]) if row["last_at"] else None,
                "last_result": row["last_result"],
            }
            for row in rows
        ]

    def start(self, every_second: Callable[[], None]) -> None:
        """Start sending; `every_second` is called from the same loop."""
        self._every_second = every_second
        self._senders = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sandbox-notify")
        self._thread = threading.Thread(target=self._run, name="sandbox-notifications", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being sent; the rest waits in the store for the next start."""
        self._stopped.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        if self._senders is not None:
            self._senders.shutdown(wait=True, cancel_futures=True)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()
            try:
                self._every_second()
                self._submit_due()
                pause = self._pause()
            except Exception:
                # The loop is the only thing that sends; one bad moment of the disk must not end it.
                logger.exception("The notification loop stumbled.")
                pause = 1.0
            self._wake.wait(pause)

    def _submit_due(self) -> None:
        if self._senders is None:
            return
        for row in self._store.all(
            f"SELECT id FROM {self.table} WHERE state = 'pending' AND next_at <= ? ORDER BY next_at, id", clock.now()
        ):
            if row["id"] not in self._sending:
                self._sending.add(row["id"])
                self._senders.submit(self._deliver, row["id"])

    def _pause(self) -> float:
        rows = self._store.all(f"SELECT id, next_at FROM {self.table} WHERE state = 'pending'")
        waits: list[float] = [row["next_at"] - clock.now() for row in rows if row["id"] not in self._sending]
        return max(0.005, min([1.0, *waits]))

    def _deliver(self, notification_id: int) -> None:
        try:
            row = self._store.one(f"SELECT * FROM {self.table} WHERE id = ?", notification_id)
            if row is None or row["state"] != "pending":
                return
            fields: dict[str, Any] = json.loads(row["fields"])
            copies = 1 + self._faults.take("duplicate_notify", row["out_no"])
            results = [self._send(row["url"], row["out_no"], fields) for _ in range(copies)]
            attempts = row["attempts"] + 1
            if any(self._is_taken(result) for result in results):
                state = "delivered"
            elif attempts > len(self.retry_after):
                state = "given_up"
            else:
                state = "pending"
            pause = self.retry_after[attempts - 1] / self._config.notify_speed if state == "pending" else 0
            # Only if nobody asked for a resend meanwhile: that starts the schedule afresh.
            self._store.execute(
                f"UPDATE {self.table} SET state = ?, attempts = ?, next_at = ?, last_at = ?, last_result = ?"
                " WHERE id = ? AND next_at = ?",
                state, attempts, clock.now() + pause, clock.now(), results[-1], notification_id, row["next_at"],
            )  # fmt: skip
            logger.info("Notified %s of %s: %s", row["url"], row["out_no"], results[-1])
        except Exception:
            logger.exception("Notification %s could not be sent.", notification_id)
            # The row is still due; without a breath the loop would take it up again at once.
            self._stopped.wait(1.0)
        finally:
            self._sending.discard(notification_id)
            self._wake.set()


def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    """Post once, following no redirect; the status (0 when there was none) and the first words of the answer."""
    request = urllib.request.Request(url, data=body, headers={"User-Agent": "sandbox", **headers})  # noqa: S310 checked before
    try:
        with _OPENER.open(request, timeout=SEND_TIMEOUT) as response:
            return response.status, response.read(200).decode(errors="replace")
    except urllib.error.HTTPError as error:
        error.close()
        return error.code, f"HTTP {error.code}"
    except (OSError, http.client.HTTPException, ValueError) as error:
        return 0, f"{type(error).__name__}: {error}"[:200]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is not an answer: Alipay does not follow it either."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None


# Without the environment's proxies: the merchant of a sandbox is on this machine or this network.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
