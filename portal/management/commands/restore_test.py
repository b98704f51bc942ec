"""Restore a backup into an empty database and hold the two against each other."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from marketplace.operations.models import EventKind, OperationEvent
from portal.backups.making import NotEmpty
from portal.backups.manifest import DamagedBackup
from portal.backups.programs import ProgramFailed
from portal.backups.restoring import Finding, empty_server, restore


class Command(BaseCommand):
    help = (
        "Restore a backup into an empty database, compare every table with what the backup says, audit the books."
        " Exits 1 on any difference. Nothing of the running database is touched."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="what back_up wrote")
        parser.add_argument(
            "--target", default="", help="DATABASE_URL of an empty database; it keeps what was restored"
        )
        parser.add_argument("--all", action="store_true", help="print what agrees, too")

    def handle(self, *args: Any, **options: Any) -> None:
        begun, folder = time.monotonic(), options["folder"].resolve()
        try:
            if options["target"]:
                findings = self._told(folder, options["target"], everything=options["all"])
            else:
                with empty_server() as url:
                    findings = self._told(folder, url, everything=options["all"])
        except NotEmpty as refusal:
            raise CommandError(str(refusal)) from refusal
        except (DamagedBackup, ProgramFailed, OSError, psycopg.Error) as error:
            _note(folder, str(error), is_ok=False)
            raise CommandError(f"The backup was not restored: {error}") from error
        different = [finding.what for finding in findings if not finding.is_same]
        seconds = round(time.monotonic() - begun)
        if different:
            _note(folder, "differs: " + ", ".join(different), is_ok=False)
            raise CommandError(f"{len(different)} of {len(findings)} differ: {', '.join(different)[:300]}")
        _note(folder, f"{len(findings)} compared in {seconds} s", is_ok=True)
        self.stdout.write(f"{len(findings)} compared, all the same, in {seconds} s.")

    def _told(self, folder: Path, url: str, *, everything: bool) -> list[Finding]:
        findings = []
        for finding in restore(folder, url=url):
            findings.append(finding)
            if everything or not finding.is_same:
                sign = "same   " if finding.is_same else "DIFFERS"
                told = finding.found if finding.is_same else f"{finding.found}, not {finding.wanted}"
                self.stdout.write(f"{sign}  {finding.what:<44} {told}")
        return findings


def _note(folder: Path, words: str, *, is_ok: bool) -> None:
    details = {"words": f"{folder}: {words}"[:300]}
    OperationEvent.objects.create(kind=EventKind.RESTORE_TEST, is_ok=is_ok, details=details, at=timezone.now())
