"""What search engines are still to be told of: addresses that came, changed or went (cms_pages/announcing)."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class SearchEngine(models.TextChoices):
    """Who can be told."""

    INDEXNOW = "indexnow", "IndexNow"
    BAIDU = "baidu", _("Baidu")


class AddressNews(models.Model):
    """An address that a search engine is to fetch anew. Gone as soon as it was told."""

    engine = models.CharField(_("search engine"), max_length=10, choices=SearchEngine)
    address = models.CharField(_("address"), max_length=500)
    noted_at = models.DateTimeField(_("noted at"), db_default=Now(), editable=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0, db_default=0)
    next_try_at = models.DateTimeField(_("next try at"), db_default=Now())

    class Meta:
        verbose_name = _("address to be announced")
        verbose_name_plural = _("addresses to be announced")
        constraints = [
            models.UniqueConstraint(fields=["engine", "address"], name="cms_pages_news_once"),
            models.CheckConstraint(condition=models.Q(engine__in=SearchEngine.values), name="cms_pages_news_engine"),
        ]
        # What is due, the oldest first.
        indexes = [models.Index(fields=["engine", "next_try_at", "id"], name="cms_pages_news_due")]

    def __str__(self) -> str:
        return f"{self.engine} {self.address}"


class GigNewsMark(models.Model):
    """How far the changes of gigs have been read: a single row."""

    changed_at = models.DateTimeField()
    gig_id = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("mark of read changes")
        verbose_name_plural = _("marks of read changes")

    def __str__(self) -> str:
        return f"{self.changed_at:%Y-%m-%d %H:%M:%S} {self.gig_id}"
