"""Alipay's own SDK, written by others in another language, against our sandbox: neither side shares our reading."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from portal.embedded.paths import state_directory
from tests.payments.sandbox.conftest import APP_ID, Sandbox

CLIENT = Path(__file__).parents[1] / "foreign" / "alipay"


def require_tool(name: str) -> str:
    """The path of a program. Without it the test is skipped on a developer's machine, and fails in CI."""
    path = shutil.which(name)
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed")
    return path


@pytest.fixture(scope="session")
def client_folder() -> Path:
    """The SDK as its lock file names it, installed once for each state of that file."""
    npm = require_tool("npm")
    require_tool("node")
    stamp = hashlib.sha256((CLIENT / "package-lock.json").read_bytes()).hexdigest()[:16]
    folder = state_directory() / "foreign" / f"alipay-{stamp}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test workers may come at once
        done = folder / "installed"
        if not done.exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(CLIENT / name, folder)
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
            assert result.returncode == 0, result.stderr
            done.touch()
    shutil.copy(CLIENT / "buy.mjs", folder)
    return folder


@pytest.fixture
def run_client(client_folder: Path, alipay_process: Sandbox, postbox: Any) -> Any:
    """Run the script; returns what it saw."""

    def run(number: str, mode: str, notice: dict[str, str] | None = None) -> dict[str, Any]:
        environment = {
            "PATH": os.environ["PATH"],
            "SANDBOX_URL": alipay_process.url,
            "KEYS": str(alipay_process.data_dir),
            "APP_ID": APP_ID,
            "NUMBER": number,
            "NOTIFY_URL": postbox.url,
            "MODE": mode,
            "TZ": "Asia/Shanghai",
        }
        result = subprocess.run(
            [require_tool("node"), "buy.mjs"],
            cwd=client_folder,
            env=environment,
            input=json.dumps(notice or {}),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    return run


@pytest.mark.parametrize("mode", ["keys", "certificates"])
def test_alipays_own_sdk_pays_asks_and_refunds_at_the_sandbox(run_client, alipay_process, postbox, mode):
    number = f"FOREIGN{mode.upper()}{os.getpid()}"
    seen = run_client(number, mode)
    assert (seen["page"], seen["opened"], seen["paid"]) == (302, 200, 200)
    assert seen["subject"] == "标志 {设计} & “引号” 🍵"
    assert (seen["query"]["code"], seen["query"]["tradeStatus"], seen["query"]["totalAmount"]) == (
        "10000", "TRADE_SUCCESS", "888.00",
    )  # fmt: skip
    assert (seen["refund"]["fundChange"], seen["refund"]["refundFee"]) == ("Y", "300.00")
    assert (seen["refunded"]["refundStatus"], seen["refunded"]["refundAmount"]) == ("REFUND_SUCCESS", "300.00")
    assert seen["unknown"]["subCode"] == "ACQ.TRADE_NOT_EXIST"

    notices = postbox.wait_for(number, 2)
    assert [notice.get("refund_fee") for notice in notices] == [None, "300.00"]
    for notice in notices:
        other = run_client(f"{number}{notices.index(notice)}", mode, notice)
        assert (other["notice"], other["forged"]) == (True, False)
