"""The way to selling: its steps, what is done, what is missing, and what a gig waits for before it is published."""

from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User, UserVerification, VerificationKind, VerificationStatus
from marketplace.core.config import get_config


class StepKey(StrEnum):
    PROFILE = "profile"
    SKILLS = "skills"
    PHONE = "phone"
    IDENTITY = "identity"
    SERVICE = "service"


class StepState(StrEnum):
    DONE = "done"
    WAITING = "waiting"  # handed in, somebody else's turn
    OPEN = ""


# The desk opens after these.
DESK_STEPS = (StepKey.PROFILE, StepKey.SKILLS, StepKey.PHONE)


@dataclass(frozen=True)
class OnboardingStep:
    """One step, with what it still lacks."""

    key: StepKey
    title: str | Promise
    state: StepState
    missing: list[str | Promise] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        return self.state != StepState.OPEN


class Identity(StrEnum):
    NONE = "none"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"


def identity_state(user: User) -> Identity:
    """How far the check of this person's identity is: the real name, on which a company's papers only rest. One query."""
    cases = UserVerification.objects.filter(user=user, kind=VerificationKind.REAL_NAME)
    found = list(cases.order_by("pk").values_list("status", flat=True))
    if VerificationStatus.APPROVED in found:
        return Identity.APPROVED
    if VerificationStatus.PENDING in found:
        return Identity.SUBMITTED
    return Identity.REJECTED if found and found[-1] == VerificationStatus.REJECTED else Identity.NONE


def verification_url() -> str:
    """Where identity papers are handed in; "" as long as no such page exists."""
    try:
        return reverse("accounts:verification")
    except NoReverseMatch:
        return ""


def onboarding_steps(user: User) -> list[OnboardingStep]:
    """The five steps for this person, in order. The last one, a service, is told by the page: gigs stand above accounts."""
    profile = user.profile
    about: list[tuple[object, str | Promise]] = [
        (profile.display_name, _("your name")),
        (profile.headline, _("a headline")),
        (profile.about, _("a few words about yourself")),
        (profile.province, _("where you work")),
        (profile.languages, _("the languages you speak")),
    ]
    lacking = [label for value, label in about if not value]
    has_skills = profile.user_skills.exists()
    identity = identity_state(user)
    return [
        OnboardingStep(StepKey.PROFILE, _("Who you are"), StepState.OPEN if lacking else StepState.DONE, lacking),
        OnboardingStep(
            StepKey.SKILLS,
            _("What you can do"),
            StepState.DONE if has_skills else StepState.OPEN,
            [] if has_skills else [_("at least one skill")],
        ),
        OnboardingStep(
            StepKey.PHONE,
            _("Mobile number"),
            StepState.DONE if user.phone else StepState.OPEN,
            [] if user.phone else [_("a verified mobile number")],
        ),
        OnboardingStep(
            StepKey.IDENTITY,
            _("Real name"),
            {Identity.APPROVED: StepState.DONE, Identity.SUBMITTED: StepState.WAITING}.get(identity, StepState.OPEN),
            [] if identity in (Identity.APPROVED, Identity.SUBMITTED) else [_("your identity papers")],
        ),
        OnboardingStep(StepKey.SERVICE, _("First service"), StepState.OPEN),
    ]


def desk_is_missing(user: User) -> list[str | Promise]:
    """What this person lacks before the seller desk opens; the number only where the platform asks for it."""
    needs_phone = bool(get_config("selling.needs_phone"))
    return [
        label
        for step in onboarding_steps(user)
        if step.key in DESK_STEPS and (step.key != StepKey.PHONE or needs_phone)
        for label in step.missing
    ]


def sellers_in_order() -> QuerySet[User]:
    """People whose services may be on sale, as far as their identity goes (`selling.needs_identity`).

    The one gate: asked when a service is submitted, published, put back and ordered, and by the job that pauses.
    """
    people = User.objects.all()
    wanted = get_config("selling.needs_identity")
    if not wanted:
        return people
    enough = [VerificationStatus.APPROVED] if wanted == 2 else [VerificationStatus.APPROVED, VerificationStatus.PENDING]
    cases = UserVerification.objects.filter(user=OuterRef("pk"), kind=VerificationKind.REAL_NAME, status__in=enough)
    return people.filter(Exists(cases))


def publishing_is_missing(user: User) -> list[str | Promise]:
    """What this seller lacks before a service of theirs may be published.

    电子商务法 §10, §27: who sells is known by name. Payouts need the approved name anyway; that it has been handed in is
    what the first service waits for. An operator changes both in SystemConfig.
    """
    missing: list[str | Promise] = []
    if get_config("selling.needs_phone") and not user.phone:
        missing.append(_("a verified mobile number"))
    if not sellers_in_order().filter(pk=user.pk).exists():
        missing.append(_("your identity papers"))
    return missing
