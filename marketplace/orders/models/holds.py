from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.orders.models.orders import Order


class OrderHold(models.Model):
    """A court, an authority or a lawsuit needs what is kept of an order: until it is released nothing of it is removed.

    Rows stay, so that it can be told why something is still there. 个人信息保护法 §47 lets data be stored, and nothing else,
    as long as a law wants them kept.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="holds", verbose_name=_("order"))
    reason = models.CharField(_("for what"), max_length=300)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    placed_at = models.DateTimeField(_("since"))
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    released_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("hold on an order")
        verbose_name_plural = _("holds on orders")
        ordering = ["-pk"]
        constraints = [
            # Two courts may need the same order: letting go of it for one keeps it for the other.
            models.UniqueConstraint(fields=["order", "reason"], condition=Q(released_at=None), name="orders_hold_once"),
            models.CheckConstraint(
                condition=Q(released_at=None, released_by=None)
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="orders_hold_released_by",
            ),
        ]

    def __str__(self) -> str:
        return str(self.order)
