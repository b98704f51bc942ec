"""The life of a verification: who may move it from where to where."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.transitions import Transition, TransitionTable


class VerificationStatus(models.TextChoices):
    PENDING = "pending", _("Waiting for review")
    APPROVED = "approved", pgettext_lazy("a fact about a person", "Verified")
    REJECTED = "rejected", _("Rejected")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")
    WITHDRAWN = "withdrawn", _("Withdrawn")


OWNER, MODERATOR, SYSTEM = "owner", "moderator", "system"


def _row(
    source: VerificationStatus, target: VerificationStatus, *actors: str, effect: str = ""
) -> Transition[VerificationStatus]:
    return Transition(source, target, frozenset(actors), effect)


# What is over stays over: who was rejected, or whose papers expired, hands in a new case.
VERIFICATION_TRANSITIONS: TransitionTable[VerificationStatus] = TransitionTable(
    (
        _row(
            VerificationStatus.PENDING,
            VerificationStatus.APPROVED,
            MODERATOR,
            SYSTEM,
            effect="the fact counts; an older case of the same kind expires; the system only if the platform says so",
        ),
        _row(
            VerificationStatus.PENDING,
            VerificationStatus.REJECTED,
            MODERATOR,
            effect="the person reads why; the papers are deleted after a while",
        ),
        _row(
            VerificationStatus.PENDING,
            VerificationStatus.WITHDRAWN,
            OWNER,
            effect="the papers are deleted at once: consent is taken back as easily as given (个人信息保护法, article 15)",
        ),
        _row(
            VerificationStatus.APPROVED,
            VerificationStatus.EXPIRED,
            MODERATOR,
            SYSTEM,
            OWNER,
            effect="the papers are no longer valid, newer ones took their place, or the consent to them was taken back",
        ),
        _row(
            VerificationStatus.APPROVED,
            VerificationStatus.REVOKED,
            MODERATOR,
            effect="it should not have counted; the identity may be barred from every account",
        ),
    )
)
