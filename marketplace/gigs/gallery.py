"""The gallery part of the seller's form: what is there, what has just been sent, their order and words.

`_gallery.html` shows it, given the form as `gallery`; static/js/uploads.js sends files beside it. Without script the files come
with the form itself. The form only reads: what it asks for (`change`) is done by services.save_gallery.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core.forms import MultipleFileField
from marketplace.gigs.content import DOCUMENT_LIMIT, PICTURE_LIMIT, VIDEO_LIMIT, GigContent, PictureContent
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.gallery_files import (
    GALLERY,
    GalleryChange,
    as_content,
    own_names,
    posted_uploads,
    waiting_uploads,
    with_media,
)
from marketplace.gigs.models import MediaKind
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.models import Upload
from marketplace.uploads.presenters import as_json
from marketplace.uploads.sniffing import announced_kind
from marketplace.uploads.states import UploadState

ALT_LENGTH = 120
ACCEPTED = "image/jpeg,image/png,image/webp,image/gif,video/mp4,video/quicktime,video/webm,application/pdf"
GALLERY_COUNTS = {
    MediaKind.IMAGE: (PICTURE_LIMIT, GigErrorCode.TOO_MANY_PICTURES),
    MediaKind.VIDEO: (VIDEO_LIMIT, GigErrorCode.TOO_MANY_VIDEOS),
    MediaKind.PDF: (DOCUMENT_LIMIT, GigErrorCode.TOO_MANY_DOCUMENTS),
}


@dataclass(frozen=True)
class GalleryItem:
    """A row of the gallery form: something that is in the gallery, or an upload on its way there."""

    token: str
    alt_text: str = ""
    medium: PictureContent | None = None
    upload: Upload | None = None
    known_as: str = ""  # what its owner called the file before it came into the gallery

    @property
    def told(self) -> dict[str, Any]:
        """The upload as the script reads it."""
        return as_json(self.upload) if self.upload else {}

    @property
    def kind(self) -> str:
        """Picture, video or PDF; empty in the row that the script copies."""
        return self.medium.kind if self.medium else self.upload.kind if self.upload else ""

    @property
    def shown(self) -> PictureContent | None:
        """What there is to see: nothing while an upload is still looked into."""
        if self.upload and self.upload.state == UploadState.READY:
            return as_content(self.upload, alt_text=self.alt_text)
        return self.medium

    @property
    def name(self) -> str:
        """What its owner calls it, as long as that is known."""
        return self.upload.name if self.upload else self.known_as


class GalleryForm(forms.Form):
    """`is_valid()`, then `change(content)`. With `complete`, uploads that are still looked into are a fault."""

    files = MultipleFileField(label=_("Add pictures, a video or PDFs"), required=False)

    def __init__(
        self,
        *,
        owner: User,
        kept: GigContent | None,
        subject: str,
        data: Mapping[str, Any] | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        complete: bool = False,
    ) -> None:
        super().__init__(data=data, files=files, prefix="gallery")
        self.fields["files"].widget.attrs.update({"accept": ACCEPTED, "class": "visually-hidden"})
        self.owner, self.subject, self.complete = owner, subject, complete
        self.kept = {token_of(medium.name): medium for medium in (kept.media if kept else ())}

    @property
    def purpose(self) -> str:
        """For the script: what the files are announced for."""
        return GALLERY.key

    @property
    def blank(self) -> GalleryItem:
        """The row that the script copies for a file that was just chosen."""
        return GalleryItem("")

    @property
    def items(self) -> list[GalleryItem]:
        """The rows: as they were posted, else as they are stored; then uploads that stand in neither."""
        waiting = {upload.key.hex: upload for upload in waiting_uploads(self.owner, self.subject)}
        stored = self._tokens if self._is_posted else list(self.kept)
        names = own_names(self.owner, self.kept.values())
        called = {token: names.get(medium.name, "") for token, medium in self.kept.items()}
        return [
            GalleryItem(
                token,
                self._alt(token),
                medium=self.kept.get(token),
                upload=waiting.get(token),
                known_as=called.get(token, ""),
            )
            for token in dict.fromkeys([*stored, *waiting])
            if token in self.kept or token in waiting
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._removed: list[UUID] = []
        data["media"] = self._chosen() if self._is_posted else list(self.kept.values())
        counts = Counter(medium.kind for medium in data["media"])
        # What no kind is known of is refused by its own name once it is looked into.
        counts.update(kind for file in data.get("files") or () if (kind := announced_kind(file.name, "")))
        for kind, (limit, code) in GALLERY_COUNTS.items():
            if counts[kind] > limit:
                self.add_error(None, GigError(code, limit=limit, count=counts[kind]).message)
        return data

    def applied_to(self, content: GigContent) -> GigContent:
        """`content` with the gallery of this form, without files that came along with it. Call after `is_valid()`."""
        return with_media(content, self.cleaned_data["media"])

    def change(self, content: GigContent) -> GalleryChange:
        """What saving this form does to `content` and to the uploads it names. Call when it is valid."""
        return GalleryChange(
            content=self.applied_to(content),
            files=tuple(self.cleaned_data.get("files") or ()),
            removed=frozenset(self._removed),
        )

    def refuse(self, refusals: Sequence[UploadError]) -> None:
        """Say at the field what was found wrong with the files that came along."""
        for refusal in refusals:
            self.add_error("files", refusal.message)

    @property
    def _is_posted(self) -> bool:
        """Whether the rows were part of what was sent: another step of the same form may not have them."""
        return self.is_bound and self.add_prefix("present") in self.data

    @property
    def _tokens(self) -> list[str]:
        """What the form names, in the order wanted: by its numbers where they were shown, else as it stands."""
        if not self._is_posted:
            return []
        name = self.add_prefix("item")
        posted = self.data.getlist(name) if hasattr(self.data, "getlist") else self.data.get(name, [])
        return sorted(dict.fromkeys(posted), key=self._place)

    def _place(self, token: str) -> int:
        place = self.data.get(self.add_prefix(f"place-{token}"), "")
        return int(place) if place.isascii() and place.isdigit() and len(place) < 4 else 0

    def _alt(self, token: str) -> str:
        kept = self.kept[token].alt_text if token in self.kept else ""
        return str(self.data.get(self.add_prefix(f"alt-{token}"), kept) if self._is_posted else kept)[
            :ALT_LENGTH
        ].strip()

    def _is_removed(self, token: str) -> bool:
        return bool(self.data.get(self.add_prefix(f"remove-{token}")))

    def _chosen(self) -> list[PictureContent]:
        uploads = posted_uploads(self.owner, [key for token in self._tokens if (key := _key(token))])
        chosen = []
        for token in self._tokens:
            key = _key(token)
            upload = uploads.get(key) if key else None
            if self._is_removed(token):
                if upload:
                    self._removed.append(upload.key)
            elif token in self.kept:
                chosen.append(replace(self.kept[token], alt_text=self._alt(token)))
            elif upload and upload.state == UploadState.READY:
                chosen.append(as_content(upload, alt_text=self._alt(token)))
            elif upload and upload.state == UploadState.REJECTED and self.complete:
                self._removed.append(upload.key)  # told, and the form is done with
            elif upload and upload.is_undecided and self.complete:
                self.add_error(None, UploadError(UploadErrorCode.NOT_READY, name=upload.name).message)
        # Saved once and posted again, an upload is named both ways: it is in the gallery once.
        return list({medium.name: medium for medium in chosen}.values())


def token_of(name: str) -> str:
    """What a form calls a file that is in the gallery: short, and no path."""
    return sha256(name.encode()).hexdigest()[:16]


def _key(token: str) -> UUID | None:
    try:
        return UUID(hex=token)
    except ValueError:
        return None
