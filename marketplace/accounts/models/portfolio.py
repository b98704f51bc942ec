"""The work that a seller shows."""

from urllib.parse import urlsplit

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models.people import User, UserProfile
from marketplace.core.models import TimeStamped


def private_storage() -> Storage:
    """Where documents lie: a view hands them out, with the headers that keep a browser from running what is in them."""
    return storages["private"]


class Portfolio(TimeStamped):
    """A piece of work a seller shows; its media are PortfolioMedia.

    The table still has the columns image, width and height of before: nothing reads them, the release after this one
    drops them (migration 0006_profile_data).
    """

    profile = models.ForeignKey(
        UserProfile, on_delete=models.CASCADE, related_name="portfolio", verbose_name=_("profile")
    )
    title = models.CharField(_("title"), max_length=80)
    description = models.TextField(_("description"), max_length=1000, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    hidden_at = models.DateTimeField(_("hidden at"), null=True, blank=True, editable=False)
    hidden_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("hidden by")
    )
    hidden_reason = models.CharField(_("reason"), max_length=200, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("portfolio piece")
        verbose_name_plural = _("portfolio")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("accounts:piece", args=[self.profile.handle, self.pk])

    @property
    def cover(self) -> "PortfolioMedia | None":
        """The first medium that has a picture; from what was prefetched."""
        return next((medium for medium in self.media.all() if medium.picture), None)


class PortfolioMediaKind(models.TextChoices):
    IMAGE = "image", _("Picture")
    VIDEO = "video", _("Video")
    PDF = "pdf", _("PDF")
    LINK = "link", _("Link")


class PortfolioMedia(models.Model):
    """One picture, film, document or link of a piece."""

    piece = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="media", verbose_name=_("piece"))
    kind = models.CharField(_("kind"), max_length=5, choices=PortfolioMediaKind)
    # The picture itself, or the poster of a film.
    picture = models.ImageField(_("picture"), upload_to="portfolio/%Y/%m", blank=True)
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    video = models.FileField(_("video"), upload_to="portfolio/%Y/%m", blank=True)
    document = models.FileField(_("PDF"), upload_to="portfolio/%Y/%m", storage=private_storage, blank=True)
    url = models.URLField(_("link"), max_length=300, blank=True)
    caption = models.CharField(_("caption"), max_length=120, blank=True)
    size = models.PositiveIntegerField(_("bytes"), default=0, editable=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("medium")
        verbose_name_plural = _("media")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="image") & ~Q(picture=""))
                | (Q(kind="video") & ~Q(video=""))
                | (Q(kind="pdf") & ~Q(document=""))
                | (Q(kind="link") & Q(url__startswith="https://")),
                name="accounts_portfoliomedia_has_what_it_is",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.caption}".strip()

    @property
    def host(self) -> str:
        """The website that a link leads to, as visitors see it before they go there."""
        return (urlsplit(self.url).hostname or "").removeprefix("www.")
