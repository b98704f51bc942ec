"""Whether anything is kept longer than it may be (docs/retention.md)."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from marketplace.core.retention import table_of_rules
from marketplace.operations.proving import ShownProof, proofs


class Command(BaseCommand):
    help = "Each kind of data: how many rows are older than they may be, the oldest of them, when its job ran last. 1 if any is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument("--table", action="store_true", help="only the rules, as the table of docs/retention.md")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["table"]:
            self.stdout.write(table_of_rules(), ending="")
            return
        found = proofs()
        if options["json"]:
            self.stdout.write(json.dumps([_as_json(shown) for shown in found], indent=1))
        else:
            for shown in found:
                self.stdout.write(_as_line(shown))
        overdue = sum(shown.proof.overdue for shown in found)
        if overdue:
            self.stderr.write(f"{overdue} rows are kept longer than they may be.")
            raise SystemExit(1)


def _as_line(shown: ShownProof) -> str:
    rule = shown.proof.rule
    oldest = f"{timezone.localtime(shown.proof.oldest):%Y-%m-%d %H:%M}" if shown.proof.oldest else "-"
    ran = f"{timezone.localtime(shown.job_ran_at):%Y-%m-%d %H:%M}" if shown.job_ran_at else "-"
    number = str(shown.proof.overdue) if rule.bounds else "kept"
    return f"{rule.key:<36} {number:>8}  oldest {oldest:<16}  job {ran:<16}  {rule.job or 'none'}"


def _as_json(shown: ShownProof) -> dict[str, Any]:
    rule, proof = shown.proof.rule, shown.proof
    return {
        "rule": rule.key,
        "tables": list(rule.tables),
        "how_long": rule.time,
        "has_bound": bool(rule.bounds),
        "overdue": proof.overdue,
        "oldest": proof.oldest.isoformat() if proof.oldest else None,
        "job": rule.job or None,
        "job_ran_at": shown.job_ran_at.isoformat() if shown.job_ran_at else None,
    }
