"""The portal as production runs it, on this machine: settings, collected files, gunicorn for pages, uvicorn for sockets.

Only what ratios must not depend on differs: nginx and TLS are left out (pages are asked for as nginx asks), and a worker is
not replaced after `max_requests` answers, since starting anew is no part of an answer; neither is what it is compared with.
"""

import hashlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from portal.bench import processes
from portal.embedded.paths import PROJECT, state_directory
from portal.embedded.valkey import free_port

HOST = "bench.jiangji.example"
# What nginx adds to every request.
HEADERS = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7", "Accept-Encoding": "gzip"}
START_SECONDS = 240  # on a machine that does other things, too
CONFIGURATION = PROJECT / "deploy" / "gunicorn.conf.py"
# As deploy/compose.yaml starts the process of the sockets.
UVICORN = (
    *("--ws", "portal.live_protocol:LiveProtocol", "--ws-max-size", "65536", "--ws-per-message-deflate", "false"),
    *("--log-level", "warning", "--no-access-log"),
)


def environment(database_url: str, *, cache_database: int) -> dict[str, str]:
    """What containers are told in production. Its keys live as long as this run; its cache is its own."""
    state = state_directory()
    return {
        "DJANGO_ENV": "production",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": database_url,
        "CACHE_DATABASE": str(cache_database),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_ENCRYPTION_KEYS": urlsafe_b64encode(os.urandom(32)).decode(),
        "IDENTITY_DIGEST_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": HOST,
        "SITE_URL": f"https://{HOST}",
        "EMAIL_URL": "smtp://localhost:1",  # no page of the bench sends anything
        "SMS_BACKEND": "marketplace.notifications.sms.OutboxSmsBackend",
        "INVOICES_ENABLED": "0",
        "LOG_LEVEL": "ERROR",
        "LOG_FORMAT": "line",
        "MEDIA_ROOT": str(state / "media"),
        "PRIVATE_MEDIA_ROOT": str(state / "private"),
        "STATIC_ROOT": str(state / "bench-static"),
    }


def collect_static() -> None:
    """Style sheets and scripts under the names that production gives them: a minute, where one of them or a package changed."""
    stamp = Path(os.environ["STATIC_ROOT"]) / "bench-stamp"
    wanted = _sources()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    command = [
        sys.executable,
        "-W",
        "ignore",
        "manage.py",
        "collectstatic",
        "--no-input",
        "--clear",
        "--verbosity",
        "0",
    ]
    subprocess.run(command, cwd=PROJECT, check=True)
    stamp.write_text(wanted)


def _sources() -> str:
    """Changes with every static file of ours and with the packages."""
    digest = hashlib.sha256()
    for file in sorted(PROJECT.glob("static/**/*")) + sorted(PROJECT.glob("*/**/static/**/*")):
        if file.is_file() and ".venv" not in file.parts:
            about = file.stat()
            digest.update(f"{file.relative_to(PROJECT)} {about.st_size} {about.st_mtime_ns}\n".encode())
    for name, version in sorted({(found.name, found.version) for found in distributions()}):
        digest.update(f"{name}=={version}\n".encode())
    return digest.hexdigest()


# A server is idle when it used less than this share of a core at so many looks one after the other.
_LOOK_SECONDS, _QUIET_LOOKS, _IDLE_SHARE = 0.1, 3, 0.15
IDLE_WITHIN_SECONDS = 20


@dataclass(frozen=True)
class Server:
    """A gunicorn or uvicorn of ours."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """CPU time that its processes have used so far, those that have ended included."""
        return processes.cpu_seconds_of(self.pid)

    def wait_until_idle(self, *, within: float = IDLE_WITHIN_SECONDS) -> None:
        """Wait until nothing is left of the load that has just ended, or for `within` seconds.

        wrk goes when its time is over, and what it has asked for by then is made all the same: thirty pages would stand in
        front of whoever is measured next.
        """
        ends, quiet, used = time.monotonic() + within, 0, self.cpu_seconds()
        while quiet < _QUIET_LOOKS and time.monotonic() < ends:
            time.sleep(_LOOK_SECONDS)
            before, used = used, self.cpu_seconds()
            quiet = quiet + 1 if used - before <= _LOOK_SECONDS * _IDLE_SHARE else 0

    def workers(self) -> list[int]:
        """The numbers of its worker processes."""
        return processes.children_of(self.pid)

    def worker_pss_mb(self) -> list[float]:
        """The memory of each worker: what it has alone, and its share of what it has together with others."""
        return [processes.pss_mb(pid) for pid in self.workers()]


@contextmanager
def gunicorn(
    module: str, told: Mapping[str, str], *, is_sync: bool = False, is_renewed: bool = False
) -> Iterator[Server]:
    """WSGI workers as deploy/gunicorn.conf.py has them; with `is_sync` synchronous ones of one thread (T5 wants those).

    With `is_renewed` a worker is replaced after `max_requests` answers, as in production.
    """
    port = free_port()
    arguments = [
        *("--config", str(CONFIGURATION), "--bind", f"127.0.0.1:{port}", "--log-level", "error"),
        *(() if is_renewed else ("--max-requests", "0", "--max-requests-jitter", "0")),
        *(("--worker-class", "sync", "--threads", "1") if is_sync else ()),
        f"{module}:application",
    ]
    with started("gunicorn", arguments, told, port=port) as server:
        yield server


@contextmanager
def uvicorn(told: Mapping[str, str]) -> Iterator[Server]:
    """The process that has the sockets (/ws/) and no pages."""
    port = free_port()
    with started(
        "uvicorn", ["--host", "127.0.0.1", "--port", str(port), *UVICORN, "portal.asgi:application"], told, port=port
    ) as server:
        yield server


@contextmanager
def started(
    program: str,
    arguments: Sequence[str],
    told: Mapping[str, str],
    *,
    port: int = 0,
    is_ready: Callable[[], bool] | None = None,
) -> Iterator[Server]:
    """A program while the block lasts, begun once it answers at its port, or once `is_ready` says so.

    Raises RuntimeError with what it said when it ends before or takes too long.
    """
    with tempfile.NamedTemporaryFile("w+", suffix=".log") as log:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", program, *arguments],
            cwd=PROJECT,
            env=os.environ | told,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            ends = time.monotonic() + START_SECONDS
            while not (is_ready() if is_ready else _answers(port)):
                if process.poll() is not None or time.monotonic() > ends:
                    raise RuntimeError(f"{program} did not start:\n{Path(log.name).read_text()[-4000:]}")
                time.sleep(0.2)
            yield Server(port, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=20)


def _answers(port: int) -> bool:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/healthz?for=web", headers=HEADERS)
    try:
        urllib.request.urlopen(asked, timeout=30).close()  # noqa: S310 an address of ours
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False
    return True
