"""Whether the process of this container is well: `python -P portal/probe.py web|worker|slow|beat`, 0 or 1.

It knows neither Django nor the settings, so that asking every few seconds costs next to nothing; `-P` keeps portal/celery.py from
standing for the library (deploy/compose.yaml,
deploy/kubernetes/).
"""

import os
import socket
import sys
import urllib.request

WEB_PORT = 8000
ANSWER_SECONDS = 5.0
# A process that is looked after by Celery is asked through the broker, by the name that Celery gives it.
NODES = {"worker": "celery", "slow": "slow", "beat": "celerybeat"}


def web_is_well(port: int) -> bool:
    """Ask a web or a live process for what it needs itself. Raises OSError when it does not answer, or answers 503."""
    host = os.environ["ALLOWED_HOSTS"].partition(",")[0]
    # Not through a proxy that the machine may have for the outside.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz?for=web", headers={"Host": host})
    with opener.open(request, timeout=ANSWER_SECONDS) as answer:
        return bool(answer.status == 200)


def node_is_well(role: str) -> bool:
    """Ask the worker or the clock of this host. Raises an error of Redis or of kombu when the broker is away."""
    from celery import Celery

    node = f"{NODES[role]}@{socket.gethostname()}"
    application = Celery(broker=f"{os.environ['REDIS_URL'].rstrip('/')}/2", set_as_current=False)
    return bool(application.control.ping(destination=[node], timeout=ANSWER_SECONDS))


def main(role: str, port: int = WEB_PORT) -> int:
    """The exit code; why it is 1 goes to stderr."""
    try:
        is_well = web_is_well(port) if role == "web" else node_is_well(role)
    except Exception as error:  # whatever it is, it is not well
        sys.stderr.write(f"{role}: {type(error).__name__}: {error}\n")
        return 1
    return 0 if is_well else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], *map(int, sys.argv[2:])))
