"""A file that somebody sends us, from its announcement to what was made of it."""

import uuid

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.models import TimeStamped
from marketplace.uploads.states import UNDECIDED, UploadState


class UploadKind(models.TextChoices):
    IMAGE = "image", _("Picture")
    VIDEO = "video", _("Video")
    PDF = "pdf", "PDF"
    FILE = "file", _("File")  # of any type, kept as it came


class Upload(TimeStamped):
    """One file of one person for one purpose (purposes.py). `key` is what addresses and forms call it."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="uploads",
        verbose_name=pgettext_lazy("of an upload", "owner"),
    )
    purpose = models.CharField(_("purpose"), max_length=40)
    # What it is for within the purpose, in the words of the room that asked for it, e.g. `gig:12`.
    subject = models.CharField(_("subject"), max_length=60, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=UploadState, default=UploadState.DECLARED)

    # As the browser announced it: shown to the owner, and held against what arrives; never believed.
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveBigIntegerField(_("bytes"))
    content_type = models.CharField(_("type"), max_length=100, blank=True)
    # When the file was last changed on its owner's machine: with name and size it is the same file, chosen again.
    modified_ms = models.BigIntegerField(default=0, editable=False)

    # Where it comes in, in the private storage; nobody is served from there. Empty once it is gone, or kept as it came.
    storage_name = models.CharField(max_length=120, blank=True, editable=False)
    received_at = models.DateTimeField(_("received at"), null=True, blank=True, editable=False)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    checksum = models.CharField("SHA-256", max_length=64, blank=True, editable=False)
    refusal = models.CharField(_("refusal"), max_length=40, blank=True, editable=False)

    # What processing found and made.
    kind = models.CharField(_("kind"), max_length=5, choices=UploadKind, blank=True)
    result_name = models.CharField(max_length=120, blank=True, editable=False)
    result_size = models.PositiveBigIntegerField(default=0, editable=False)
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    # [{"width": 640, "height": 400, "webp": "name", "avif": "name"}]: of a picture, a film's poster, a PDF's first page.
    renditions = models.JSONField(default=list, blank=True, editable=False)
    placeholder = models.TextField(blank=True, editable=False)
    duration_seconds = models.PositiveIntegerField(null=True, blank=True, editable=False)
    page_count = models.PositiveIntegerField(null=True, blank=True, editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True, editable=False)
    attached_at = models.DateTimeField(_("attached at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        indexes = [
            # The owner's form: what is there already for this purpose and subject.
            models.Index(fields=["owner", "purpose", "subject"], name="uploads_of_a_form"),
            # The sweep: what waits for a worker, or was lost by one. Nearly always empty.
            models.Index(fields=["received_at"], condition=Q(state__in=sorted(UNDECIDED)), name="uploads_undecided"),
            # Collecting: what was found to be unused long ago comes first.
            models.Index(fields=["updated_at"], name="uploads_by_age"),
            # Attaching: the names that content carries.
            models.Index(fields=["result_name"], condition=~Q(result_name=""), name="uploads_by_result"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=UploadState.values), name="uploads_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state=UploadState.READY) | (~Q(result_name="") & ~Q(kind="") & ~Q(checksum="")),
                name="uploads_ready_has_a_result",
            ),
            models.CheckConstraint(
                condition=~Q(state=UploadState.REJECTED) | ~Q(refusal=""), name="uploads_rejected_says_why"
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="uploads_size_is_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_undecided(self) -> bool:
        """Whether it is here, and still being looked at."""
        return self.state in UNDECIDED


class UploadTombstone(models.Model):
    """An upload whose row is gone, or whose bytes are no longer wanted.

    The form by which a browser sends to the object storage works until it expires, whatever became of the upload: what comes
    after its end is deleted then (collecting.py). And what was sent and let go of counts for the day's bytes all the same.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # Where bytes may still come in, or `alias:name` of a file that the storage would not delete when it was asked; empty once
    # that is over.
    storage_name = models.CharField(max_length=120, blank=True)
    # Of the upload, when its row is gone; 0 while the row counts itself.
    size = models.PositiveBigIntegerField()
    announced_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "announced_at"], name="uploads_gone_of_a_day"),
            models.Index(fields=["created_at"], name="uploads_gone_by_age"),
        ]

    def __str__(self) -> str:
        return self.storage_name


def incoming_storage() -> Storage:
    """Where files come in and are quarantined."""
    return storages["private"]
