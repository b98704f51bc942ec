"""A copy of everything about a person: asked for in a page, put together by a job, deleted after some days."""

import csv
import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from io import StringIO
from itertools import count
from tempfile import TemporaryFile
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.files import File
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.locks import lock_export
from marketplace.accounts.models import DataExport, ExportStatus, User
from marketplace.accounts.personal_data import StoredFile, Table, delete_after_commit, sections
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.identifiers import new_reference
from marketplace.core.sheets import inert
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.services import notify, recipient_language

logger = logging.getLogger(__name__)
# Each table and file moves the row on; what has not moved for so long was given up (a large upload moves nothing),
# or was lost while it waited.
STALLED_AFTER = timedelta(minutes=30)
_PART_BYTES = 256 * 1024


def ask_for_export(*, user: User) -> DataExport:
    """Write down that a person wants a copy; the task is sent after the commit. One at a time.

    An earlier copy goes when the new one is ready. Raises AccountError EXPORT_UNDER_WAY.
    """
    from marketplace.accounts.tasks import build_export

    try:
        with transaction.atomic():
            export = DataExport.objects.create(user=user)
            transaction.on_commit(partial(build_export.delay, export.pk))
    except IntegrityError as error:
        raise AccountError(AccountErrorCode.EXPORT_UNDER_WAY) from error
    return export


def build_data_export(*, export_id: int) -> bool:
    """Put a copy together and tell its person. Returns whether it is ready. Safe to repeat: a second run finds it begun.

    Rows and files go through a file on disk, one after the other, never through memory as a whole. Whatever fails, the
    person reads that it failed and can ask again.
    """
    if not _begin(export_id):
        return False
    export = DataExport.objects.select_related("user__profile").get(pk=export_id)
    try:
        with TemporaryFile() as whole:
            for percent in _write_zip(whole, export.user):
                DataExport.objects.filter(pk=export_id, status=ExportStatus.BUILDING).update(
                    percent=percent, updated_at=clock.now()
                )
            size = whole.tell()
            whole.seek(0)
            name = f"exports/{export.user_id}/{new_reference('DX')}.zip"
            # Before it is there: whoever finds this given up finds the file as well.
            DataExport.objects.filter(pk=export_id, status=ExportStatus.BUILDING).update(file=name)
            name = export.file.storage.save(name, File(whole))
    except Exception:
        logger.exception("the copy %s of somebody's data could not be made", export_id)
        _fail(export_id)
        return False
    return _finish(export_id, name, size)


@transaction.atomic
def _begin(export_id: int) -> bool:
    export = lock_export(export_id)
    if export.status != ExportStatus.WAITING:
        return False
    export.status = ExportStatus.BUILDING
    export.save(update_fields=["status", "updated_at"])
    return True


@transaction.atomic
def _finish(export_id: int, name: str, size: int) -> bool:
    export = DataExport.objects.filter(pk=export_id).first() and lock_export(export_id)
    if export is None or export.status != ExportStatus.BUILDING:  # given up meanwhile, or the account was closed
        DataExport._meta.get_field("file").storage.delete(name)
        return False
    for earlier in DataExport.objects.filter(user_id=export.user_id, status=ExportStatus.READY):
        _delete(earlier)
    now = clock.now()
    export.status, export.percent, export.file.name, export.size = ExportStatus.READY, 100, name, size
    export.ready_at, export.expires_at = now, now + timedelta(days=get_config("accounts.export_days"))
    export.save()
    _tell(export, catalogue.people.EXPORT_READY)
    return True


@transaction.atomic
def _fail(export_id: int) -> bool:
    export = lock_export(export_id)
    if not export.is_under_way:
        return False
    if export.file:
        delete_after_commit(export.file)
    export.status, export.file = ExportStatus.FAILED, ""
    export.save(update_fields=["status", "file", "updated_at"])
    _tell(export, catalogue.people.EXPORT_FAILED)
    return True


def _tell(export: DataExport, notice: Notice) -> None:
    with recipient_language():
        url = reverse("accounts:privacy")
    notify(recipient_id=export.user_id, notice=notice, url=url)


def give_up_stalled_exports() -> int:
    """Mark as failed what no task works on any more; returns how many. One that waits for its turn has not failed."""
    stalled = _unmoved(ExportStatus.BUILDING).values_list("pk", flat=True)
    return sum(_fail(export_id) for export_id in list(stalled))


