"""Words kept ready: quick replies, and what is said for somebody who is away."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class MessageTemplate(models.Model):
    """A quick reply: a person's own, or the platform's for everybody (`owner` is None)."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="message_templates"
    )
    title = models.CharField(_("title"), max_length=40)
    body = models.TextField(_("text"), max_length=1000)
    # Of the platform's own: for readers of which language; empty for all.
    language = models.CharField(
        _("language"), max_length=10, blank=True, default="", db_default="", choices=settings.LANGUAGES
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("quick reply")
        verbose_name_plural = _("quick replies")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class AwayReply(models.Model):
    """What is answered for somebody outside their hours, and during an absence that they announced."""

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="away_reply")
    is_on = models.BooleanField(_("in use"), default=True)
    body = models.TextField(_("text"), max_length=500)
    # Chinese time. Where both are the same, it answers at any hour.
    hours_from = models.TimeField(_("answers from"))
    hours_to = models.TimeField(_("answers until"))
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("automatic reply")
        verbose_name_plural = _("automatic replies")

    def __str__(self) -> str:
        return self.body[:40]
