from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class TimeStamped(models.Model):
    """When a row was made and last changed."""

    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        abstract = True


class SystemConfig(models.Model):
    """A business constant that somebody changed. What is not here has the default of its definition (core/config.py)."""

    key = models.CharField(_("key"), max_length=80, unique=True)
    value = models.JSONField(_("value"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("changed by"),
    )
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("platform setting")
        verbose_name_plural = _("platform settings")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class RulesVersion(models.Model):
    """The business constants of one moment, as a whole, and the texts in force then.

    Never changed: orders say which rules they were made under.

    电子商务法 §34: who does not agree to new rules keeps the old ones; an order under way keeps its own.
    """

    digest = models.CharField(max_length=64, unique=True)  # of both: the same rules again are the same version
    values = models.JSONField(_("values"))
    # Document → number of its version: the editors' texts (cms_pages), which say the same in sentences.
    texts = models.JSONField(_("texts"), default=dict, db_default={}, blank=True)
    created_at = models.DateTimeField(_("in force since"), auto_now_add=True)

    class Meta:
        verbose_name = _("version of the rules")
        verbose_name_plural = _("versions of the rules")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.pk)
