"""Clients that we did not write, in Node: installed as their lock files name them, run as a merchant would."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portal.embedded.paths import state_directory

CLIENTS = Path(__file__).parents[1] / "foreign"


def require_tool(name: str) -> str:
    """The path of a program. Without it the test is skipped on a developer's machine, and fails in CI."""
    path = shutil.which(name)
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed")
    return path


def install(client: str) -> Path:
    """The folder of a client, installed once for each state of its lock file, with our scripts as they are now."""
    npm = require_tool("npm")
    source = CLIENTS / client
    stamp = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()[:16]
    folder = state_directory() / "foreign" / f"{client}-{stamp}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test workers may come at once
        done = folder / "installed"
        if not done.exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(source / name, folder)
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
            assert result.returncode == 0, result.stderr
            done.touch()
        for script in source.glob("*.mjs"):
            shutil.copy(script, folder)
    return folder


@pytest.fixture(scope="session")
def run_foreign() -> Callable[..., Any]:
    """Run a script of a client with an environment of its own and something on standard input; what it saw."""
    node = require_tool("node")

    def run(client: str, script: str, environment: dict[str, str], given: object = None) -> Any:
        result = subprocess.run(
            [node, script],
            cwd=install(client),
            env={"PATH": os.environ["PATH"], "TZ": "Asia/Shanghai"} | environment,
            input=json.dumps({} if given is None else given),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    return run
