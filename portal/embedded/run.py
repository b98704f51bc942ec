"""`bin/run`: database, broker, sandbox, web and worker on one machine, until Ctrl-C.

Started by bin/run inside .venv. Everything it starts is a child of this process and ends with it.
"""

import argparse
import atexit
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import NoReturn

from honcho.manager import Manager
from honcho.printer import Printer

from portal.embedded.paths import PROJECT, state_directory
from portal.queues import worker_arguments

DEMO_LOGINS = (
    ("buyer", "buyer@jiangji.example"),
    ("seller", "seller@jiangji.example"),
    ("seller before level 1", "newcomer@jiangji.example"),
    ("marketer", "marketer@jiangji.example"),
    ("moderator", "moderator@jiangji.example"),
    ("second moderator", "mediator@jiangji.example"),
    ("support", "support@jiangji.example"),
    ("finance", "finance@jiangji.example"),
    ("second of finance", "cashier@jiangji.example"),
    ("administrator", "admin@jiangji.example"),
)
DEMO_PASSWORD = "jiangji-demo-2026"  # noqa: S105 the demo's, printed for everybody


def parser() -> argparse.ArgumentParser:
    """What bin/run may be told (tests/contracts/test_docs.py asks it about what the documentation shows)."""
    known = argparse.ArgumentParser(prog="bin/run", description="Start the whole portal on this machine.")
    known.add_argument("--fresh", action="store_true", help="throw the data of this checkout away and start over")
    known.add_argument("--elasticsearch", action="store_true", help="search in a real Elasticsearch too (needs Java)")
    known.add_argument("--no-demo", action="store_true", help="do not load the demo catalogue into an empty database")
    known.add_argument("--started-at", type=float, default=time.time(), help=argparse.SUPPRESS)
    return known


def main() -> None:
    arguments = parser().parse_args()
    started = arguments.started_at  # of bin/run: packages count too

    port = _port("PORT", os.environ.get("PORT", "8000"))
    sandbox_port = _port("SANDBOX_PORT", os.environ.get("SANDBOX_PORT", "0")) or (
        8020 if _is_free(8020) else _free_port()
    )
    if _is_ours(port):
        _fail(f"Jiangji is already running at http://localhost:{port}. Another one: PORT={port + 1} bin/run")
    if not _is_free(port):
        _fail(f"Port {port} is taken by another program. Choose another: PORT={port + 1} bin/run")
    if arguments.fresh:
        _step("throwing the old data away", _forget_everything)

    environment = (
        os.environ
        | beside_proxies(os.environ)
        | {
            "SITE_URL": os.environ.get("SITE_URL", f"http://localhost:{port}"),
            "PAYMENT_SANDBOX_URL": f"http://127.0.0.1:{sandbox_port}",
            "IDENTITY_SANDBOX_URL": f"http://127.0.0.1:{sandbox_port}/identity",
            "PAYMENT_NOTIFY_BASE_URL": f"http://127.0.0.1:{port}",
            "DEMO_CLOCK": os.environ.get("DEMO_CLOCK", "1"),
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "ignore",  # what libraries warn about is for the tests, where it is an error
        }
    )
    os.environ.update(environment)
    _step("starting PostgreSQL 18", _start_postgres)
    _step("starting Valkey", _start_valkey)
    if arguments.elasticsearch:
        _step("starting Elasticsearch", _start_elasticsearch)
    _step("making the sandbox's keys", _make_sandbox_keys)
    _step("bringing the database up to date", _bring_up_to_date)
    if not arguments.no_demo and not _has_catalogue():
        print("  loading the demo catalogue")
        _manage("load_demo", show=True)
    if arguments.elasticsearch:
        _step("filling Elasticsearch", lambda: _manage("rebuild_search", "--cluster-only"))
    _serve(port=port, sandbox_port=sandbox_port, started=started)


def beside_proxies(environment: Mapping[str, str]) -> dict[str, str]:
    """What keeps calls between our own processes off a proxy that the machine may have set for the outside."""
    local = ("127.0.0.1", "localhost")
    kept = {name: environment.get(name, "").split(",") for name in ("no_proxy", "NO_PROXY")}
    return {name: ",".join(dict.fromkeys([*filter(None, hosts), *local])) for name, hosts in kept.items()}


