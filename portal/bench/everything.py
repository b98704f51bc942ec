"""`bin/bench all`: money, search, chat and pages, each in a process of its own, and one table of all targets."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.bench.targets import HEAD, rows_of, table_of
from portal.embedded.paths import PROJECT

SUBJECTS = ("money", "search", "chat", "pages")


@dataclass
class Result:
    """What each bench printed, and why one of them has no figures."""

    found: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def is_valid(self) -> bool:
        """Whether all of them had enough clean rounds."""
        return not self.refused

    def refusal(self) -> str:
        """Which have none, in a sentence."""
        return "; ".join(f"{subject}: {reason}" for subject, reason in self.refused.items())

    def as_json(self) -> dict[str, Any]:
        """What each bench printed, and each target with what was measured."""
        lines = []
        for subject in SUBJECTS:
            for target, value, verdict in rows_of(subject, self._counted(subject)):
                lines.append(
                    {
                        "bench": subject,
                        "key": target.key,
                        "target": target.target,
                        "stretch": target.stretch,
                        "measured": value,
                        "is_met": None if value is None else target.is_met(value),
                        "verdict": verdict,
                    }
                )
        return {"targets": lines, "refused": self.refused, **self.found}

    def as_table(self) -> str:
        """The same for people."""
        lines = [HEAD]
        for subject in SUBJECTS:
            lines += ["", subject + (f": {self.refused[subject]}" if subject in self.refused else "")]
            lines += table_of(subject, self._counted(subject))
        return "\n".join(lines)

    def _counted(self, subject: str) -> Mapping[str, Any]:
        """Of a bench without enough clean rounds only what no load can change."""
        found = self.found.get(subject, {})
        if subject not in self.refused:
            return found
        return {key: value for key, value in found.items() if key in ("T6", "T6_growth", "T6_duplicates", "T7")}


def measure(arguments: Sequence[str]) -> Result:
    """Run all of them with the same arguments; `--json` is ours alone."""
    passed = [argument for argument in arguments if argument != "--json"]
    result = Result()
    for subject in SUBJECTS:
        code, found, said = run(subject, passed)
        result.found[subject] = found
        if code:
            result.refused[subject] = found.get("refused") or reason_of(found, said)
    return result


def run(subject: str, arguments: Sequence[str]) -> tuple[int, Mapping[str, Any], str]:
    """One bench in a process of its own: its exit code, what it printed as JSON, and the last line of what it said besides."""
    print(f"bin/bench {subject} …", file=sys.stderr, flush=True)
    command = [sys.executable, "-W", "ignore", "-m", "portal.bench", subject, *arguments, "--json"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    return done.returncode, read_json(done.stdout), (done.stderr.strip().splitlines() or [""])[-1]


def read_json(text: str) -> Mapping[str, Any]:
    """The object in the last line; empty where there is none."""
    try:
        found = json.loads((text.strip().splitlines() or [""])[-1])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def reason_of(found: Mapping[str, Any], said: str) -> str:
    """Why a bench has no figures: it broke, or others used the machine."""
    if "clean_rounds" in found:
        dropped = found.get("dropped_rounds", found.get("disturbed_rounds", 0))
        return f"only {found['clean_rounds']} clean rounds, {dropped} disturbed: others used the machine"
    return f"it broke: {said}"
