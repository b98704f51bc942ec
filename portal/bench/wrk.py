"""The load: wrk of Debian, as facts/performance.md asks (`-t2 -c8`), and what it says read back."""

import os
import re
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

from portal.bench.production import HEADERS
from portal.bench.rounds import Starved

# Each visitor has an address of their own, as behind nginx: limits by address stay in force and stop nobody.
_SCRIPT = """
local requests, place = {}, 0
function init(arguments)
  for number = 1, 4000 do
    wrk.headers["X-Forwarded-For"] = string.format("10.%d.%d.%d", math.random(0, 255), math.random(0, 255), math.random(1, 254))
    requests[number] = wrk.format("GET")
  end
end
function request()
  place = place % #requests + 1
  return requests[place]
end
"""
WARM_ANSWERS = 16  # every thread of every worker has answered by then
WARM_SECONDS = 120  # the first answer of a worker, on a machine that does other things too
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


class LoadFailed(RuntimeError):
    """The server answered something else than the page, or wrk said nothing that can be read."""


class NoWrk(RuntimeError):
    """There is no wrk on this machine, and it could not be installed."""


@dataclass(frozen=True)
class Load:
    """What wrk measured of one address; times in milliseconds."""

    per_second: float
    count: int
    p50: float
    p99: float


def ensure_wrk() -> str:
    """One sentence where it had to be installed, else an empty text. Raises NoWrk."""
    if shutil.which("wrk"):
        return ""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "--yes", "wrk"], capture_output=True, check=False)
    if not shutil.which("wrk"):
        raise NoWrk("The load comes from wrk, which is not installed: apt-get install wrk")
    return "wrk was missing and has been installed from Debian."


def headers_for(cookie: str) -> dict[str, str]:
    """What nginx and a browser send."""
    return HEADERS | {"User-Agent": "Mozilla/5.0 (X11; Linux)"} | ({"Cookie": cookie} if cookie else {})


def warm(port: int, address: str, *, cookie: str = "") -> None:
    """Ask until every worker has answered and has its caches. Raises LoadFailed for an answer that is no page, a redirect too."""

    def ask(_number: int) -> int:
        return asked_once(port, address, cookie=cookie)

    with ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(ask, range(WARM_ANSWERS)))
    if statuses != {200}:
        raise LoadFailed(f"{address} was answered with {sorted(statuses)}.")


def asked_once(port: int, address: str, *, cookie: str) -> int:
    """The status of one answer, read to its end. Raises Starved when none comes: the machine is too busy for the server."""
    connection = HTTPConnection("127.0.0.1", port, timeout=WARM_SECONDS)
    try:
        connection.request("GET", address, headers=headers_for(cookie))
        answer = connection.getresponse()
        answer.read()
    except (OSError, HTTPException) as error:
        raise Starved(f"{address} was not answered within {WARM_SECONDS} seconds ({error})") from error
    finally:
        connection.close()
    return answer.status


def load(port: int, address: str, *, seconds: float, connections: int = 8, cookie: str = "") -> Load:
    """Ask for one address on so many connections for so long. Raises LoadFailed unless every answer was the page."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT)
        script.flush()
        command = [
            *("wrk", "--threads", "2", "--connections", str(connections), "--duration", f"{max(1, round(seconds))}s"),
            *("--timeout", "20s", "--latency", "--script", script.name),
            *(part for name, value in headers_for(cookie).items() for part in ("--header", f"{name}: {value}")),
            f"http://127.0.0.1:{port}{address}",
        ]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
    if said.returncode:
        raise LoadFailed(
            f"wrk ended with {said.returncode} for {address}: {said.stderr.strip() or said.stdout.strip()}"
        )
    return read_report(said.stdout, address)


def read_report(text: str, address: str = "") -> Load:
    """wrk's report in numbers. Raises LoadFailed where it names an answer that was no page, or a broken connection.

    Raises Starved where nothing was answered at all in that time.
    """
    for trouble in (r"Non-2xx or 3xx responses: \d+", r"Socket errors: .*"):
        if found := re.search(trouble, text):
            raise LoadFailed(f"{address} was not answered each time: {found.group()}")
    if re.search(r"^\s*0 requests in", text, re.MULTILINE):
        raise Starved(f"{address} was not answered once")
    per_second, count = re.search(r"Requests/sec:\s+([\d.]+)", text), re.search(r"(\d+) requests in", text)
    p50, p99 = (re.search(rf"^\s+{share}%\s+([\d.]+)(us|ms|s|m)\s*$", text, re.MULTILINE) for share in (50, 99))
    if per_second is None or count is None or p50 is None or p99 is None:
        raise LoadFailed(f"wrk said nothing of {address} that can be read:\n{text}")
    return Load(float(per_second.group(1)), int(count.group(1)), _milliseconds(p50), _milliseconds(p99))


def _milliseconds(found: re.Match[str]) -> float:
    return float(found.group(1)) * _UNITS[found.group(2)]
