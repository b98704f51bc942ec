from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DemoClock(models.Model):
    """How far the demo's clock is ahead of the real one: one row, none before it was moved. Kept with the books that it dates."""

    ahead = models.DurationField(_("ahead by"), default=timedelta())

    class Meta:
        verbose_name = _("demo clock")
        verbose_name_plural = _("demo clocks")
        default_permissions = ()
        permissions = [("move_clock", _("Can move the demo's clock"))]
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="demo_clock_is_one"),
            models.CheckConstraint(condition=Q(ahead__gte=timedelta()), name="demo_clock_is_ahead"),
        ]

    def __str__(self) -> str:
        return str(self.ahead)
