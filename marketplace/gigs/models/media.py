"""The gallery of a gig."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.models import Orderable

from marketplace.gigs.models.gigs import Gig


class MediaKind(models.TextChoices):
    IMAGE = "image", _("Picture")
    VIDEO = "video", _("Video")
    PDF = "pdf", "PDF"


class GigMedia(Orderable):
    """A picture, video or PDF of the gallery. The first picture is the cover."""

    gig = ParentalKey(Gig, on_delete=models.CASCADE, related_name="media", verbose_name=_("service"))
    kind = models.CharField(_("kind"), max_length=5, choices=MediaKind, default=MediaKind.IMAGE)
    file = models.FileField(_("file"), upload_to="gigs/%Y/%m")
    alt_text = models.CharField(_("description for those who cannot see it"), max_length=120, blank=True)
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)

    # Encoded sizes of a picture, or of a video's or PDF's poster: [{"width": 480, "webp": "name", "avif": "name"}]. Of a
    # picture one more, {"width": 1200, "height": 630, "jpeg": "name"}: what stands for a link elsewhere.
    renditions = models.JSONField(default=list, db_default=[], blank=True, editable=False)
    # A few blurred pixels as a data: address, shown until the picture is there.
    placeholder = models.TextField(default="", db_default="", blank=True, editable=False)
    duration_seconds = models.PositiveIntegerField(null=True, blank=True, editable=False)
    page_count = models.PositiveIntegerField(null=True, blank=True, editable=False)

    class Meta(Orderable.Meta):
        verbose_name = _("gallery item")
        verbose_name_plural = _("gallery")

    def __str__(self) -> str:
        return self.alt_text or self.file.name
