"""Reads of imports: only their own seller finds one, and only for a day."""

from collections import Counter
from dataclasses import dataclass

from django.http import Http404

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.gigs.exchange.preview import Change, Planned, plan_import
from marketplace.gigs.models import GigImport
from marketplace.gigs.services.importing import IMPORT_KEPT


@dataclass(frozen=True)
class Preview:
    """Everything `gigs/import_preview.html` shows."""

    found: GigImport
    rows: list[Planned]  # of what was applied already: none
    counts: dict[str, int]

    @property
    def does_something(self) -> bool:
        """Whether there is anything to apply."""
        return bool(self.counts[Change.NEW] or self.counts[Change.CHANGED])


def own_import(import_id: int, user: User) -> GigImport:
    """What this seller had read within the last day. Raises Http404."""
    kept = GigImport.objects.filter(seller_id=user.pk, created_at__gte=clock.now() - IMPORT_KEPT)
    found = kept.select_related("seller").filter(pk=import_id).first()
    if found is None:
        raise Http404
    return found


def preview(found: GigImport) -> Preview:
    """What the import would do now, what it refuses first; or what it did."""
    if found.applied_at is not None:
        return Preview(found, [], {change.value: found.outcome.get(change.value, 0) for change in Change})
    order = (Change.REFUSED, Change.NEW, Change.CHANGED, Change.UNCHANGED)
    rows = sorted(plan_import(found.records, found.seller), key=lambda row: (order.index(row.change), row.line))
    counts = Counter(row.change.value for row in rows)
    return Preview(found, rows, {change.value: counts[change.value] for change in Change})
