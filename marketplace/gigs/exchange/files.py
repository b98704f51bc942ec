"""From a file somebody sent to records, and from a seller's gigs to a file."""

import json
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile

from marketplace.accounts.models import User
from marketplace.gigs.content import GigContent, read_content
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.exchange import workbook
from marketplace.gigs.exchange.base import Categories
from marketplace.gigs.exchange.records import Record, record_of
from marketplace.gigs.models import Gig

MEGABYTES, GIG_LIMIT = 2, 50
FORMAT, VERSION = "jiangji-gigs", 1


def read_file(upload: UploadedFile) -> list[tuple[int, Any]]:
    """Each service of a JSON or XLSX file with its line, as it was written and not yet looked at.

    No address in it is fetched, no formula computed. Raises GigError IMPORT_TOO_LARGE, IMPORT_UNREADABLE, IMPORT_FORMULA,
    IMPORT_EMPTY or IMPORT_TOO_MANY.
    """
    if (upload.size or 0) > MEGABYTES * 1024 * 1024:
        raise GigError(GigErrorCode.IMPORT_TOO_LARGE, limit=MEGABYTES)
    content = upload.read()
    try:
        # By what it is, not by what it is called.
        found = workbook.read_records(content) if content.startswith(b"PK") else _read_json(content)
    except workbook.FormulaFound as formula:
        raise GigError(GigErrorCode.IMPORT_FORMULA, sheet=formula.sheet, line=formula.line) from formula
    except (workbook.Unreadable, ValueError, ArithmeticError, RecursionError) as error:
        raise GigError(GigErrorCode.IMPORT_UNREADABLE) from error
    if not found:
        raise GigError(GigErrorCode.IMPORT_EMPTY)
    if len(found) > GIG_LIMIT:
        raise GigError(GigErrorCode.IMPORT_TOO_MANY, limit=GIG_LIMIT, count=len(found))
    return found


def _read_json(content: bytes) -> list[tuple[int, Any]]:
    # Amounts become Decimal, never float; NaN and Infinity are no amounts.
    data = json.loads(content.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse)
    if not isinstance(data, dict) or data.get("format") != FORMAT or data.get("version") != VERSION:
        raise ValueError("another format")
    gigs = data.get("gigs")
    if not isinstance(gigs, list):
        raise ValueError("no list of gigs")
    return list(enumerate(gigs, start=1))


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def own_records(seller: User) -> list[tuple[Gig, GigContent, Record]]:
    """All gigs of a seller as they stand in their latest revision, drafts and what was put away too, newest first."""
    gigs = Gig.objects.filter(seller=seller).select_related("latest_revision", "reference").order_by("-pk")
    found = []
    for gig in gigs:
        content = read_content(gig.get_latest_revision_as_object())
        found.append((gig, content, record_of(gig, content, reference_of(gig))))
    return found


def reference_of(gig: Gig) -> str:
    """The seller's own number of a gig; reads `reference`: select it along."""
    return gig.reference.reference if hasattr(gig, "reference") else ""


def export_json(seller: User) -> bytes:
    """All of a seller's gigs as JSON; status and addresses are for people, an import passes over them."""
    gigs = [
        {**record, "media": _with_addresses(record), "status": str(gig.status)}
        for gig, _content, record in own_records(seller)
    ]
    data = {"format": FORMAT, "version": VERSION, "gigs": gigs}
    return json.dumps(data, ensure_ascii=False, indent=2).encode()


def export_xlsx(seller: User) -> bytes:
    """All of a seller's gigs as XLSX."""
    found = own_records(seller)
    states = {gig.pk: str(gig.get_status_display()) for gig, _content, _record in found}
    records = [{**record, "media": _with_addresses(record)} for _gig, _content, record in found]
    return workbook.write_records(records, Categories(), states=states)


def _with_addresses(record: Record) -> list[dict[str, str]]:
    return [{**medium, "url": _absolute(default_storage.url(medium["name"]))} for medium in record["media"]]


def _absolute(url: str) -> str:
    return settings.SITE_URL + url if url.startswith("/") else url
