"""Step 5: the pictures. A StepForm like the others: another gallery takes its place in forms/__init__.py."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import MultipleFileField, MultipleFileInput
from marketplace.gigs.content import PICTURE_LIMIT, GigContent, PictureContent
from marketplace.gigs.errors import GigError
from marketplace.gigs.forms.step import StepForm
from marketplace.gigs.pictures import read_picture


class ManyPicturesInput(MultipleFileInput):
    template_name = "django/forms/widgets/file.html"


class PictureForm(forms.Form):
    """New pictures, and what becomes of those already there.

    Uploads are encoded here, so that a refusal stands under their field, and stored by the service that writes the gig.
    """

    uploads = MultipleFileField(
        label=_("Add pictures"),
        required=False,
        widget=ManyPicturesInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("JPG, PNG or WebP, at most 10 MB each, at most five. The first is the cover."),
    )

    def __init__(self, *args: Any, kept: tuple[PictureContent, ...], **kwargs: Any) -> None:
        self.kept = kept
        super().__init__(*args, prefix="pictures", **kwargs)
        for place, picture in enumerate(kept):
            self.fields[f"alt_{place}"] = forms.CharField(
                label=_("What the picture shows"), max_length=120, required=False, initial=picture.alt_text
            )
            self.fields[f"remove_{place}"] = forms.BooleanField(label=_("Remove"), required=False)

    def rows(self) -> list[tuple[PictureContent, Any, Any]]:
        """Each kept picture with its two fields, for the template."""
        return [(picture, self[f"alt_{place}"], self[f"remove_{place}"]) for place, picture in enumerate(self.kept)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        pictures = [
            replace(picture, alt_text=data.get(f"alt_{place}", ""))
            for place, picture in enumerate(self.kept)
            if not data.get(f"remove_{place}")
        ]
        new_pictures = []
        uploads = data.get("uploads") or []
        if len(pictures) + len(uploads) > PICTURE_LIMIT:
            total = len(pictures) + len(uploads)
            self.add_error(
                "uploads",
                _("At most %(limit)s pictures. There would be %(count)s.") % {"limit": PICTURE_LIMIT, "count": total},
            )
        else:
            for upload in uploads:
                try:
                    new_pictures.append(read_picture(upload))
                except GigError as error:
                    self.add_error("uploads", error.message)
        data["pictures"] = tuple(pictures)
        data["new_pictures"] = tuple(new_pictures)
        return data


class GalleryStep(StepForm):
    template = "gigs/wizard/_pictures.html"
    saves_itself = False

    def build(self, content: GigContent, bound: dict[str, Any]) -> None:
        self.pictures = PictureForm(**bound, kept=content.pictures)

    def parts(self) -> list[Any]:
        return [self.pictures]

    def content(self) -> GigContent:
        data = self.pictures.cleaned_data
        return replace(self.before, pictures=data["pictures"], new_pictures=data["new_pictures"])
