"""What a person can do, and the work that shows it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models.people import UserProfile
from marketplace.core.models import TimeStamped


class Skill(models.Model):
    """A skill of the curated list."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    slug = models.SlugField(_("slug"), max_length=60, unique=True, allow_unicode=True)

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


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


class Portfolio(TimeStamped):
    """A piece of work a seller shows."""

    profile = models.ForeignKey(
        UserProfile, on_delete=models.CASCADE, related_name="portfolio", verbose_name=_("profile")
    )
    title = models.CharField(_("title"), max_length=80)
    description = models.TextField(_("description"), max_length=1000, blank=True)
    image = models.ImageField(_("picture"), upload_to="portfolio/%Y/%m", width_field="width", height_field="height")
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("portfolio piece")
        verbose_name_plural = _("portfolio")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title
