"""Who somebody is, and what they show of themself."""

import secrets
import uuid
from datetime import date
from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from marketplace.core import clock
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
    # Part of what a session is checked against: raising it ends all of them at once (services/standing.py).
    session_epoch = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        # What staff may do to people, beside Django's four: moderation/roles.py gives them out.
        # Not `view_user`: with that Wagtail opens its own list of users, which shows whole addresses to anybody who has it.
        permissions = [
            ("view_people", _("Can see people and what they do here")),
            ("suspend_user", _("Can suspend people and lift it")),
            ("sign_out_user", _("Can sign people out everywhere")),
            ("reveal_contact", _("Can see whole numbers and addresses of people")),
            ("view_as_user", _("Can see the site as somebody else, read-only")),
            ("merge_user", _("Can make two accounts of one person one")),
            ("change_roles", _("Can give people roles of the staff and take them back")),
            ("export_people", _("Can take lists of people out of the portal")),
        ]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("email"), condition=~Q(email=""), name="accounts_user_email_unique"
            )
        ]
        indexes = [models.Index(fields=["date_joined"], name="accounts_user_joined_day")]  # the figures of a day

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

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django's, which ends sessions when the password changes, and with the epoch whenever we say so.

        Epoch 0 gives Django's own value: the release that brought the column signed nobody out.
        """
        own = super()._get_session_auth_hash(secret=secret)
        return f"{own}:{self.session_epoch}" if self.session_epoch else own

    @property
    def display_name(self) -> str:
        """What others see: the profile's name, never the phone number or the e-mail address."""
        profile = getattr(self, "profile", None)  # rows written in bulk have none until somebody asks for it
        return (profile.display_name if profile else self.get_full_name()) or f"#{self.pk}"

    @property
    def works_here(self) -> bool:
        """Whether to show the way to the admin: by Django's flags, or a role as the query of the session found it.

        For menus only, and so without a query of its own: what staff may do is asked for with permissions, whom staff
        may not touch with selectors.is_staff_person.
        """
        return self.is_staff or self.is_superuser or bool(getattr(self, "has_role", False))

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
    FRENCH = "fr", _("French")
    GERMAN = "de", _("German")
    SPANISH = "es", _("Spanish")
    RUSSIAN = "ru", _("Russian")
    ARABIC = "ar", _("Arabic")


class LanguageLevel(models.TextChoices):
    BASIC = "basic", pgettext_lazy("level of a skill", "Basic")
    CONVERSATIONAL = "conversational", _("Conversational")
    FLUENT = "fluent", _("Fluent")
    NATIVE = "native", _("Native")


class Hat(models.TextChoices):
    """As what a person with both hats is here just now."""

    BUYER = "buyer", _("Buyer")
    SELLER = "seller", _("Seller")


class SellerLevelChoice(models.TextChoices):
    NEW = "new", pgettext_lazy("seller level", "New")
    ONE = "level_1", _("Level 1")
    TWO = "level_2", _("Level 2")
    TOP = "top", pgettext_lazy("seller level", "Select")


def away_condition(day: date | None = None) -> Q:
    """The profiles of people who are away on a day, today unless it is named: `UserProfile.is_away` in a query."""
    today = day or timezone.localdate(clock.now())
    return (
        (Q(away_from__isnull=False) | Q(away_until__isnull=False))
        & (Q(away_from=None) | Q(away_from__lte=today))
        & (Q(away_until=None) | Q(away_until__gt=today))
    )


def is_away_on(day: date, away_from: date | None, away_until: date | None) -> bool:
    """Whether an absence with these ends, either of which may be open, holds on a day."""
    has_begun = away_from is None or away_from <= day
    return (away_from or away_until) is not None and has_begun and (away_until is None or day < away_until)


def refuses_orders_on(day: date, away_from: date | None, away_until: date | None, takes_orders: bool) -> bool:
    """Whether a seller with this absence, who `takes_orders` meanwhile or not, takes none on a day."""
    return is_away_on(day, away_from, away_until) and not takes_orders


