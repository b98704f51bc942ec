"""Films of the editors: checked and made anew when they are uploaded, with a first picture; and their room in the admin."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.snippets.views.snippets import SnippetViewSet

from cms_pages.images import SiteImage
from cms_pages.models import SiteVideo
from marketplace.uploads.errors import UploadError
from marketplace.uploads.sniffing import sniff
from marketplace.uploads.videos import CONTAINERS, Film, read_film

MOST_MEGABYTES = 200
_MEGABYTE = 1024 * 1024
_CAPTIONS_MEGABYTES = 1


def take_film(video: SiteVideo, content: UploadedFile) -> None:
    """Give `video` the film, without what the camera noted down, its length, and a first picture when it has none.

    The video is not saved. Raises UploadError VIDEO_UNREADABLE or NO_VIDEOS, and ValidationError for another kind of file.
    """
    name = content.name or ""
    with TemporaryDirectory(prefix="film-") as folder:
        path = Path(folder) / "arrived"
        with path.open("wb") as target:
            shutil.copyfileobj(content.file, target)
        mime = sniff(path)
        if mime not in CONTAINERS:
            raise ValidationError(_("This is neither MP4 nor WebM. Export the film again as MP4."))
        film = read_film(path, mime=mime, name=name)
        _put(video, film)


def _put(video: SiteVideo, film: Film) -> None:
    video.file = ContentFile(film.path.read_bytes(), name=f"film.{film.ending}")
    video.duration_seconds = film.duration_seconds
    if video.poster_id is None:
        picture = ImageFile(film.poster.open("rb"), name="poster.png")
        with picture:
            video.poster = SiteImage.objects.create(title=video.title, description=video.title, file=picture)


class SiteVideoForm(WagtailAdminModelForm):
    """A film as an editor uploads it."""

    def clean_file(self) -> Any:
        content = self.cleaned_data["file"]
        if isinstance(content, UploadedFile) and (content.size or 0) > MOST_MEGABYTES * _MEGABYTE:
            raise ValidationError(_("At most %(limit)s MB, please.") % {"limit": MOST_MEGABYTES})
        return content

    def clean_captions(self) -> Any:
        return _captions(self.cleaned_data["captions"])

    def clean_captions_en(self) -> Any:
        return _captions(self.cleaned_data["captions_en"])

    def clean(self) -> dict[str, Any]:
        """Somebody who cannot hear it needs captions; the film is read only when everything else is right."""
        data: dict[str, Any] = super().clean()
        if not data.get("is_silent") and not data.get("captions") and not data.get("captions_en"):
            self.add_error("captions", _("Add captions, or say below that nobody speaks in it."))
        content = data.get("file")
        if isinstance(content, UploadedFile) and not self.errors:
            self.instance.title, self.instance.poster = data["title"], data.get("poster")
            try:
                take_film(self.instance, content)
            except UploadError as refusal:
                self.add_error("file", str(refusal.message))
            except ValidationError as refusal:
                self.add_error("file", refusal)
            else:
                data["file"], data["poster"] = self.instance.file, self.instance.poster
        return data


def _captions(content: Any) -> Any:
    if isinstance(content, UploadedFile):
        if (content.size or 0) > _CAPTIONS_MEGABYTES * _MEGABYTE:
            raise ValidationError(_("At most %(limit)s MB, please.") % {"limit": _CAPTIONS_MEGABYTES})
        beginning = content.read(16)
        content.seek(0)
        if not beginning.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT"):
            raise ValidationError(_("This is no WebVTT file: its first line must be WEBVTT."))
    return content


class SiteVideoViewSet(SnippetViewSet):
    """The films, beside images and documents."""

    model = SiteVideo
    icon = "media"
    menu_label = _("Films")
    menu_name = "films"
    menu_order = 350
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = [
        "title",
        Column("length", label=_("Length")),
        DateColumn("created_at", label=_("Uploaded")),
    ]
    search_fields = ["title"]
    edit_handler = ObjectList(
        [
            FieldPanel("title"),
            FieldPanel("file", widget=forms.ClearableFileInput(attrs={"accept": "video/mp4,video/webm"})),
            FieldPanel("poster"),
            MultiFieldPanel(
                [
                    FieldPanel("captions", widget=forms.ClearableFileInput(attrs={"accept": ".vtt"})),
                    FieldPanel("captions_en", widget=forms.ClearableFileInput(attrs={"accept": ".vtt"})),
                    FieldPanel("is_silent"),
                ],
                heading=_("For who cannot hear it"),
            ),
        ],
        base_form_class=SiteVideoForm,
    )
