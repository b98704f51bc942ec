"""The sandbox's own SQLite file: one connection, one writer at a time, nothing lost on a restart."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .wechat_schema import SCHEMA as WECHAT_SCHEMA

# Moments are epoch seconds, amounts whole fen.
SCHEMA = """
CREATE TABLE IF NOT EXISTS alipay_trade (
    trade_no TEXT PRIMARY KEY,
    out_trade_no TEXT NOT NULL UNIQUE,
    method TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    passback_params TEXT NOT NULL,
    total_fen INTEGER NOT NULL CHECK (total_fen > 0),
    refunded_fen INTEGER NOT NULL DEFAULT 0 CHECK (refunded_fen BETWEEN 0 AND total_fen),
    status TEXT NOT NULL
        CHECK (status IN ('WAIT_BUYER_PAY', 'TRADE_SUCCESS', 'TRADE_FINISHED', 'TRADE_CLOSED')),
    notify_url TEXT NOT NULL,
    return_url TEXT NOT NULL,
    quit_url TEXT NOT NULL,
    qr_code TEXT UNIQUE,
    created_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    arrived_at REAL,
    paid_at REAL,
    closed_at REAL
);
-- Finding what has run out, once a second.
CREATE INDEX IF NOT EXISTS alipay_trade_expiry ON alipay_trade (expires_at) WHERE status = 'WAIT_BUYER_PAY';
CREATE TABLE IF NOT EXISTS alipay_refund (
    trade_no TEXT NOT NULL REFERENCES alipay_trade (trade_no),
    out_request_no TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    reason TEXT NOT NULL,
    created_at REAL NOT NULL,
    PRIMARY KEY (trade_no, out_request_no)
);
CREATE TABLE IF NOT EXISTS alipay_transfer (
    out_biz_no TEXT PRIMARY KEY,
    order_id TEXT NOT NULL UNIQUE,
    pay_fund_order_id TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    product_code TEXT NOT NULL,
    biz_scene TEXT NOT NULL,
    identity TEXT NOT NULL,
    identity_type TEXT NOT NULL,
    payee_name TEXT NOT NULL,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    error_code TEXT NOT NULL,
    fail_reason TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS alipay_settlement (
    kind TEXT NOT NULL CHECK (kind IN ('split', 'release', 'return')),
    trade_no TEXT NOT NULL REFERENCES alipay_trade (trade_no),
    out_request_no TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    receiver TEXT NOT NULL,
    status TEXT NOT NULL,
    settle_no TEXT NOT NULL UNIQUE,
    created_at REAL NOT NULL,
    PRIMARY KEY (kind, trade_no, out_request_no)
);
CREATE TABLE IF NOT EXISTS alipay_receiver (account TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS account_movement (
    id INTEGER PRIMARY KEY,
    gateway TEXT NOT NULL,
    number TEXT NOT NULL,
    amount_fen INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS notification (
    id INTEGER PRIMARY KEY,
    out_no TEXT NOT NULL,
    url TEXT NOT NULL,
    fields TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'given_up', 'withheld')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at REAL NOT NULL,
    last_at REAL,
    last_result TEXT NOT NULL DEFAULT ''
);
-- The worker's question: what is due now?
CREATE INDEX IF NOT EXISTS notification_due ON notification (next_at) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS notification_out_no ON notification (out_no, id);
CREATE TABLE IF NOT EXISTS fault (
    out_no TEXT NOT NULL,
    name TEXT NOT NULL,
    method TEXT NOT NULL,
    value TEXT NOT NULL,
    remaining INTEGER,
    PRIMARY KEY (out_no, name, method)
);
"""

# What later versions added to tables that a store may have already: table, column, type.
ADDED_COLUMNS = (
    ("alipay_transfer", "decided_at", "REAL NOT NULL DEFAULT 0"),
    # 直付通: whose account it lands in, and after how many days it is released by itself.
    ("alipay_trade", "sub_merchant_id", "TEXT NOT NULL DEFAULT ''"),
    ("alipay_trade", "settle_days", "INTEGER NOT NULL DEFAULT 0"),
)


class Store:
    """A thread-safe handle on the SQLite file. Work that belongs together goes into `transaction()`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Transactions are begun by hand below; check_same_thread is off because the lock takes its place.
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._connection.row_factory = sqlite3.Row
        self._lock = threading.RLock()
        self._depth = 0
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.executescript(SCHEMA + WECHAT_SCHEMA)
        for table, column, kind in ADDED_COLUMNS:
            if column not in {row["name"] for row in self._connection.execute(f"PRAGMA table_info({table})")}:
                self._connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is kept, or none of it. Entering again from inside joins the outer transaction."""
        with self._lock:
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("COMMIT")

    def execute(self, statement: str, *values: Any) -> int:
        """Run one statement and return the number of rows it touched."""
        with self._lock:
            return self._connection.execute(statement, values).rowcount

    def one(self, statement: str, *values: Any) -> sqlite3.Row | None:
        """Return the first row, or None."""
        with self._lock:
            row: sqlite3.Row | None = self._connection.execute(statement, values).fetchone()
            return row

    def all(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        """Return every row."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def insert(self, table: str, **columns: Any) -> None:
        """Add one row. Table and column names come from this package's code, never from a request."""
        names = ", ".join(columns)
        marks = ", ".join("?" for _ in columns)
        self.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", *columns.values())  # noqa: S608

    def let_time_pass(self, seconds: int) -> None:
        """Move every stored moment into the past. In this store a REAL column is a moment, and nothing else is REAL."""
        with self.transaction():
            for table in self.all("SELECT name FROM sqlite_master WHERE type = 'table'"):
                columns = self.all(f"PRAGMA table_info({table['name']})")
                moments = [column["name"] for column in columns if column["type"] == "REAL"]
                if moments:
                    changes = ", ".join(f"{name} = {name} - ?" for name in moments)
                    self.execute(f"UPDATE {table['name']} SET {changes}", *([seconds] * len(moments)))  # noqa: S608

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        with self._lock:
            self._connection.close()