def send_waiting_exports_again() -> int:
    """Hand over once more what has waited for long: the queue may have lost it. Returns how many.

    Where it stands in the queue still, the second of the two finds it begun.
    """
    from marketplace.accounts.tasks import build_export

    sent = 0
    for export_id in list(_unmoved(ExportStatus.WAITING).values_list("pk", flat=True)):
        # Again in half an hour, not with each run.
        if _unmoved(ExportStatus.WAITING).filter(pk=export_id).update(updated_at=clock.now()):
            build_export.delay(export_id)
            sent += 1
    return sent


def _unmoved(status: ExportStatus) -> QuerySet[DataExport]:
    return DataExport.objects.filter(status=status, updated_at__lt=clock.now() - STALLED_AFTER)


def delete_expired_exports() -> int:
    """Delete the files of copies whose days are over; returns how many."""
    expired = DataExport.objects.filter(status=ExportStatus.READY, expires_at__lte=clock.now())
    return sum(delete_export(export_id=export_id) for export_id in list(expired.values_list("pk", flat=True)))


@transaction.atomic
def delete_export(*, export_id: int) -> bool:
    """Delete the file of one copy. Safe to repeat."""
    export = lock_export(export_id)
    if export.status != ExportStatus.READY:
        return False
    _delete(export)
    return True


def _delete(export: DataExport) -> None:
    delete_after_commit(export.file)
    export.status, export.file = ExportStatus.EXPIRED, ""
    export.save(update_fields=["status", "file", "updated_at"])


def _write_zip(whole: IO[bytes], user: User) -> Iterator[int]:
    """Write the ZIP, yielding how much is done in percent: tables count for half, files for the rest."""
    with ZipFile(whole, "w", ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _readme(user))
        yield 1
        tables = [table for section in sections() for table in section.tables(user)]
        for done, table in enumerate(tables, start=1):
            _write_json(archive, table)
            _write_csv(archive, table)
            yield max(1, 50 * done // len(tables))
        files = [file for section in sections() for file in section.files(user)]
        taken: set[str] = set()
        missing = []
        for done, file in enumerate(files, start=1):
            if not _write_file(archive, file, taken):
                missing.append(file.path)
            yield 50 + 48 * done // len(files)
        if missing:  # a file that storage has lost must not keep everything else back
            archive.writestr("files/missing.txt", "\n".join(missing))
        yield 99


def _readme(user: User) -> str:
    with recipient_language():
        return _(
            "This is a copy of what Jiangji keeps about %(name)s, made on %(day)s (Personal Information Protection Law, "
            "article 45).\n"
            "Each table is there twice: as JSON for programs, as CSV for people. Amounts are whole fen, times are UTC. "
            "Identity and account numbers are masked. Under files/ are your pictures, works, deliveries, attachments and "
            "invoices."
        ) % {"name": user.display_name, "day": clock.now().date().isoformat()}


def _write_json(archive: ZipFile, table: Table) -> None:
    encoder = DjangoJSONEncoder(ensure_ascii=False)
    with archive.open(f"data/{table.name}.json", "w") as target:
        target.write(b"[")
        for number, row in enumerate(table.rows()):
            target.write((",\n" if number else "\n").encode() + encoder.encode(dict(row)).encode())
        target.write(b"\n]\n")


def _write_csv(archive: ZipFile, table: Table) -> None:
    with archive.open(f"data/{table.name}.csv", "w") as target:
        target.write("\ufeff".encode())  # Excel reads Chinese in a CSV only with it
        for number, row in enumerate(table.rows()):
            line = StringIO()
            writer = csv.writer(line)
            if not number:
                writer.writerow(row)
            writer.writerow([_csv_cell(value) for value in row.values()])
            target.write(line.getvalue().encode())


def _csv_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)
    return inert(value.isoformat() if hasattr(value, "isoformat") else str(value))


def _write_file(archive: ZipFile, file: StoredFile, taken: set[str]) -> bool:
    path = f"files/{_free_name(_safe_path(file.path), taken)}"
    try:
        source = file.open()
    except (FileNotFoundError, OSError):
        return False
    with source, archive.open(path, "w", force_zip64=True) as target:
        for part in source.chunks(_PART_BYTES):
            target.write(part)
    return True


def _safe_path(path: str) -> str:
    """No part that leads out of the folder it is unpacked into, whatever the file was called by whoever sent it."""
    parts = [re.sub(r'[\x00-\x1f<>:"|?*]', "_", part).strip(". ") for part in path.replace("\\", "/").split("/")]
    return "/".join(part[:120] or "_" for part in parts if part not in ("", ".", ".."))


def _free_name(path: str, taken: set[str]) -> str:
    stem, dot, ending = path.rpartition(".")
    for number in count(1):
        name = path if number == 1 else (f"{stem}-{number}.{ending}" if dot else f"{path}-{number}")
        if name.lower() not in taken:
            taken.add(name.lower())
            return name
    raise AssertionError
