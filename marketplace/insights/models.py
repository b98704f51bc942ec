from django.db import models
from django.utils.translation import gettext_lazy as _


class Analytics(models.Model):
    """One figure of one day. Computed by a job that gives the same result however often it runs."""

    day = models.DateField(_("day"))
    metric = models.CharField(_("figure"), max_length=60)
    dimension = models.CharField(_("dimension"), max_length=80, blank=True)
    value = models.BigIntegerField(_("value"))
    computed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("daily figure")
        verbose_name_plural = _("daily figures")
        ordering = ["-day", "metric", "dimension"]
        constraints = [models.UniqueConstraint(fields=["day", "metric", "dimension"], name="insights_analytics_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.metric} {self.value}"
