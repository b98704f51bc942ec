"""The evidence of a dispute in one file: asked for in a page, put together by a job, and from then on as it is."""

import hashlib
import json
import logging
from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.text import get_valid_filename

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.identifiers import new_reference
from marketplace.core.papers import pdf_of
from marketplace.orders import events, locks
from marketplace.orders.dispute_selectors import MEDIATE
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.evidence import Case, EvidenceFile, collect
from marketplace.orders.models import BundleStatus, Dispute, EvidenceBundle, OrderEventType, private_storage

logger = logging.getLogger(__name__)
# Each file moves the row on; what has not moved for so long was given up.
STALLED_AFTER = timedelta(minutes=30)
# Product decision, for both sides of a dispute together.
MOST_BUNDLES_A_DAY = 6
_UNDER_WAY = (BundleStatus.WAITING, BundleStatus.BUILDING)
_PART_BYTES = 256 * 1024
_STYLE = Path(__file__).parent.parent / "evidence.css"


def ask_for_bundle(*, dispute_id: int, user: User) -> EvidenceBundle:
    """Have everything put together, for a side of the order or a mediator. A job finds the row.

    Where one is under way, or one is ready and nothing has happened since, that one is returned. Raises PermissionDenied,
    OrderError BUNDLES_TOO_OFTEN for a side of the order: each one is a copy of every file, kept as long as the order's words,
    and ALREADY_EMPTIED once those are gone.
    """
    dispute = Dispute.objects.select_related("order__buyer", "order__seller", "order__rules").get(pk=dispute_id)
    is_side = user.pk in (dispute.order.buyer_id, dispute.order.seller_id)
    if not is_side and not user.has_perm(MEDIATE):
        raise PermissionDenied
    newest = dispute.bundles.order_by("-pk").first()
    if newest is not None and (
        newest.status in _UNDER_WAY or (newest.status == BundleStatus.READY and newest.state == collect(dispute).state)
    ):
        return newest
    made = dispute.bundles.filter(created_at__gt=clock.now() - timedelta(days=1)).exclude(status=BundleStatus.FAILED)
    if is_side and made.count() >= MOST_BUNDLES_A_DAY:
        raise OrderError(OrderErrorCode.BUNDLES_TOO_OFTEN, times=MOST_BUNDLES_A_DAY)
    try:
        return _begin(dispute, user)
    except IntegrityError:  # the other side asked at the same moment
        return dispute.bundles.order_by("-pk")[0]


@transaction.atomic
def _begin(dispute: Dispute, user: User) -> EvidenceBundle:
    # Emptying holds the order too: it sees this row, or this one sees that it was emptied (services/emptying.py).
    if locks.lock_order(dispute.order_id).emptied_at is not None:
        raise OrderError(OrderErrorCode.ALREADY_EMPTIED)
    return EvidenceBundle.objects.create(dispute=dispute, asked_by=user)


def build_bundle(*, bundle_id: int) -> bool:
    """Write PDF and ZIP. Returns whether they are ready. Safe to repeat: a second run finds it begun.

    Files go through a file on disk, one after the other, never through memory as a whole.
    """
    begun = EvidenceBundle.objects.filter(pk=bundle_id, status=BundleStatus.WAITING)
    if not begun.update(status=BundleStatus.BUILDING, updated_at=clock.now()):
        return False
    bundle = EvidenceBundle.objects.select_related("dispute__order").get(pk=bundle_id)
    stored: list[str] = []
    try:
        case = collect(bundle.dispute)
        number = bundle.dispute.order.number
        pdf = pdf_of(_paper(bundle, case), style=_STYLE.read_text())
        folder = f"bundles/{number}/{new_reference('EB')}"
        stored.append(private_storage().save(f"{folder}.pdf", ContentFile(pdf)))
        with TemporaryFile() as whole:
            _write_zip(whole, bundle, case, pdf)
            size = whole.tell()
            whole.seek(0)
            checksum = hashlib.file_digest(whole, "sha256").hexdigest()
            whole.seek(0)
            stored.append(private_storage().save(f"{folder}.zip", File(whole)))
        bundle.state = case.state
        bundle.pdf.name, bundle.pdf_sha256 = stored[0], hashlib.sha256(pdf).hexdigest()
        bundle.archive.name, bundle.archive_sha256, bundle.archive_size = stored[1], checksum, size
        is_ready = _finish(bundle)
    except Exception:
        logger.exception("the evidence bundle %s could not be made", bundle_id)
        is_ready = False
        EvidenceBundle.objects.filter(pk=bundle_id, status=BundleStatus.BUILDING).update(
            status=BundleStatus.FAILED, updated_at=clock.now()
        )
    if not is_ready:
        # A commit whose answer was lost has happened all the same, and the row names these files for good.
        is_ready = bool(stored) and EvidenceBundle.objects.filter(pk=bundle_id, pdf=stored[0]).exists()
    if not is_ready:
        for name in stored:
            private_storage().delete(name)
    return is_ready


