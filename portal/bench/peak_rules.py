"""The rules of `bin/bench peak`: how people arrive, when a rise is over, what a peak must have been. No load, no Django.

People arrive in steps, each a quarter more than the one before. A step holds when every answer of its second half was right
and the 95th percentile of them is at most the limit. After the first that does not hold, as many people as in the last that
did stay for as long as was asked for, and then nobody comes.
"""

import math
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

FIRST_USERS, MOST_USERS, FACTOR = 20, 4000, 1.25
STEP_SECONDS = 30.0
CHECK_SECONDS = 60.0
LIMIT_MS = 1000.0
DRAIN_SECONDS = 600.0
# The sandbox stands for another house: its answers are nobody's pages.
ELSEWHERE = frozenset({"cashier"})


@dataclass(frozen=True)
class Answer:
    """One answer: when it was asked for (seconds since 1970), of what kind, how long it took, what was wrong with it."""

    asked_at: float
    kind: str
    milliseconds: float
    problem: str = ""


@dataclass(frozen=True)
class Window:
    """What was answered between two moments."""

    users: int
    seconds: float
    answers: tuple[Answer, ...] = ()

    @property
    def problems(self) -> list[Answer]:
        """Answers that were not what they should be, the sandbox's too."""
        return [answer for answer in self.answers if answer.problem]

    @property
    def ours(self) -> list[float]:
        """Milliseconds of what the portal answered."""
        return [answer.milliseconds for answer in self.answers if answer.kind not in ELSEWHERE]

    @property
    def per_second(self) -> float:
        """Answers of the portal."""
        return len(self.ours) / self.seconds if self.seconds else 0.0

    def of_kinds(self) -> dict[str, dict[str, float]]:
        """Number, 50th, 95th and 99th percentile in milliseconds of each kind of page, the most frequent first."""
        found: dict[str, list[float]] = {}
        for answer in self.answers:
            found.setdefault(answer.kind, []).append(answer.milliseconds)
        return {kind: figures(found[kind]) for kind in sorted(found, key=lambda kind: -len(found[kind]))}


def figures(milliseconds: Collection[float]) -> dict[str, float]:
    """Number, 50th, 95th and 99th percentile."""
    return {"number": len(milliseconds)} | {
        f"p{share}_ms": round(percentile(milliseconds, share), 1) for share in (50, 95, 99)
    }


def percentile(values: Collection[float], share: float) -> float:
    """The smallest value that so many percent do not exceed; 0 of nothing."""
    if not values:
        return 0.0
    return sorted(values)[max(0, math.ceil(len(values) * share / 100) - 1)]


def between(answers: Sequence[Answer], begins: float, ends: float, users: int) -> Window:
    """What was asked for in that time."""
    return Window(users, ends - begins, tuple(answer for answer in answers if begins <= answer.asked_at < ends))


@dataclass
class Log:
    """Everything that was asked for, answered or not."""

    limit_ms: float = LIMIT_MS
    answers: list[Answer] = field(default_factory=list)
    _waiting: dict[int, tuple[float, str]] = field(default_factory=dict)

    def asked(self, number: int, kind: str, at: float) -> None:
        """Somebody asks; `number` is nobody else's."""
        self._waiting[number] = (at, kind)

    def came(self, number: int) -> None:
        """It was answered: the answer itself is in `answers`, or will be."""
        self._waiting.pop(number, None)

    def window(self, begins: float, ends: float, users: int, now: float | None = None) -> Window:
        """What was asked for in that time, and whoever has waited longer than the limit by now: a site that hangs is not fast."""
        now = time.time() if now is None else now
        waits = [Answer(asked_at, kind, (now - asked_at) * 1000) for asked_at, kind in self._waiting.values()]
        late = [wait for wait in waits if wait.asked_at < ends and wait.milliseconds > self.limit_ms]
        seen = between(self.answers, begins, ends, users)
        return Window(users, seen.seconds, (*seen.answers, *late))


@dataclass(frozen=True)
class Step:
    """One step of the rise, in figures."""

    users: int
    per_second: float
    p95_ms: float
    problems: int
    is_held: bool

    @classmethod
    def of(cls, window: Window, limit_ms: float) -> "Step":
        """Whether it holds: there were answers, all of them right, and fast enough."""
        p95 = percentile(window.ours, 95)
        is_held = bool(window.ours) and not window.problems and p95 <= limit_ms
        return cls(window.users, round(window.per_second, 2), round(p95, 1), len(window.problems), is_held)


def more(users: int) -> int:
    """How many people the next step has."""
    return math.ceil(users * FACTOR)


