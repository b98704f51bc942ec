from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.orders.models.orders import Order
from marketplace.orders.models.storage import private_storage


class Delivery(models.Model):
    """Work handed over. Never changed afterwards: it is evidence."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="deliveries")
    number = models.PositiveSmallIntegerField(_("number"))
    message = models.TextField(_("message"), max_length=3000)
    created_at = models.DateTimeField(_("delivered at"))

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["order", "-number"]
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="orders_delivery_number")]

    def __str__(self) -> str:
        return f"{self.order} #{self.number}"


class DeliveryFile(models.Model):
    """A file of a delivery, with the checksum both sides can hold each other to."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="files")
    file = models.FileField(_("file"), upload_to="deliveries/%Y/%m", storage=private_storage)
    name = models.CharField(_("name"), max_length=200)
    size = models.BigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("checksum"), max_length=64)

    class Meta:
        verbose_name = _("delivered file")
        verbose_name_plural = _("delivered files")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
