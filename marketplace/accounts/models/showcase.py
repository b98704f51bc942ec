"""What a person can do: skills of the curated list, what people miss in it, certificates."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models.people import User, UserProfile
from marketplace.core.models import TimeStamped


class SkillArea(models.TextChoices):
    DESIGN = "design", _("Design")
    DEVELOPMENT = "development", _("Development")
    VIDEO = "video", _("Video and animation")
    WRITING = "writing", _("Writing")
    TRANSLATION = "translation", _("Translation")
    MARKETING = "marketing", _("Marketing")
    AUDIO = "audio", _("Audio")
    DATA = "data", _("Data and AI")
    PHOTO = "photo", _("Photography")
    BUSINESS = "business", _("Business")
    EDUCATION = "education", _("Education")
    LIFE = "life", _("Life")


class Skill(models.Model):
    """A skill of the curated list (data/skills.json); what people miss comes in through SkillSuggestion."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    name_en = models.CharField(_("English name"), max_length=60, blank=True, default="", db_default="")
    slug = models.SlugField(_("slug"), max_length=60, unique=True, allow_unicode=True)
    area = models.CharField(_("area"), max_length=12, choices=SkillArea, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def localized_name(self) -> str:
        """The name in the language of the page; in Chinese where there is no other."""
        return self.name_en if get_language() == "en" and self.name_en else self.name


class SkillLevel(models.TextChoices):
    FAMILIAR = "familiar", _("Familiar")
    PROFICIENT = "proficient", _("Proficient")
    EXPERT = "expert", _("Expert")


class UserSkill(models.Model):
    """How well a person says they master a skill."""

    profile = models.ForeignKey(UserProfile, on_delete=models.CASCADE, related_name="user_skills")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="user_skills")
    level = models.CharField(_("level"), max_length=12, choices=SkillLevel, default=SkillLevel.PROFICIENT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["profile", "skill"], name="accounts_userskill_once")]

    def __str__(self) -> str:
        return f"{self.skill} ({self.get_level_display()})"


class SuggestionStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("a suggestion", "Open")
    APPROVED = "approved", _("Taken into the list")
    MERGED = "merged", _("Is in the list under another name")
    REFUSED = "refused", _("Refused")


class SkillSuggestion(TimeStamped):
    """A skill that somebody missed in the list. A moderator decides once."""

    suggested_by = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="skill_suggestions", verbose_name=_("suggested by")
    )
    name = models.CharField(_("name"), max_length=40)
    status = models.CharField(_("status"), max_length=8, choices=SuggestionStatus, default=SuggestionStatus.OPEN)
    skill = models.ForeignKey(
        Skill, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("skill")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("suggested skill")
        verbose_name_plural = _("suggested skills")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["suggested_by", "name"], condition=Q(status="open"), name="accounts_suggestion_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Certificate(TimeStamped):
    """A certificate as its holder names it. Nobody has checked it, and the page says so."""

    profile = models.ForeignKey(UserProfile, on_delete=models.CASCADE, related_name="certificates")
    title = models.CharField(_("title"), max_length=60)
    issuer = models.CharField(_("issued by"), max_length=60)
    year = models.PositiveSmallIntegerField(_("year"))
    # Public, re-encoded: what a person shows of themself. Papers for a check go to the verification instead.
    picture = models.ImageField(
        _("picture"), upload_to="certificates/%Y/%m", blank=True, width_field="width", height_field="height"
    )
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-year", "pk"]

    def __str__(self) -> str:
        return self.title
