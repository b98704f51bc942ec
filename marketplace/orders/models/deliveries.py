from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.orders.models.orders import Order
from marketplace.orders.models.storage import private_storage


class SentFile(models.Model):
    """A file that one side hands the other, with the checksum both can hold each other to."""

    file = models.FileField(_("file"), upload_to="deliveries/%Y/%m", storage=private_storage)
    name = models.CharField(_("name"), max_length=200)
    size = models.BigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("checksum"), max_length=64)
    # When the server had it whole. The release before this one did not note it down.
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    # Of a picture, in pixels; 0 for everything else.
    width = models.PositiveIntegerField(_("width"), default=0, db_default=0)
    height = models.PositiveIntegerField(_("height"), default=0, db_default=0)
    # Small, with a watermark: [{"width": 640, "height": 400, "webp": "name"}], the smallest first.
    previews = models.JSONField(_("previews"), default=list, db_default=[], blank=True)

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        """Whether its preview shows all of it; of a document it shows the first page."""
        return self.width > 0 and bool(self.previews)


class Delivery(models.Model):
    """Work handed over. Never changed afterwards, the database refuses it: it is evidence."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="deliveries")
    number = models.PositiveSmallIntegerField(_("number"))
    message = models.TextField(_("message"), max_length=3000)
    # 人工智能生成合成内容标识办法 (since 2025-09-01): who delivers such content says so.
    ai_made = models.BooleanField(_("contains content made by AI"), default=False, db_default=False)
    # The buyer sees pictures with a watermark until acceptance (delivery_access.py).
    holds_back_originals = models.BooleanField(_("originals after acceptance"), default=False, db_default=False)
    created_at = models.DateTimeField(_("delivered at"))

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["order", "-number"]
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="orders_delivery_number")]
        indexes = [models.Index(fields=["created_at"], name="orders_delivery_day")]  # the figures of a day

    def __str__(self) -> str:
        return f"{self.order} #{self.number}"


class DeliveryFile(SentFile):
    """A file of a delivery."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="files")

    class Meta(SentFile.Meta):
        verbose_name = _("delivered file")
        verbose_name_plural = _("delivered files")


class RevisionRequest(models.Model):
    """What the buyer wants changed. Never changed afterwards either."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="revision_requests")
    number = models.PositiveSmallIntegerField(_("number"))
    message = models.TextField(_("message"), max_length=3000)
    created_at = models.DateTimeField(_("asked at"))

    class Meta:
        verbose_name = _("revision request")
        verbose_name_plural = _("revision requests")
        ordering = ["order", "-number"]
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="orders_revision_number")]
        indexes = [models.Index(fields=["created_at"], name="orders_revision_day")]  # the figures of a day

    def __str__(self) -> str:
        return f"{self.order} #{self.number}"


class RevisionFile(SentFile):
    """A file that shows what the buyer means."""

    request = models.ForeignKey(RevisionRequest, on_delete=models.CASCADE, related_name="files")

    class Meta(SentFile.Meta):
        verbose_name = _("file of a revision request")
        verbose_name_plural = _("files of revision requests")
