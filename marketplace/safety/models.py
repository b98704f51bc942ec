"""Words that are watched in what people write to each other, kept by moderators."""

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
    topic = models.CharField(_("topic"), max_length=10, choices=WordTopic, default=WordTopic.OTHER)
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
