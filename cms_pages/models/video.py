"""Films of the editors, from our own server: a foreign player would tell its host who reads which page."""

from django.core.validators import FileExtensionValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.search import index

CAPTION_ENDINGS = FileExtensionValidator(["vtt"])


class SiteVideo(index.Indexed, models.Model):
    """A film with its first picture and its captions. The file is made anew when it is uploaded (videos.py)."""

    title = models.CharField(_("title"), max_length=80)
    file = models.FileField(
        _("film"),
        upload_to="films/%Y/%m",
        help_text=_("MP4 or WebM, at most 200 MB. Ten to ninety seconds are watched."),
    )
    poster = models.ForeignKey(
        "cms_pages.SiteImage",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("first picture"),
        help_text=_("Without one a picture of its first second is taken."),
    )
    captions = models.FileField(
        _("captions in Chinese"),
        upload_to="films/%Y/%m",
        blank=True,
        validators=[CAPTION_ENDINGS],
        help_text=_("A WebVTT file."),
    )
    captions_en = models.FileField(
        _("captions in English"), upload_to="films/%Y/%m", blank=True, validators=[CAPTION_ENDINGS]
    )
    is_silent = models.BooleanField(_("nobody speaks in it"), default=False)
    duration_seconds = models.PositiveIntegerField(_("length in seconds"), null=True, editable=False)
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)

    search_fields = [index.SearchField("title"), index.AutocompleteField("title")]

    class Meta:
        verbose_name = _("film")
        verbose_name_plural = _("films")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def length(self) -> str:
        """How long it is, as players show it: "1:05". Empty when that is not known."""
        if not self.duration_seconds:
            return ""
        minutes, seconds = divmod(self.duration_seconds, 60)
        return f"{minutes}:{seconds:02d}"
