"""The life of an upload: announced, here, looked at, and then fit to be used or refused."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.transitions import Transition, TransitionTable


class UploadState(models.TextChoices):
    DECLARED = "declared", _("Announced")
    RECEIVED = "received", _("Received")
    PROCESSING = "processing", _("Being checked")
    READY = "ready", _("Ready")
    REJECTED = "rejected", pgettext_lazy("a file", "Refused")


OWNER, SYSTEM = "owner", "system"


def _row(source: UploadState, target: UploadState, actor: str, effect: str) -> Transition[UploadState]:
    return Transition(source, target, frozenset({actor}), effect)


UPLOAD_TRANSITIONS: TransitionTable[UploadState] = TransitionTable(
    (
        _row(UploadState.DECLARED, UploadState.RECEIVED, OWNER, "the whole file is in the private storage"),
        _row(UploadState.DECLARED, UploadState.REJECTED, SYSTEM, "what came is not of the size that was announced"),
        _row(UploadState.RECEIVED, UploadState.PROCESSING, SYSTEM, "one worker has it"),
        _row(
            UploadState.PROCESSING,
            UploadState.RECEIVED,
            SYSTEM,
            "that worker was never heard of again, or found no room on its disk",
        ),
        _row(UploadState.PROCESSING, UploadState.READY, SYSTEM, "what was made of it is stored, what came is deleted"),
        _row(
            UploadState.PROCESSING, UploadState.REJECTED, SYSTEM, "what came stays in the private storage for a while"
        ),
    )
)
# Until then the owner's page asks again.
UNDECIDED = frozenset({UploadState.RECEIVED, UploadState.PROCESSING})
# Longer than a task may run (CELERY_TASK_TIME_LIMIT), so that whoever is still at it is never overtaken while alive.
LOST_AFTER = timedelta(minutes=10)
