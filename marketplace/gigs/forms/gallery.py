"""Step 5: pictures, a video, PDFs."""

from collections.abc import Sequence
from typing import Any

from marketplace.gigs.content import GigContent
from marketplace.gigs.forms.step import StepForm
from marketplace.gigs.gallery import GalleryForm
from marketplace.gigs.gallery_files import GalleryChange, subject_of
from marketplace.uploads.errors import UploadError


class GalleryStep(StepForm):
    template = "gigs/wizard/_gallery.html"

    def build(self, content: GigContent, bound: dict[str, Any]) -> None:
        self.gallery = GalleryForm(
            **bound,
            owner=self.seller,
            kept=content,
            subject=subject_of(self.gig_id) if self.gig_id else "",
            # Whoever goes on would lose sight of a file that is still looked into.
            complete="next" in bound.get("data", ()),
        )

    def parts(self) -> list[Any]:
        return [self.gallery]

    def content(self) -> GigContent:
        return self.gallery.applied_to(self.before)

    def refuse(self, refusals: Sequence[UploadError]) -> None:
        self.gallery.refuse(refusals)

    def change(self) -> GalleryChange:
        """What services.save_gallery is to do."""
        return self.gallery.change(self.before)
