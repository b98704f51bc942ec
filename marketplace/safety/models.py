"""Words that are watched in what people write to each other, kept by moderators."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Level(models.IntegerChoices):
    """What becomes of a message, from nothing to everything that went before and more."""

    NOTHING = 0, pgettext_lazy("with a message", "Nothing")
    WARN = 1, _("The writer is warned")
    FLAG = 2, _("... and moderators see it")
    HOLD = 3, _("... and it is held back until they have decided")


class WordTopic(models.TextChoices):
    FRAUD = "fraud", _("Fraud and money laundering")
    GAMBLING = "gambling", _("Gambling")
    FORGERY = "forgery", _("Forged papers")
    CHEATING = "cheating", _("Cheating in exams and papers")
    BRUSHING = "brushing", _("Fake trade and fake reviews")
    SEXUAL = "sexual", _("Sexual services")
    DRUGS = "drugs", _("Drugs and weapons")
    ABUSE = "abuse", _("Insults and threats")
    OTHER = "other", _("Something else")


class SensitiveWord(models.Model):
    """A word, with its other spellings, and what becomes of a message that holds it."""

    word = models.CharField(_("word"), max_length=30, unique=True)
    spellings = models.CharField(
        _("other spellings and relatives"), max_length=300, blank=True, help_text=_("With spaces between.")
    )
    exceptions = models.CharField(
        _("harmless phrases"), max_length=300, blank=True, help_text=_("Phrases that contain it. With spaces between.")
    )
    topic = models.CharField(
        pgettext_lazy("of a watched word", "topic"), max_length=10, choices=WordTopic, default=WordTopic.OTHER
    )
    level = models.PositiveSmallIntegerField(_("what happens"), choices=Level, default=Level.FLAG)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("watched word")
        verbose_name_plural = _("watched words")
        ordering = ["topic", "word"]
        constraints = [
            models.CheckConstraint(condition=models.Q(level__gte=0, level__lte=3), name="safety_word_level"),
        ]

    def __str__(self) -> str:
        return self.word


class TrialStatus(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("a dry run", "Waiting")
    RUNNING = "running", pgettext_lazy("a dry run", "Running")
    DONE = "done", pgettext_lazy("a dry run", "Done")
    FAILED = "failed", pgettext_lazy("a dry run", "Failed")
    APPLIED = "applied", pgettext_lazy("a dry run", "In use")
    DROPPED = "dropped", pgettext_lazy("a dry run", "Dropped")


class WordTrial(models.Model):
    """A change of the list that was tried on what people wrote before it is put in use."""

    # The word as it stands; empty for a new one.
    word = models.ForeignKey(SensitiveWord, on_delete=models.CASCADE, null=True, blank=True, related_name="trials")
    proposed = models.JSONField(_("proposed"))  # word, spellings, exceptions, topic, level, is_active
    status = models.CharField(_("status"), max_length=8, choices=TrialStatus, default=TrialStatus.WAITING)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    asked_at = models.DateTimeField(_("asked for at"))
    # Source → {"read": …, "found": …, "new": …, "gone": …}
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    # A few places of each source, masked as on every desk.
    samples = models.JSONField(_("examples"), default=list, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    applied_at = models.DateTimeField(_("in use since"), null=True, blank=True)

    class Meta:
        verbose_name = _("dry run of a watched word")
        verbose_name_plural = _("dry runs of watched words")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["id"], condition=models.Q(status="waiting"), name="safety_trial_waiting")]

    def __str__(self) -> str:
        return str(self.proposed.get("word", ""))