def _serve(*, port: int, sandbox_port: int, started: float) -> None:
    """Run the long-lived processes until one of them ends or Ctrl-C."""
    python = sys.executable
    log = (state_directory() / "processes.log").open("w", buffering=1)
    manager = Manager(Printer(output=log, width=8, colour=False))
    uvicorn = [python, "-m", "uvicorn", "--log-level", "warning", "--host", "127.0.0.1"]
    # As in production (README): no compression, which would be done anew for each window, and no large frames.
    web_options = [
        "--ws",
        "portal.live_protocol:LiveProtocol",
        "--ws-per-message-deflate",
        "false",
        "--ws-max-size",
        "65536",
    ]
    web = [*uvicorn, "--port", str(port), *web_options, "portal.asgi:application"]
    sandbox = [*uvicorn, "--port", str(sandbox_port), "portal.embedded.sandboxes:application"]
    # The clock is inside one of the workers: for one machine only. Production runs beat by itself (docs/deployment.md).
    celery, threads = [python, "-m", "celery", "-A", "portal"], ["-P", "threads", "-l", "WARNING"]
    worker = [*celery, *worker_arguments("celery"), "-B", *threads, "-c", "4"]
    slow = [*celery, *worker_arguments("slow"), *threads, "-c", "2"]  # two: portal/queues.py says why
    environment = dict(os.environ)
    sandbox_environment = environment | {
        "SANDBOX_DATA_DIR": str(state_directory() / "sandbox"),
        "SANDBOX_BASE_URL": f"http://127.0.0.1:{sandbox_port}",
        "TZ": "Asia/Shanghai",
    }
    manager.add_process("web", shlex.join(web), env=environment, cwd=str(PROJECT))
    manager.add_process("worker", shlex.join(worker), env=environment, cwd=str(PROJECT))
    manager.add_process("slow", shlex.join(slow), env=environment, cwd=str(PROJECT))
    manager.add_process("sandbox", shlex.join(sandbox), env=sandbox_environment, cwd=str(PROJECT))
    threading.Thread(target=_announce, args=(port, sandbox_port, started), daemon=True).start()
    manager.loop()
    log.close()
    if manager.returncode and manager.returncode not in (
        -signal.SIGINT,
        128 + signal.SIGINT,
        -signal.SIGTERM,
        128 + signal.SIGTERM,
    ):
        _fail("A process ended by itself. What it said stands in .jiangji/processes.log")
    print("\nStopped.")


def _announce(port: int, sandbox_port: int, started: float) -> None:
    """Wait until every part answers, then print where everything is."""
    address = f"http://localhost:{port}"
    close = _begin("starting web, worker and payment sandbox")
    parts: dict[str, str] = {}
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                parts = json.load(answer)["parts"]
                break
        except urllib.error.HTTPError as error:
            parts = json.load(error).get("parts", {})
        except (OSError, ValueError):
            pass
        time.sleep(0.5)
    close()
    down = [f"{name} ({state})" for name, state in parts.items() if state != "up"]
    if down or not parts:
        print(f"Not every part answers: {', '.join(down) or 'web'}. See .jiangji/processes.log")
    print(f"\nReady after {time.time() - started:.0f} s.\n")
    print(f"  Site       {address}/            English: {address}/en/")
    print(f"  Admin      {address}/admin/      Wagtail, for staff")
    print(f"  Sandbox    http://127.0.0.1:{sandbox_port}/      payments and faults")
    print(f"  Outbox     {address}/dev/outbox/ mails and text messages\n")
    print(f"  Password of every demo login: {DEMO_PASSWORD}")
    for role, login in DEMO_LOGINS:
        print(f"    {role:<14} {login}")
    print(f"  Staff are asked for a six-digit code too: it stands at {address}/dev/outbox/")
    print("\nCtrl-C stops everything.", flush=True)


def _forget_everything() -> None:
    for name in ("postgres", "valkey", "elasticsearch", "sandbox", "media", "private"):
        shutil.rmtree(state_directory() / name, ignore_errors=True)


def _start_postgres() -> None:
    from portal.embedded.postgres import start_postgres

    os.environ.setdefault("DATABASE_URL", start_postgres())


def _bring_up_to_date() -> None:
    from portal.embedded.migrated import MigrationFailed, bring_up_to_date

    try:
        bring_up_to_date(os.environ["DATABASE_URL"])
    except MigrationFailed as failed:
        _fail(f"\n`manage.py migrate` failed.\n{failed}")


def _start_valkey() -> None:
    from portal.embedded.valkey import start_valkey

    os.environ.setdefault("REDIS_URL", start_valkey())


def _start_elasticsearch() -> None:
    from portal.embedded.search_server import SearchServerUnavailable, start_search_server

    if os.environ.get("ELASTICSEARCH_URL"):
        return
    try:
        server = start_search_server("elasticsearch", state_directory() / "elasticsearch")
    except SearchServerUnavailable as missing:
        _fail(f"\n{missing}")
    atexit.register(server.stop)
    os.environ["ELASTICSEARCH_URL"] = server.url


def _make_sandbox_keys() -> None:
    from marketplace.payments.sandbox.keys import ensure_keys

    ensure_keys(state_directory() / "sandbox")


def _has_catalogue() -> bool:
    code = "import django; django.setup(); from marketplace.gigs.models import Gig; print(Gig.objects.exists())"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    result = subprocess.run([sys.executable, "-c", code], env=environment, cwd=PROJECT, capture_output=True, text=True)
    return result.stdout.strip().endswith("True")


def _manage(*arguments: str, show: bool = False) -> None:
    command = [sys.executable, "-W", "ignore", "manage.py", *arguments]
    result = subprocess.run(command, cwd=PROJECT, capture_output=not show, text=True)
    if result.returncode:
        _fail(f"\n`manage.py {arguments[0]}` failed.\n{result.stderr or ''}")


def _port(variable: str, text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        _fail(f"{variable} must be a port number, not {text!r}.")
    return int(text)


def _is_ours(port: int) -> bool:
    """Whether a portal answers there already."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=3) as answer:
            return "parts" in json.load(answer)
    except (OSError, ValueError):
        return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _begin(text: str) -> Callable[[], None]:
    begun = time.monotonic()
    print(f"  {text + ' …':<46}", end="", flush=True)
    return lambda: print(f"{time.monotonic() - begun:>6.1f} s", flush=True)


def _step(text: str, work: Callable[[], object]) -> None:
    close = _begin(text)
    work()
    close()


def _fail(sentence: str) -> NoReturn:
    sys.stderr.write(sentence + "\n")
    raise SystemExit(1)


if __name__ == "__main__":
    main()
