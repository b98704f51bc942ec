"""`bin/bench peak`: a shopping day on this machine. docs/performance.md says who comes and how it is judged.

`sustained_per_second`     answers of the portal a second while the peak was held, by `users` people
`orders_paid_per_minute`   paid at the institution's page, told by its notification
`pages`                    number, p50, p95, p99 in milliseconds of everything the portal answered; `kinds` the same of each kind
`errors`                   answers that were wrong since the peak was held; `errors_by_kind` what they were
`steps`                    the rise: people, answers a second, p95, wrong answers, whether the step held
`given_up`                 with how many people a hold was begun that did not last
`deepest`                  the most that waited in the queue and in each outbox and inbox
`drained_seconds`          from the last visitor's last answer until nothing waits that did not wait before; null: not in time
`violations`               of `audit_ledger` after that
`foreign`                  what others used of the machine while the peak was held; `shares` what each of ours did
`windows`                  sockets that stayed open, were lost, and frames that came through them
`reasons`                  why it counts as failed, a sentence each

Locust runs in a process of its own (portal/bench/peak_people.py); this one watches.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.bench import machine, peak_rules, peak_site, processes, production
from portal.bench.peak_rules import Answer, Peak, Step, Window
from portal.bench.rounds import wait_for_quiet
from portal.embedded.paths import PROJECT

SETTLE_SECONDS = 300.0  # the demo's own arrears, before anybody comes
LOOK_SECONDS, COUNT_SECONDS = 1.0, 5.0
STOP_SECONDS = 60  # who is in the middle of something may end it


@dataclass
class Result:
    """What was seen, and the judgement."""

    peak: Peak
    users: int
    minutes: float
    paid: int
    steps: list[Step]
    deepest: Mapping[str, int]
    shares: Mapping[str, float]
    windows: Mapping[str, int]
    given_up: list[int] = field(default_factory=list)
    messages: int = 0
    calibration: float = 0.0
    reasons: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reasons = peak_rules.reasons_against(self.peak)

    def is_valid(self) -> bool:
        """Whether the site has stood it."""
        return not self.reasons

    def refusal(self) -> str:
        """Why not, a sentence a line."""
        return "\n".join(self.reasons)

    def as_json(self) -> dict[str, Any]:
        """The keys of the module's head."""
        held = self.peak.held or Window(0, 0.0)
        return {
            "users": self.users,
            "minutes": round(self.minutes, 2),
            "limit_ms": self.peak.limit_ms,
            "sustained_per_second": round(held.per_second, 1),
            "orders_paid_per_minute": round(self.paid / self.minutes, 2) if self.minutes else 0.0,
            "messages_per_minute": round(self.messages / self.minutes, 2) if self.minutes else 0.0,
            "pages": peak_rules.figures(held.ours),
            "kinds": held.of_kinds(),
            "errors": sum(self.peak.wrong.values()),
            "errors_by_kind": dict(self.peak.wrong),
            "rise_errors": dict(self.peak.rise_wrong),
            "steps": [vars(step) for step in self.steps],
            "given_up": self.given_up,
            "deepest": dict(self.deepest),
            "drained_seconds": self.peak.drained_seconds,
            "untold_payments": self.peak.untold_payments,
            "violations": self.peak.violations,
            "failed_jobs": self.peak.failed_jobs,
            "foreign": round(self.peak.foreign, 3),
            "shares": {name: round(share, 3) for name, share in self.shares.items()},
            "windows": dict(self.windows),
            "calibration": round(self.calibration, 1),
            "reasons": self.reasons,
        }

    def as_table(self) -> str:
        """The same for people."""
        found = self.as_json()
        lines = ["people   a second   p95 ms   wrong"]
        for step in self.steps:
            held = "" if step.is_held else "  did not hold"
            lines.append(f"{step.users:>6}{step.per_second:>11.1f}{step.p95_ms:>9.0f}{step.problems:>8}{held}")
        lines += [f"{users:>6}  held at first, and given up" for users in self.given_up]
        lines += [
            "",
            f"held for {found['minutes']:g} minutes by {self.users} people: {found['sustained_per_second']} answers a second, "
            f"{found['orders_paid_per_minute']} orders paid and {found['messages_per_minute']} messages a minute",
            f"wrong answers: {found['errors']}",
            "",
            f"{'':<16}{'number':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}",
        ]
        for kind, one in {"all of ours": found["pages"], **found["kinds"]}.items():
            lines.append(f"{kind:<16}{one['number']:>8}{one['p50_ms']:>9.0f}{one['p95_ms']:>9.0f}{one['p99_ms']:>9.0f}")
        waited = ", ".join(f"{name} {number}" for name, number in found["deepest"].items() if number) or "nothing"
        drained = found["drained_seconds"]
        shares = ", ".join(f"{name} {share:.0%}" for name, share in self.shares.items())
        lines += [
            "",
            f"at most waited: {waited}",
            f"drained: {'not in time' if drained is None else f'after {drained:.0f} s'}; "
            f"paid orders that nobody told of: {found['untold_payments']}; jobs that failed: {found['failed_jobs']}",
            f"the books: {found['violations']} violations",
            f"open windows: {self.windows}",
            f"of the machine: {shares}; others {self.peak.foreign:.0%}; "
            f"plain loop: {self.calibration:.0f} million steps a second",
        ]
        return "\n".join(lines)