@dataclass
class Day:
    """A shopping day: asked every second how many people there are to be; None when it is over.

    `look(begins, ends, users)` says what was answered between two moments. `phases` has when each phase began, the last time;
    `given_up` with how many people the hold was begun and did not last.
    """

    hold_seconds: float
    look: Callable[[float, float, int], Window]
    first_users: int = FIRST_USERS
    step_seconds: float = STEP_SECONDS
    limit_ms: float = LIMIT_MS
    most_users: int = MOST_USERS
    steps: list[Step] = field(default_factory=list)
    phases: dict[str, float] = field(default_factory=dict)
    given_up: list[int] = field(default_factory=list)
    phase: str = ""
    users: int = 0
    _since: float = 0.0  # the step, or the minute of the hold, that is looked at next

    def users_at(self, now: float) -> int | None:
        """How many people there are to be now."""
        if not self.phase:
            self._begin("rise", now, self.first_users)
        elif self.phase == "hold":
            self._hold(now)
        elif now - self._since >= self.step_seconds:
            if self.phase == "back":
                self._begin("hold", now, self.users)
            else:
                self._judge(now)
        return None if self.phase == "over" else self.users

    def _judge(self, now: float) -> None:
        # The first half of a step is people arriving.
        window = self.look(self._since + self.step_seconds / 2, now, self.users)
        self.steps.append(Step.of(window, self.limit_ms))
        if self.steps[-1].is_held and self.users < self.most_users:
            self.users, self._since = min(self.most_users, more(self.users)), now
        else:
            self._step_back(now)

    def _hold(self, now: float) -> None:
        if now - self.phases["hold"] >= self.hold_seconds:
            self._begin("over", now, 0)
        elif now - self._since >= CHECK_SECONDS:
            window = self.look(self._since, now, self.users)
            self._since = now
            # A wrong answer ends nothing: it is what the peak is held against. Slowness says that fewer people are the peak.
            if percentile(window.ours, 95) > self.limit_ms:
                self.given_up.append(self.users)
                self._step_back(now)

    def _step_back(self, now: float) -> None:
        fewer = highest_held(self.steps, below=min(self.given_up, default=math.inf))
        # What the step too many has left behind ends first: a step's time, counted for nothing.
        self._begin("back" if fewer else "over", now, fewer)

    def _begin(self, phase: str, now: float, users: int) -> None:
        self.phase, self.phases[phase], self._since, self.users = phase, now, now, users


def highest_held(steps: Sequence[Step], below: float = math.inf) -> int:
    """The most people, fewer than `below`, of a step that held; 0 where none did."""
    return max((step.users for step in steps if step.is_held and step.users < below), default=0)


@dataclass(frozen=True)
class Peak:
    """What the judgement is about, in figures. `foreign` is a share of the whole machine; `wrong` counts answers that were wrong
    since the peak was held, those after its end too, `rise_wrong` those before.
    """

    held: Window | None
    limit_ms: float
    paid_orders: int
    wrong: Mapping[str, int]
    untold_payments: int
    drained_seconds: float | None
    violations: int
    foreign: float
    foreign_limit: float
    closed_windows: int = 0
    failed_jobs: int = 0
    rise_wrong: Mapping[str, int] = field(default_factory=dict)


def reasons_against(peak: Peak) -> list[str]:
    """Why this was no peak that the site has stood, a sentence each; empty where it has."""
    found = []
    if peak.held is None or not peak.held.ours:
        found.append(
            f"No number of people could be held: wrong answers, or a p95 above {peak.limit_ms:g} ms"
            f"{_listed(peak.rise_wrong)}."
        )
    else:
        if peak.wrong:
            found.append(f"{sum(peak.wrong.values())} answers were wrong since the peak was held{_listed(peak.wrong)}.")
        if (p95 := percentile(peak.held.ours, 95)) > peak.limit_ms:
            found.append(f"The peak was not sustained: p95 was {p95:.0f} ms, the limit is {peak.limit_ms:g}.")
        if not peak.paid_orders:
            found.append("Nobody paid an order while the peak was held.")
    if peak.untold_payments:
        found.append(f"{peak.untold_payments} paid orders were never told by the institution's notification.")
    if peak.drained_seconds is None:
        found.append(f"Queues, outboxes and inboxes were not empty {DRAIN_SECONDS:.0f} s after the last visitor.")
    if peak.violations:
        found.append(f"The books do not add up: {peak.violations} violations.")
    if peak.failed_jobs:
        found.append(f"{peak.failed_jobs} jobs failed.")
    if peak.closed_windows:
        found.append(f"{peak.closed_windows} open windows lost their socket.")
    if peak.foreign > peak.foreign_limit:
        found.append(
            f"Others used {peak.foreign:.0%} of the machine where {peak.foreign_limit:.0%} is allowed: "
            "the figures are not those of the site."
        )
    return found


def counted(problems: Collection[Answer]) -> dict[str, int]:
    """How often each kind of page went wrong in each way, the most frequent first."""
    found: dict[str, int] = {}
    for answer in problems:
        name = f"{answer.kind}: {answer.problem}"
        found[name] = found.get(name, 0) + 1
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _listed(problems: Mapping[str, int]) -> str:
    shown = [f"{number} × {name}" for name, number in list(problems.items())[:5]]
    return f" ({'; '.join(shown)})" if shown else ""
