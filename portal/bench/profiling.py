"""`bin/bench profile PAGE`: where a worker's time goes while a page is asked for, as a table.

py-spy where it is installed (`pip install py-spy`): it looks at one of production's workers from outside, under wrk. Else
cProfile, in one process, around the same WSGI application: shares are good, absolute times are about doubled by the looking.
"""

import cProfile
import io
import pstats
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from portal.bench import production, site, wrk
from portal.embedded.paths import PROJECT

LINES = 40
WARM, FEWEST = 3, 5


def profile(page: str, *, is_logged_in: bool, seconds: float) -> str:
    """The table for a page by its name (`home`, `list`, …) or by its address."""
    address = page if page.startswith("/") else site.public_pages()[page]
    cookie = site.cookie_for(site.BUYER) if is_logged_in else ""
    program = shutil.which("py-spy") or next(
        (str(path) for path in [Path(sys.executable).parent / "py-spy"] if path.exists()), ""
    )
    head = f"{address}{', logged in' if cookie else ''}"
    if program:
        return f"{head}, py-spy on one worker of two under wrk\n\n{by_sampling(program, address, cookie, seconds)}"
    return f"{head}, cProfile in one process (no py-spy here)\n\n{by_tracing(address, cookie, seconds)}"


def by_sampling(program: str, address: str, cookie: str, seconds: float) -> str:
    """What py-spy saw on the stacks of one worker: share of the samples in a function, and in it and all it calls."""
    wrk.ensure_wrk()
    with production.gunicorn("portal.wsgi", {"PAGES_ARE_KEPT": "0"}) as server, tempfile.TemporaryDirectory() as folder:
        wrk.warm(server.port, address, cookie=cookie)
        load = threading.Thread(
            target=wrk.load, args=(server.port, address), kwargs={"seconds": seconds + 2, "cookie": cookie}
        )
        load.start()
        stacks = Path(folder) / "stacks"
        worker = server.workers()[0]
        command = [
            program,
            "record",
            "--pid",
            str(worker),
            "--duration",
            str(max(1, round(seconds))),
            "--format",
            "raw",
        ]
        done = subprocess.run([*command, "--output", str(stacks)], capture_output=True, text=True, check=False)
        load.join()
        if done.returncode:
            raise RuntimeError(f"py-spy: {done.stderr.strip()}")
        return table_of_stacks(stacks.read_text().splitlines())


def table_of_stacks(lines: Iterable[str]) -> str:
    """py-spy's raw format (`outer;inner 12`) as a table of functions, those with most of their own first."""
    own: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for line in lines:
        stack, _blank, count = line.rpartition(" ")
        frames = stack.split(";")
        own[frames[-1]] += int(count)
        for frame in set(frames):
            whole[frame] += int(count)
    total = sum(own.values()) or 1
    rows = [f"{'own':>7}{'whole':>8}  function"]
    for frame, count in own.most_common(LINES):
        rows.append(f"{count / total:>7.1%}{whole[frame] / total:>8.1%}  {shortened(frame)}")
    rows += ["", f"{'whole':>7}  most of all with what it calls"]
    rows += [f"{count / total:>7.1%}  {shortened(frame)}" for frame, count in whole.most_common(LINES)]
    return "\n".join(rows)


def by_tracing(address: str, cookie: str, seconds: float) -> str:
    """What cProfile counted while the WSGI application answered, one request after the other."""
    from portal.wsgi import application

    environ = _environ(address, cookie)
    for _warm in range(WARM):
        _answer(application, environ)
    # CPU, not the clock on the wall: what others do meanwhile is in none of the lines.
    tracer, count, until = cProfile.Profile(time.process_time), 0, time.process_time() + seconds
    tracer.enable()
    while count < FEWEST or time.process_time() < until:
        _answer(application, environ)
        count += 1
    tracer.disable()
    return f"{count} answers\n\n{tables_of(tracer)}"


def tables_of(tracer: cProfile.Profile) -> str:
    """The functions with most time of their own, and with most time in all."""
    told = io.StringIO()
    stats = pstats.Stats(tracer, stream=told)
    for order in ("tottime", "cumulative"):
        stats.sort_stats(order).print_stats(LINES)
    return "\n".join(shortened(line) for line in told.getvalue().splitlines())


def shortened(text: str) -> str:
    """Without the folders that every line would begin with."""
    return re.sub(r"\S*/site-packages/", "", text.replace(f"{PROJECT}/", ""))


def _environ(address: str, cookie: str) -> dict[str, Any]:
    from django.test import RequestFactory

    headers = {name: value for name, value in wrk.headers_for(cookie).items() if name not in ("Host", "Cookie")}
    request = RequestFactory(headers=headers).get(
        address, secure=True, headers={"host": production.HOST, "cookie": cookie}
    )
    return dict(request.environ)


def _answer(application: Any, environ: dict[str, Any]) -> None:
    statuses: list[str] = []
    body = application({**environ, "wsgi.input": io.BytesIO()}, lambda status, _headers: statuses.append(status))
    b"".join(body)
    if hasattr(body, "close"):
        body.close()
    if not statuses[0].startswith("200"):
        raise wrk.LoadFailed(f"The page was answered with {statuses[0]}.")
