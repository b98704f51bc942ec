"""Make a backup: the database, all files, and a page that says what is in it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from marketplace.operations.models import EventKind, OperationEvent
from portal.backups.making import NotEmpty, back_up
from portal.backups.programs import ProgramFailed


class Command(BaseCommand):
    help = "Back up the database and all files into an empty folder, and note it for the page of operations."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="an empty folder, or one that is to be made")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"].resolve()
        try:
            manifest = back_up(folder, parameters=connection.get_connection_params())
        except NotEmpty as refusal:
            raise CommandError(str(refusal)) from refusal
        except (ProgramFailed, OSError) as error:
            _note({"words": f"{folder}: {error}"[:300]}, is_ok=False)
            raise CommandError(str(error)) from error
        rows = sum(table.rows for table in manifest.tables.values())
        self.stdout.write(f"moment     {manifest.moment}")
        self.stdout.write(f"tables     {len(manifest.tables):>12,}  with {rows:,} rows")
        self.stdout.write(f"files      {sum(manifest.files.values()):>12,}")
        self.stdout.write(f"missing    {len(manifest.without_file):>12,}  files that rows name")
        for missing in manifest.without_file[:20]:
            self.stderr.write(f"missing: {missing}")
        _note({"words": str(folder), "moment": manifest.moment, "rows": rows}, is_ok=True)
        self.stdout.write("The keys are not in it: FIELD_ENCRYPTION_KEYS, IDENTITY_DIGEST_KEY, SECRET_KEY .")


def _note(details: dict[str, Any], *, is_ok: bool) -> None:
    OperationEvent.objects.create(kind=EventKind.BACKUP, is_ok=is_ok, details=details, at=timezone.now())
