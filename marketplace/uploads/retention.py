"""How long files are kept that nothing uses (core/retention.py)."""

from datetime import timedelta

from django.db.models import Q

from marketplace.core.retention import Bound, Rule
from marketplace.uploads import selectors
from marketplace.uploads.models import Upload, UploadTombstone
from marketplace.uploads.states import UploadState

RULES: tuple[Rule, ...] = (
    Rule(
        "uploads.unused",
        ("uploads.Upload",),
        "files that were sent and are in use",
        f"as long as something uses them; never used {selectors.UNUSED_AFTER // timedelta(hours=1)} hours, "
        f"refused {selectors.QUARANTINED_FOR.days} days",
        "个人信息保护法 §19",
        "marketplace.uploads.tasks.collect",
        (
            Bound(
                lambda: Upload.objects.filter(attached_at=None).exclude(
                    state__in=[UploadState.REJECTED, UploadState.PROCESSING]
                ),
                "updated_at",
                lambda: selectors.UNUSED_AFTER,
            ),
            Bound(
                lambda: Upload.objects.filter(state=UploadState.REJECTED),
                "created_at",
                lambda: selectors.QUARANTINED_FOR,
            ),
        ),
    ),
    Rule(
        "uploads.tombstones",
        ("uploads.UploadTombstone",),
        "what a browser may still send for an upload that is gone, and whose day it counts for",
        f"{selectors.QUOTA_PERIOD // timedelta(hours=1)} hours",
        "our decision",
        "marketplace.uploads.tasks.clear_tombstones",
        (
            Bound(
                lambda: UploadTombstone.objects.filter(~Q(storage_name="")),
                "created_at",
                lambda: selectors.FORMS_END_AFTER,
            ),
            Bound(lambda: UploadTombstone.objects.all(), "announced_at", lambda: selectors.QUOTA_PERIOD),
        ),
    ),
    Rule(
        "uploads.incoming",
        ("uploads.Upload",),
        "files in the incoming folder that belong to no row",
        "a day",
        "our decision",
        "marketplace.uploads.tasks.sweep_incoming",
    ),
)
