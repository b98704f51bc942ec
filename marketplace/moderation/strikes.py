"""Strikes: warnings that count for a while. They end by time alone; no job has to take them back."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.core.config import get_config
from marketplace.moderation.models import DecisionReason, ModerationDecision, Strike
from marketplace.moderation.quality import locks
from marketplace.moderation.quality.errors import QualityError, QualityErrorCode
from marketplace.notifications import catalogue
from marketplace.notifications.services import notify, recipient_language

WORDS_LENGTH, BECAUSE_LENGTH = 1000, 300


@transaction.atomic
def give_strike(
    *,
    person: User,
    staff: User,
    words: str,
    reason: DecisionReason | None = None,
    decision: ModerationDecision | None = None,
) -> Strike:
    """Warn `person` in a way that counts for `moderation.strike_days`; they are told `words` and until when.

    The strike of a decision is told with that decision, one of its own by a notice. Raises QualityError
    STRIKE_WORDS_MISSING or STRIKE_OWN.
    """
    words = words.replace("\r\n", "\n").strip()[:WORDS_LENGTH]
    if not words:
        raise QualityError(QualityErrorCode.STRIKE_WORDS_MISSING)
    if person.pk == staff.pk:
        raise QualityError(QualityErrorCode.STRIKE_OWN)
    now = clock.now()
    strike = Strike.objects.create(
        person=person,
        decision=decision,
        reason=reason,
        words=words,
        given_by=staff,
        given_at=now,
        expires_at=now + timedelta(days=get_config("moderation.strike_days")),
    )
    data = {"strike": strike.pk, "words": words, "expires_at": strike.expires_at.isoformat()}
    staff_log.note(actor=staff, action="strike.give", subject=person, data=data)
    if decision is None:
        _tell_of(strike)
    return strike


@transaction.atomic
def lift_strike(*, strike_id: int, staff: User, because: str) -> Strike:
    """Let a strike count no longer; the person reads `because`.

    Raises QualityError LIFT_REASON_MISSING, STRIKE_OWN or STRIKE_IS_OVER, and Strike.DoesNotExist.
    """
    because = because.strip()[:BECAUSE_LENGTH]
    if not because:
        raise QualityError(QualityErrorCode.LIFT_REASON_MISSING)
    strike = locks.lock_strike(strike_id)
    if strike.person_id == staff.pk:
        raise QualityError(QualityErrorCode.STRIKE_OWN)
    now = clock.now()
    if strike.lifted_at is not None or strike.expires_at <= now:
        raise QualityError(QualityErrorCode.STRIKE_IS_OVER)
    strike.lifted_at, strike.lifted_by, strike.lifted_because = now, staff, because
    strike.save(update_fields=["lifted_at", "lifted_by", "lifted_because"])
    data = {"strike": strike.pk, "because": because}
    staff_log.note(actor=staff, action="strike.lift", subject=strike.person, data=data)
    with recipient_language():
        url = reverse("moderation:decisions")
    notify(
        recipient_id=strike.person_id,
        notice=catalogue.moderation.STRIKE_LIFTED,
        url=url,
        words={"because": because},
    )
    return strike


def strikes_in_force(person: User) -> QuerySet[Strike]:
    """What counts against somebody now, the newest first; also what an account that was merged into this one was given."""
    theirs = Q(person=person) | Q(person__merged_into__kept=person)
    return Strike.objects.filter(theirs, lifted_at=None, expires_at__gt=clock.now())


def suspension_is_due(person: User) -> bool:
    """Whether so many strikes count at once that the next step is a suspension. Nobody is suspended by this alone."""
    return strikes_in_force(person).count() >= get_config("moderation.strikes_before_suspension")


def _tell_of(strike: Strike) -> None:
    with recipient_language():
        words = {
            "words": strike.words,
            "day": date_format(timezone.localtime(strike.expires_at), "SHORT_DATE_FORMAT"),
            "number": str(strikes_in_force(strike.person).count()),
            "most": str(get_config("moderation.strikes_before_suspension")),
        }
        url = reverse("moderation:decisions")
    notify(recipient_id=strike.person_id, notice=catalogue.moderation.STRIKE, url=url, words=words)
