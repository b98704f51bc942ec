import secrets
import uuid
from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from marketplace.core.identifiers import READABLE_ALPHABET
from marketplace.core.models import TimeStamped


def new_username() -> str:
    """People sign in with a phone number or an e-mail; the username is only Django's key, and tells nothing."""
    return uuid.uuid4().hex


class User(AbstractUser):
    """One account, two hats: anybody may buy, and who finishes onboarding may sell.

    `phone` holds a verified number only, so that nobody can squat on a number that is not theirs; a number that waits
    for its code stands in `pending_phone` (facts/accounts.md, section 2, pitfall 7).
    """

    username = models.CharField(_("username"), max_length=150, unique=True, default=new_username)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("mobile number"), max_length=20, unique=True, null=True, blank=True)
    pending_phone = models.CharField(_("mobile number to verify"), max_length=20, blank=True)

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("email"), condition=~Q(email=""), name="accounts_user_email_unique"
            )
        ]

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep addresses in lower case, in which allauth looks them up, and give a new user the profile of every user.

        Here, because users come in by many doors: sign-up, `createsuperuser`, Wagtail's form, tests.
        """
        is_new = self._state.adding
        self.email = self.email.lower()
        super().save(*args, **kwargs)
        if is_new:
            UserProfile.make_for(self)

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """What others see: the profile's name, never the phone number or the e-mail address."""
        profile = getattr(self, "profile", None)  # rows written in bulk have none until somebody asks for it
        return (profile.display_name if profile else self.get_full_name()) or f"#{self.pk}"

    @property
    def is_seller(self) -> bool:
        """Whether this person finished seller onboarding."""
        profile = getattr(self, "profile", None)
        return profile is not None and profile.seller_since is not None


class Language(models.TextChoices):
    CHINESE = "zh", _("Chinese")
    ENGLISH = "en", _("English")
    JAPANESE = "ja", _("Japanese")
    KOREAN = "ko", _("Korean")
    CANTONESE = "yue", _("Cantonese")


class SellerLevelChoice(models.TextChoices):
    NEW = "new", _("New")
    ONE = "level_1", _("Level 1")
    TWO = "level_2", _("Level 2")
    TOP = "top", _("Select")


class UserProfile(TimeStamped):
    """What a person shows of themself. Every user has one."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="profile", verbose_name=_("user"))
    handle = models.SlugField(_("address"), max_length=40, unique=True)
    display_name = models.CharField(_("name"), max_length=40)
    avatar = models.ImageField(_("portrait"), upload_to="avatars/%Y/%m", blank=True)
    headline = models.CharField(_("headline"), max_length=80, blank=True)
    about = models.TextField(_("about"), max_length=2000, blank=True)
    province = models.CharField(_("province"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=20, blank=True)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    seller_since = models.DateTimeField(_("seller since"), null=True, blank=True)
    # A copy for cards and fees; `reviews` decides it and keeps the history in SellerLevel.
    level = models.CharField(_("seller level"), max_length=8, choices=SellerLevelChoice, default=SellerLevelChoice.NEW)
    skills = models.ManyToManyField("Skill", through="UserSkill", related_name="profiles", verbose_name=_("skills"))

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")

    def __str__(self) -> str:
        return self.display_name

    def get_absolute_url(self) -> str:
        return reverse("accounts:profile", args=[self.handle])

    @classmethod
    def make_for(cls, user: User) -> "UserProfile":
        """The profile of a user who may have none: a random handle, and a name that tells neither number nor address."""
        suffix = "".join(secrets.choice(READABLE_ALPHABET.lower()) for _index in range(8))
        neutral = gettext("User %(suffix)s") % {"suffix": suffix[:4].upper()}
        name = (user.get_full_name() or neutral)[: cls._meta.get_field("display_name").max_length]
        profile, _created = cls.objects.get_or_create(
            user=user, defaults={"handle": f"u-{suffix}", "display_name": name}
        )
        return profile


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


class VerificationKind(models.TextChoices):
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Mobile number")
    REAL_NAME = "real_name", _("Real name")
    COMPANY = "company", _("Company")


class VerificationStatus(models.TextChoices):
    PENDING = "pending", _("Waiting for review")
    APPROVED = "approved", _("Verified")
    REJECTED = "rejected", _("Rejected")
    EXPIRED = "expired", _("Expired")


class UserVerification(TimeStamped):
    """That a fact about a person was checked, by whom and when."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="verifications", verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=12, choices=VerificationKind)
    status = models.CharField(
        _("status"), max_length=10, choices=VerificationStatus, default=VerificationStatus.PENDING
    )
    reviewed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("reviewed by")
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    # Only for the real name: the name itself, encrypted (core.encryption). Payouts go to nobody else.
    name_encrypted = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], condition=Q(status="approved"), name="accounts_verification_one_approved"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_kind_display()}: {self.get_status_display()}"


class ConsentDocument(models.TextChoices):
    TERMS = "terms", _("Terms of service")
    PRIVACY = "privacy", _("Privacy policy")


class ConsentRecord(models.Model):
    """That a person accepted a document, in which version and when: what the law asks us to be able to show."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents", verbose_name=_("user"))
    document = models.CharField(_("document"), max_length=10, choices=ConsentDocument)
    version = models.CharField(_("version"), max_length=20)
    given_at = models.DateTimeField(_("given at"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [models.UniqueConstraint(fields=["user", "document", "version"], name="accounts_consent_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.get_document_display()} {self.version}"