@dataclass
class Waiting:
    """What waits for a worker, to leave, or to be applied: counted now and then, the most of each is kept."""

    since: Any
    most: dict[str, int] = field(default_factory=dict)
    usual: dict[str, int] = field(default_factory=dict)

    def count(self, *, is_whole: bool = True) -> dict[str, int]:
        """Each by its name; without `is_whole` the queue alone."""
        from marketplace.operations import backlogs, queues

        found = {"queue": sum(queue.number for queue in queues.queues())}
        if is_whole:
            found |= {waits.backlog.key: waits.number for waits in backlogs.waiting() if not waits.backlog.is_dead}
            found["notifications of institutions"] = _inbox().count()
        for name, number in found.items():
            self.most[name] = max(self.most.get(name, 0), number)
        return found

    def settle(self) -> None:
        """Wait for the demo's own arrears, and call what is left usual. What was the most so far is forgotten."""
        ends = time.monotonic() + SETTLE_SECONDS
        before: dict[str, int] = {}
        while time.monotonic() < ends:
            found = self.count()
            if not found["queue"] and found == before:
                break
            before = found
            time.sleep(COUNT_SECONDS)
        self.usual, self.most = {**before, "queue": 0}, {}

    def is_drained(self) -> bool:
        """Whether nothing waits that did not before, and every paid order was told of."""
        found = self.count()
        return all(number <= self.usual.get(name, 0) for name, number in found.items()) and not self.untold()

    def untold(self) -> int:
        """Payments since the beginning of which no verified notification was applied."""
        from marketplace.payments.models import GatewayNotification, Payment

        paid = Payment.objects.filter(paid_at__gte=self.since).count()
        told = GatewayNotification.objects.filter(
            received_at__gte=self.since, verified=True, kind="payment", applied_at__isnull=False
        ).count()
        return max(0, paid - told)


def _inbox() -> Any:
    from marketplace.payments.models import GatewayNotification

    return GatewayNotification.objects.filter(verified=True, applied_at=None)


@dataclass
class Site:
    """The running parts, by what their share of the machine is called."""

    parts: dict[str, tuple[int, ...]]
    windows: peak_site.Windows

    def cpu_seconds(self) -> dict[str, float]:
        """What each has used so far; PostgreSQL and Valkey by where they stand."""
        seen = processes.all_seen()
        valkey = {pid for pid in processes.own_services(seen) if seen[pid].name.startswith("valkey")}
        parts = self.parts | {"PostgreSQL": tuple(processes.own_postgres()), "Valkey": tuple(valkey)}
        return {name: processes.cpu_seconds_of(*pids) for name, pids in parts.items()}