def profile_url(handle: str) -> str:
    """Where the public page of a person stands."""
    return reverse("accounts:profile", args=[handle])


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
    # [{"code": Language, "level": LanguageLevel}], as services.update_profile writes them; who has not saved since levels
    # came has codes alone. Read through `language_levels`.
    languages = models.JSONField(_("languages"), default=list, blank=True)
    handle_changed_at = models.DateTimeField(_("address changed at"), null=True, blank=True, editable=False)
    # 1 is Monday. Hours are China's time, whose clocks never change; from after until goes over midnight.
    work_days = models.JSONField(_("working days"), default=list, db_default=[], blank=True)
    work_from = models.TimeField(_("works from"), null=True, blank=True)
    work_until = models.TimeField(_("works until"), null=True, blank=True)
    # Days of China's. From: none is at once. Until: the day of the return, free again from it on; none, with a from, is an
    # open end.
    away_from = models.DateField(_("away from"), null=True, blank=True)
    away_until = models.DateField(_("away until"), null=True, blank=True)
    # Orders are taken all the same, and buyers are told that it takes longer.
    away_takes_orders = models.BooleanField(_("takes orders while away"), default=False, db_default=False)
    away_message = models.CharField(_("message while away"), max_length=200, blank=True, default="", db_default="")
    hat = models.CharField(_("hat"), max_length=6, choices=Hat, default=Hat.BUYER, db_default=Hat.BUYER, editable=False)
    seller_since = models.DateTimeField(_("seller since"), null=True, blank=True)
    # A copy for cards and fees; `reviews` decides it and keeps the history in SellerLevel.
    level = models.CharField(_("seller level"), max_length=8, choices=SellerLevelChoice, default=SellerLevelChoice.NEW)
    skills = models.ManyToManyField("Skill", through="UserSkill", related_name="profiles", verbose_name=_("skills"))

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        indexes = [
            # Few are away, and every list asks who: gigs.models.listed, and the job that ends absences.
            models.Index(
                fields=["user"],
                condition=Q(away_from__isnull=False) | Q(away_until__isnull=False),
                name="accounts_profile_away",
            ),
            # The figures of a day.
            models.Index(
                fields=["seller_since"], condition=Q(seller_since__isnull=False), name="accounts_profile_seller_day"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_absolute_url(self) -> str:
        return profile_url(self.handle)

    @property
    def language_levels(self) -> list[tuple[str, str]]:
        """Codes of languages with levels. Who ticked a language before there were levels works in it: fluent."""
        return [
            (row, LanguageLevel.FLUENT.value) if isinstance(row, str) else (row.get("code", ""), row.get("level", ""))
            for row in self.languages
        ]

    @property
    def has_absence(self) -> bool:
        """Whether an absence is noted, whether it has begun or not."""
        return self.away_from is not None or self.away_until is not None

    @property
    def is_away(self) -> bool:
        """Whether the person is away today, by China's calendar. `away_condition` asks the same in a query."""
        return is_away_on(timezone.localdate(clock.now()), self.away_from, self.away_until)

    @property
    def refuses_orders(self) -> bool:
        """Whether the seller takes no orders today."""
        today = timezone.localdate(clock.now())
        return refuses_orders_on(today, self.away_from, self.away_until, self.away_takes_orders)

    @property
    def wears_seller_hat(self) -> bool:
        """Whether this person with an open desk is here as a seller just now."""
        return self.seller_since is not None and self.hat == Hat.SELLER

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


class HandleRedirect(models.Model):
    """An address that a profile had before: it leads to the new one, and nobody else gets it."""

    handle = models.SlugField(_("address"), max_length=40, unique=True)
    profile = models.ForeignKey(UserProfile, on_delete=models.CASCADE, related_name="old_handles")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("earlier address")
        verbose_name_plural = _("earlier addresses")

    def __str__(self) -> str:
        return self.handle