@transaction.atomic
def _finish(bundle: EvidenceBundle) -> bool:
    """Make it ready, with a line of the time line that names its checksum; not when it was given up meanwhile."""
    order = locks.lock_order(bundle.dispute.order_id)
    now = clock.now()
    is_mine = EvidenceBundle.objects.filter(pk=bundle.pk, status=BundleStatus.BUILDING).update(
        status=BundleStatus.READY,
        percent=100,
        state=bundle.state,
        pdf=bundle.pdf.name,
        pdf_sha256=bundle.pdf_sha256,
        archive=bundle.archive.name,
        archive_sha256=bundle.archive_sha256,
        archive_size=bundle.archive_size,
        ready_at=now,
        updated_at=now,
    )
    if is_mine:
        events.record(
            order,
            OrderEventType.BUNDLE_MADE,
            actor=bundle.asked_by,
            at=now,
            sha256=bundle.archive_sha256,
            pdf_sha256=bundle.pdf_sha256,
        )
    return bool(is_mine)


def give_up_stalled_bundles() -> int:
    """Mark as failed what no task works on any more; returns how many. One that waits for its turn has not failed."""
    stalled = EvidenceBundle.objects.filter(status=BundleStatus.BUILDING, updated_at__lt=clock.now() - STALLED_AFTER)
    return stalled.update(status=BundleStatus.FAILED, updated_at=clock.now())


def _paper(bundle: EvidenceBundle, case: Case) -> str:
    """The case as a page to print, in Chinese whoever reads it: it is handed to courts and arbitrators here."""
    with translation.override("zh-hans"):
        context = {"bundle": bundle, "case": case.tables, "files": case.files, "made_at": clock.now()}
        return render_to_string("orders/evidence_paper.html", context)


def _write_zip(whole: IO[bytes], bundle: EvidenceBundle, case: Case, pdf: bytes) -> None:
    taken: set[str] = set()
    listed = []
    with ZipFile(whole, "w", ZIP_DEFLATED) as archive:
        for done, file in enumerate(case.files, start=1):
            listed.append(_write_file(archive, file, taken))
            EvidenceBundle.objects.filter(pk=bundle.pk, status=BundleStatus.BUILDING).update(
                percent=90 * done // len(case.files), updated_at=clock.now()
            )
        texts = {"case.pdf": pdf}
        texts |= {f"data/{name}.json": _json(rows) for name, rows in case.tables.items()}
        for path, content in texts.items():
            archive.writestr(path, content)
            listed.append({"path": path, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()})
        manifest = {
            "order": bundle.dispute.order.number,
            "made_at": clock.now(),
            "files": listed,
            "ledger": case.tables["ledger"],
        }
        archive.writestr("manifest.json", _json(manifest))


def _write_file(archive: ZipFile, file: EvidenceFile, taken: set[str]) -> dict[str, object]:
    """Copy one file and say what came of it: its checksum now, and whether it is the one noted when it was handed in."""
    path = _free_path(f"files/{file.path}", file.name, taken)
    row: dict[str, object] = {"path": path, "name": file.name, "by": file.by, "at": file.at}
    digest, size = hashlib.sha256(), 0
    try:
        source = file.open()
    except OSError:  # a file that storage has lost must not keep everything else back
        return row | {"missing": True, "sha256": file.sha256}
    with source, archive.open(path, "w", force_zip64=True) as target:
        for part in source.chunks(_PART_BYTES):
            digest.update(part)
            size += len(part)
            target.write(part)
    row |= {"size": size, "sha256": digest.hexdigest()}
    if file.preview_of:
        row["preview_of"] = file.preview_of
    if file.sha256:
        row["as_handed_in"] = file.sha256 == digest.hexdigest()
    return row


def _free_path(folder: str, name: str, taken: set[str]) -> str:
    """A path of its own that leads nowhere else, whatever the file was called by whoever sent it."""
    plain = name.replace("\\", "/").rpartition("/")[2].strip(". ")
    safe = get_valid_filename(plain)[-120:] if plain.strip(". _") else "file"
    for number in count(1):
        path = f"{folder}/{safe}" if number == 1 else f"{folder}/{number}-{safe}"
        if path.lower() not in taken:
            taken.add(path.lower())
            return path
    raise AssertionError


def _json(value: object) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2).encode()
