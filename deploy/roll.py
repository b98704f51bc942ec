"""Bring a release to the machine of deploy/compose.yaml without a failed request: `python3 deploy/roll.py IMAGE`.

Needs Python and `docker compose`, nothing else. What it does, step by step, stands in docs/deployment.md. It stops at the first
thing that goes wrong, with the release before still answering; run again, it goes on.
"""

import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
UPSTREAMS = HERE / "nginx" / "upstreams" / "upstreams.conf"
ENVIRONMENT = HERE / ".env"
SERVING = ("web1", "web2", "live1", "live2")
TRIES, AGAIN_SECONDS = 10, 5
SETTLE_SECONDS = 3  # what was on its way to a process has begun by then


def with_server(text: str, server: str, *, is_down: bool) -> str:
    """The upstreams' file in which nginx leaves `server` (web1, or an address) alone, or asks it again."""
    line = re.compile(rf"^(\s*server {re.escape(server)}(?::\d+)? [^;]*?)( down)?;", re.MULTILINE)
    if not line.search(text):
        raise ValueError(f"There is no server {server}.")
    return line.sub(rf"\1{' down' if is_down else ''};", text)


def with_image(text: str, image: str) -> str:
    """The file of variables with another image."""
    line = f"JIANGJI_IMAGE={image}"
    changed, number = re.subn(r"^JIANGJI_IMAGE=.*$", lambda _found: line, text, flags=re.MULTILINE)
    return changed if number else f"{text.rstrip()}\n{line}\n".lstrip()


def compose(*arguments: str) -> None:
    command = ["docker", "compose", "--file", str(HERE / "compose.yaml"), *arguments]
    print("+ docker compose", *arguments, flush=True)
    subprocess.run(command, check=True)  # noqa: S603 the arguments are ours


def set_aside(server: str, *, is_down: bool) -> None:
    """Let nginx leave a process alone, or ask it again; returns once the new rule holds for every new request."""
    UPSTREAMS.write_text(with_server(UPSTREAMS.read_text(), server, is_down=is_down))
    compose("exec", "-T", "nginx", "nginx", "-t", "-q")
    compose("exec", "-T", "nginx", "nginx", "-s", "reload")
    time.sleep(SETTLE_SECONDS)


def migrate() -> None:
    """Who finds a table in use gives up after three seconds, so that nobody waits behind it, and comes again."""
    for tries_left in reversed(range(TRIES)):
        try:
            compose("run", "--rm", "--no-deps", "migrate")
        except subprocess.CalledProcessError:
            if not tries_left:
                raise
            time.sleep(AGAIN_SECONDS)
        else:
            return


def main(image: str) -> None:
    """Tables, then style sheets, then one process after the other."""
    ENVIRONMENT.write_text(with_image(ENVIRONMENT.read_text() if ENVIRONMENT.exists() else "", image))
    compose("pull", "--policy", "missing", "web1")
    migrate()
    compose("run", "--rm", "--no-deps", "static")
    for server in SERVING:
        set_aside(server, is_down=True)
        # SIGTERM: gunicorn answers what it has begun; uvicorn tells its windows to come back, which the other one takes.
        compose("up", "--detach", "--no-deps", "--wait", server)
        set_aside(server, is_down=False)
    compose("up", "--detach", "--no-deps", "--wait", "worker", "beat")
    # Not waited for: no page needs it, and of an image from before there was one (the way back) it runs, but cannot say so.
    compose("up", "--detach", "--no-deps", "slow")
    print(f"{image} answers.")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
