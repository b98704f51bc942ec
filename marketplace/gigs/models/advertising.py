"""Words that the advertising law forbids, kept by moderators."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AdvertisingWord(models.Model):
    """A superlative of 广告法 §9(3), with what sellers are told about it (superlatives.py finds it, advertising.py asks)."""

    word = models.CharField(_("word"), max_length=30, unique=True)
    spellings = models.CharField(
        _("other spellings and relatives"), max_length=300, blank=True, help_text=_("With spaces between.")
    )
    reason = models.CharField(_("reason"), max_length=120, help_text=_("Sellers read it below the field."))
    law = models.CharField(_("article of the law"), max_length=60, default="《广告法》第九条第（三）项")
    suggestion = models.CharField(
        _("better wording"),
        max_length=30,
        blank=True,
        help_text=_("Stands in the place of the word when the seller takes it; empty takes the word out."),
    )
    exceptions = models.TextField(
        _("harmless phrases"),
        blank=True,
        help_text=_("With spaces between. # stands for a number, ^ at the beginning for the beginning of a clause."),
    )
    is_blocking = models.BooleanField(
        _("stops the submission"), default=False, help_text=_("Otherwise it is a warning that the moderator sees too.")
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("word forbidden in advertising")
        verbose_name_plural = _("words forbidden in advertising")
        ordering = ["-is_blocking", "pk"]

    def __str__(self) -> str:
        return self.word
