"""What a decision did, put back as far as it can be, when an appeal turns it round."""

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q

from marketplace.accounts.models import Suspension, User
from marketplace.accounts.services import lift_suspension
from marketplace.core import clock, staff_log
from marketplace.gigs.models import Gig, ReviewCase
from marketplace.gigs.services import restore_gig
from marketplace.messaging.models import Message, MessageFlag
from marketplace.messaging.services import restore_message
from marketplace.moderation import subjects
from marketplace.moderation.models import Effect, ModerationDecision, QueueKind, Report, ReportReason, Strike
from marketplace.moderation.queue.sources import source_of
from marketplace.moderation.review_decisions import mask_behind
from marketplace.moderation.strikes import lift_strike
from marketplace.reviews.models import Review
from marketplace.reviews.services import lift_mask

WHY = "申诉成立，原处理已撤销。"  # stored, as all that people are told


@transaction.atomic
def undo_decision(*, decision: ModerationDecision, staff: User) -> None:
    """Put back what can be, and note that the decision was turned round; one that was turned round already stays so.

    A service comes back paused, so that its seller says when it sells again; a message, and what was hidden of a review, can be
    read again; strike and suspension end. What another decision took down as well stays down. What cannot come back: a brief
    whose offers have ended, a message that was held back and never delivered, a service that was refused before it was ever on
    sale. Raises what those rooms raise.
    """
    turned = ModerationDecision.objects.filter(pk=decision.pk, overturned_at__isnull=True)
    if not turned.update(overturned_at=clock.now()):
        return
    decision.refresh_from_db(fields=["overturned_at"])
    target = _target_of(source_of(decision.case).subject_of(decision.case))
    if target is not None and not _is_down_by_another(target, decision):
        _put_back(target, decision, staff)
    now = clock.now()
    for strike in Strike.objects.filter(decision=decision, lifted_at=None, expires_at__gt=now):
        lift_strike(strike_id=strike.pk, staff=staff, because=WHY)
    _let_in_again(decision, staff)
    staff_log.note(
        actor=staff,
        action="queue.undo",
        subject=decision.person,
        data={"decision": decision.pk, "case": decision.case_id},
    )


def _target_of(thing: object) -> subjects.Target | None:
    """What a case was about in the end; None where nothing can be put back."""
    if isinstance(thing, Report):
        return subjects.target_of(thing)
    if isinstance(thing, MessageFlag):
        return thing.message
    if isinstance(thing, ReviewCase):
        return thing.gig
    return thing if isinstance(thing, Review) else None


def _is_down_by_another(target: subjects.Target, decision: ModerationDecision) -> bool:
    """Whether another decision, which stands, took the same down: it stays down then. Of a review each mask has its own."""
    content_type = ContentType.objects.get_for_model(type(target))
    reports = Report.objects.filter(content_type=content_type, object_id=target.pk).exclude(
        reason=ReportReason.PRESSURE
    )
    about = Q(kind=QueueKind.REPORT, case__object_id__in=reports.values("pk"))
    if isinstance(target, Message):
        flags = MessageFlag.objects.filter(message=target)
        about |= Q(kind=QueueKind.MESSAGE, case__object_id__in=flags.values("pk"))
    elif isinstance(target, Gig):
        reviews = ReviewCase.objects.filter(gig=target)
        about |= Q(kind=QueueKind.GIG, case__object_id__in=reviews.values("pk"))
    else:
        return False
    standing = ModerationDecision.objects.filter(about, person=decision.person_id, overturned_at__isnull=True)
    return standing.exclude(pk=decision.pk).exclude(effect=Effect.NOTHING).exists()


def _put_back(target: subjects.Target, decision: ModerationDecision, staff: User) -> None:
    if isinstance(target, Gig):
        restore_gig(gig_id=target.pk, moderator=staff)
    elif isinstance(target, Message):
        restore_message(message_id=target.pk)
    elif isinstance(target, Review):
        # What was hidden with this decision, not what another one hides.
        mask = mask_behind(
            review_id=target.pk, staff_id=decision.decided_by_id, at=decision.decided_at, words=decision.words
        )
        if mask is not None and mask.lifted_at is None:
            lift_mask(mask_id=mask.pk, staff=staff, words=WHY, appellant_id=decision.person_id)


def _let_in_again(decision: ModerationDecision, staff: User) -> None:
    if decision.effect != "suspend" or decision.person_id is None:
        return
    # The one that came with the decision: a later one of the same moderator has a decision, or a reason, of its own.
    own = Suspension.objects.filter(
        user=decision.person_id, by=decision.decided_by_id, began_at__gte=decision.decided_at
    )
    suspension = own.order_by("began_at", "pk").first()
    if suspension is not None and suspension.over_at is None:
        lift_suspension(user_id=decision.person_id, staff=staff, reason=WHY)