def measure(
    told: Mapping[str, str],
    addresses: peak_site.Addresses,
    sandbox_folder: Path,
    *,
    minutes: float,
    step_seconds: float,
    first_users: int,
    most_users: int,
    limit_ms: float,
    foreign_limit: float,
    patience: float,
) -> Result:
    """One shopping day; the environment is that of `site.enter_production`."""
    from django.utils import timezone

    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        enter = stack.enter_context
        sandbox = enter(peak_site.sandbox(addresses, sandbox_folder))
        web, live = enter(production.gunicorn("portal.wsgi", told, is_renewed=True)), enter(production.uvicorn(told))
        enter(peak_site.edge(addresses.edge_port, web.port))
        jobs, clock = enter(peak_site.worker(told)), enter(peak_site.beat(told))
        known = peak_site.who_and_what()
        # People with sessions have a window open; those of buyers and sellers in turn.
        cookies = [f"{known['session_cookie']}={one['session']}" for one in (*known["buyers"], *known["sellers"])]
        windows = enter(peak_site.Windows(live.port, cookies[:: max(1, len(cookies) // peak_site.WINDOWS)]))
        peak_site.warm(web.port, known)
        waiting = Waiting(since=timezone.now())
        waiting.settle()
        wait_for_quiet(patience)
        calibration, failed_before = machine.calibrate(), _failed_jobs()
        known |= {
            "site": f"http://127.0.0.1:{web.port}",
            "sandbox": addresses.sandbox,
            "result": f"{folder}/result.json",
            "phases": f"{folder}/phases",
            "day": {
                "hold_seconds": minutes * 60,
                "first_users": first_users,
                "most_users": most_users,
                "step_seconds": step_seconds,
                "limit_ms": limit_ms,
            },
        }
        site = Site(
            {"pages": (web.pid,), "sockets": (live.pid,), "jobs": (jobs.pid, clock.pid), "institution": (sandbox.pid,)},
            windows,
        )
        watched = _people_come(known, Path(folder), site, waiting)
        drained = _drain(waiting, watched.last_answer)
        return _result(
            watched,
            waiting,
            site,
            minutes=minutes,
            limit_ms=limit_ms,
            foreign_limit=foreign_limit,
            calibration=calibration,
            drained=drained,
            failed_jobs=_failed_jobs() - failed_before,
        )


@dataclass
class Watched:
    """What Locust told in the end, and what the machine did while the peak was held."""

    phases: dict[str, float]
    steps: list[Step]
    answers: list[Answer]
    foreign: float
    shares: dict[str, float]
    given_up: list[int]

    @property
    def users(self) -> int:
        """How many people were held in the end; 0 where no number could be."""
        return peak_rules.highest_held(self.steps, below=min(self.given_up, default=math.inf))

    @property
    def last_answer(self) -> float:
        """When the last visitor had their last answer, seconds since 1970."""
        return max((answer.asked_at + answer.milliseconds / 1000 for answer in self.answers), default=time.time())


def _people_come(known: Mapping[str, Any], folder: Path, site: Site, waiting: Waiting) -> Watched:
    """Run Locust to its end and look at the machine meanwhile. Raises RuntimeError with what it said when it tells nothing."""
    (folder / "told.json").write_text(json.dumps(known, ensure_ascii=False))
    command = [
        *(sys.executable, "-W", "ignore", "-m", "locust", "--headless", "--only-summary", "--loglevel", "ERROR"),
        *("--locustfile", "portal/bench/peak_people.py", "--stop-timeout", str(STOP_SECONDS)),
    ]
    environment = os.environ | {"PEAK_TOLD": str(folder / "told.json")}
    load = machine.ForeignLoad()
    foreign, shares = 0.0, dict[str, float]()
    with (folder / "said").open("w") as said:
        people = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=said, stderr=subprocess.STDOUT)
        site.parts["people (Locust)"] = (people.pid,)
        try:
            began: dict[str, float] = {}
            clock = counted_at = held_since = 0.0
            while people.poll() is None:
                phases = _phases(folder)
                if phases.get("hold", 0.0) != held_since:  # begun, or begun anew
                    load.__enter__()
                    held_since, began, clock = phases["hold"], site.cpu_seconds(), time.monotonic()
                if "over" in phases and began and not shares:
                    load.__exit__()
                    foreign = load.share
                    whole = (time.monotonic() - clock) * (os.cpu_count() or 1)
                    shares = {name: (used - began.get(name, 0.0)) / whole for name, used in site.cpu_seconds().items()}
                is_whole = time.monotonic() - counted_at >= COUNT_SECONDS
                counted_at = time.monotonic() if is_whole else counted_at
                waiting.count(is_whole=is_whole)
                time.sleep(LOOK_SECONDS)
        finally:
            if people.poll() is None:
                people.terminate()
                people.wait(STOP_SECONDS + 30)
    site.parts.pop("people (Locust)")
    try:
        told = json.loads(Path(known["result"]).read_text())
    except OSError as error:
        raise RuntimeError(f"Locust told nothing:\n{(folder / 'said').read_text()[-4000:]}") from error
    return Watched(
        told["phases"],
        [Step(**step) for step in told["steps"]],
        [Answer(*answer) for answer in told["answers"]],
        foreign,
        shares,
        told["given_up"],
    )


def _phases(folder: Path) -> dict[str, float]:
    file = folder / "phases"
    return dict(json.loads(line) for line in file.read_text().splitlines()) if file.exists() else {}


def _drain(waiting: Waiting, since: float) -> float | None:
    """Seconds from then until nothing waits any more; None when that takes too long."""
    while not waiting.is_drained():
        if time.time() - since > peak_rules.DRAIN_SECONDS:
            return None
        time.sleep(LOOK_SECONDS)
    return round(time.time() - since, 1)


def _failed_jobs() -> int:
    from marketplace.operations.models import FailedTask

    return FailedTask.objects.filter(closed_at=None).count()


def _result(
    watched: Watched,
    waiting: Waiting,
    site: Site,
    *,
    minutes: float,
    limit_ms: float,
    foreign_limit: float,
    calibration: float,
    drained: float | None,
    failed_jobs: int,
) -> Result:
    from marketplace.payments.services import run_audit

    users, ends = watched.users, watched.phases["over"]
    begins = watched.phases.get("hold") if users else None
    held = peak_rules.between(watched.answers, begins, ends, users) if begins is not None else None
    wrong = [answer for answer in watched.answers if answer.problem]
    since_held = [answer for answer in wrong if begins is not None and answer.asked_at >= begins]
    before = [answer for answer in wrong if answer not in since_held]
    paid = _paid_orders(begins, ends) if begins is not None else 0
    peak = Peak(
        held=held,
        limit_ms=limit_ms,
        paid_orders=paid,
        wrong=peak_rules.counted(since_held),
        untold_payments=waiting.untold(),
        drained_seconds=drained,
        violations=len(run_audit().violations),
        foreign=watched.foreign,
        foreign_limit=foreign_limit,
        closed_windows=site.windows.closed,
        failed_jobs=failed_jobs,
        rise_wrong=peak_rules.counted(before),
    )
    return Result(
        peak,
        users,
        minutes=held.seconds / 60 if held else 0.0,
        paid=paid,
        steps=watched.steps,
        deepest=waiting.most,
        shares=watched.shares,
        windows={"open": site.windows.opened, "lost": site.windows.closed, "frames": site.windows.frames},
        given_up=watched.given_up,
        messages=sum(answer.kind == "message" and not answer.problem for answer in held.answers) if held else 0,
        calibration=calibration,
    )


def _paid_orders(begins: float, ends: float) -> int:
    from datetime import UTC, datetime

    from marketplace.orders.models import Order

    first, last = (datetime.fromtimestamp(moment, UTC) for moment in (begins, ends))
    return Order.objects.filter(paid_at__gte=first, paid_at__lt=last).count()
