"""Every environment variable of the sandbox, read in this one place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class ConfigurationError(Exception):
    """A variable is missing or holds something that cannot be used; the message names it."""


@dataclass(frozen=True)
class SandboxConfig:
    """How one installation of the sandbox is set up."""

    data_dir: Path
    """Keys and the SQLite file; created when missing."""
    base_url: str
    """Where browsers and phones reach the sandbox, without a trailing slash; printed into QR codes."""
    alipay_app_id: str
    alipay_seller_id: str
    """The merchant's own account at Alipay (pid), 16 digits beginning with 2088."""
    merchant_name: str
    """Whom the buyer pays, as the cashier shows it."""
    fee_rate: float
    """What Alipay keeps of each payment: 0.006 is 0.6 %, its usual rate."""
    notify_speed: float
    """Divides Alipay's retry schedule (4 minutes to 15 hours): 1 is real time, 240 turns 4 minutes into a second."""
    timestamp_tolerance: float
    """Seconds a request's timestamp may be off. Eight hours off is what a server without Beijing time sends."""

    @property
    def database_path(self) -> Path:
        """The sandbox's own SQLite file."""
        return self.data_dir / "sandbox.sqlite3"

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None) -> SandboxConfig:
        """Build the configuration from `environment` (the process's own when omitted)."""
        env = os.environ if environment is None else environment
        data_dir = env.get("SANDBOX_DATA_DIR", "")
        if not data_dir:
            raise ConfigurationError("SANDBOX_DATA_DIR is not set: the directory for the sandbox's keys and database.")
        return cls(
            data_dir=Path(data_dir),
            base_url=env.get("SANDBOX_BASE_URL", "http://127.0.0.1:8020").rstrip("/"),
            alipay_app_id=env.get("SANDBOX_ALIPAY_APP_ID", "2026000000000001"),
            alipay_seller_id=env.get("SANDBOX_ALIPAY_SELLER_ID", "2088000000000001"),
            merchant_name=env.get("SANDBOX_MERCHANT_NAME", "匠集"),
            fee_rate=_positive(env, "SANDBOX_FEE_RATE", 0.006),
            notify_speed=_positive(env, "SANDBOX_NOTIFY_SPEED", 1),
            timestamp_tolerance=_positive(env, "SANDBOX_TIMESTAMP_TOLERANCE", 900),
        )


def _positive(env: Mapping[str, str], name: str, default: float) -> float:
    text = env.get(name, "")
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value < float("inf"):
        raise ConfigurationError(f"{name} must be a number above zero, not {text!r}.")
    return value
