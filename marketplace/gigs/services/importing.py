"""Gigs from a file: read and looked at first, then applied as drafts and new revisions. Never live by themselves."""

from collections.abc import Mapping
from datetime import timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.gigs import locks
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.exchange.base import plain
from marketplace.gigs.exchange.files import read_file
from marketplace.gigs.exchange.preview import Change, Planned, cleaned, plan_import
from marketplace.gigs.models import GigImport, GigReference
from marketplace.gigs.services.authoring import create_gig
from marketplace.gigs.services.drafts import save_draft

# Product decision: long enough to look at it in peace; who comes later sends the file again.
IMPORT_KEPT = timedelta(days=1)


def read_import(*, seller: User, upload: UploadedFile) -> GigImport:
    """Keep what a file says, to be looked at; nothing of the gigs is written. Takes the place of what was read before.

    Raises GigError NOT_SELLER, or what `read_file` raises.
    """
    if not seller.is_seller:
        raise GigError(GigErrorCode.NOT_SELLER)
    records = cleaned(read_file(upload))  # seconds of work for a large file: no transaction waits for it
    with transaction.atomic():
        GigImport.objects.filter(seller=seller).delete()
        return GigImport.objects.create(
            seller=seller, file_name=plain(upload.name or "")[:120], records=records, created_at=clock.now()
        )


@transaction.atomic
def apply_import(*, import_id: int, seller: User, seen: Mapping[int, str] | None = None) -> GigImport:
    """Write what the preview says, as things stand now: drafts, and new revisions that wait to be submitted.

    `seen` holds the mark (`revision_mark`) by gig that the preview was compared with: what its seller has saved since is not
    written over, but refused with STALE_DRAFT. Without it nobody has looked, and what stands now is what is changed.
    Safe to call twice. What one service refuses (a limit of drafts, for example) keeps the others from nothing, and is in
    `outcome` with its line. Raises GigError IMPORT_GONE when it is another's, too old, or was replaced.
    """
    found = locks.lock_import(import_id)
    if found is None or found.seller_id != seller.pk or found.created_at < clock.now() - IMPORT_KEPT:
        raise GigError(GigErrorCode.IMPORT_GONE)
    if found.applied_at is not None:
        return found
    counts = dict.fromkeys(Change, 0)
    refused = []
    # Gigs are locked one after the other, ascending: two imports of one seller do not wait for each other in a circle.
    for planned in sorted(plan_import(found.records, seller), key=lambda row: (row.gig_id or 0, row.line)):
        change, reason = planned.change, planned.reason
        try:
            with transaction.atomic():
                _apply(planned, seller, seen)
        except GigError as error:
            change, reason = Change.REFUSED, error.message
        counts[change] += 1
        if change == Change.REFUSED:
            refused.append({"line": planned.line, "title": planned.title, "reason": reason})
    found.applied_at = clock.now()
    found.outcome = {**{change.value: count for change, count in counts.items()}, "reasons": refused}
    found.save(update_fields=["applied_at", "outcome"])
    return found


def _apply(planned: Planned, seller: User, seen: Mapping[int, str] | None) -> None:
    if planned.content is None:
        return
    if planned.gig_id is None:
        gig_id = create_gig(seller=seller, content=planned.content).pk
    else:
        gig_id = planned.gig_id
        # Noting an own number alone is no new revision.
        if planned.fields and not (planned.reference and len(planned.fields) == 1):
            mark = planned.mark if seen is None else seen.get(gig_id, "")
            save_draft(gig_id=gig_id, seller=seller, content=planned.content, seen=mark)
    if planned.reference:
        GigReference.objects.update_or_create(
            gig_id=gig_id, defaults={"seller": seller, "reference": planned.reference}
        )


def forget_imports() -> int:
    """Delete what was read more than a day ago. Returns how many."""
    _count, by_model = GigImport.objects.filter(created_at__lt=clock.now() - IMPORT_KEPT).delete()
    return by_model.get("gigs.GigImport", 0)
