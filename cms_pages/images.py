"""Our own image model: chosen before the first migration, because it cannot be changed later."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition, Image


class SiteImage(AbstractImage):
    """A picture of the editors. `description`, Wagtail's, is for those who cannot see it; `caption` is for all."""

    caption = models.CharField(_("caption"), max_length=200, blank=True)
    credit = models.CharField(
        _("credit"), max_length=80, blank=True, help_text=_("Who made the picture, if it must be named.")
    )

    admin_form_fields = (*Image.admin_form_fields, "caption", "credit")

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")
        permissions = [("choose_siteimage", "Can choose image")]

    @property
    def default_alt_text(self) -> str:
        """The description, or nothing: a title is often a file name, and silence is better than that read aloud."""
        return self.description or ""


class SiteRendition(AbstractRendition):
    """A `SiteImage` in one size and format."""

    image = models.ForeignKey(SiteImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="cms_pages_rendition_once")
        ]

    def __str__(self) -> str:
        return f"{self.image_id} {self.filter_spec}"
