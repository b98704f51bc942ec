"""Decisions of moderators, reached as moderators reach them: reported, taken in, decided."""

from marketplace.accounts.models import User
from marketplace.moderation import reports
from marketplace.moderation.models import DecisionReason, Effect, ModerationDecision, ModerationQueue, ReportReason
from marketplace.moderation.queue import services as queue
from tests.factories import make_gig, make_moderator, make_seller, make_user


def open_case(*, person: User | None = None, title: str = "奶茶店标志") -> ModerationQueue:
    """A service of `person` that somebody reported, as a case of the queue."""
    gig = make_gig(seller=person or make_seller(), title=title)
    report = reports.report_gig(
        gig=gig, reporter=make_user(), reason=ReportReason.COPIED, words="第二张图是别人的作品。"
    )
    queue.take_in()
    return ModerationQueue.objects.get(kind="report", object_id=report.pk)


def decided(
    *,
    person: User | None = None,
    effect: str = Effect.WARN,
    staff: User | None = None,
    words: str = "请换成你自己的图。",
    code: str = "H1",
    note: str = "",
    days: int | None = None,
) -> ModerationDecision:
    """A case that was decided by `staff`, or by somebody new."""
    case = open_case(person=person)
    reason = DecisionReason.objects.get(code="N1" if effect == Effect.NOTHING else code)
    return queue.decide_case(
        case_id=case.pk,
        staff=staff or make_moderator(),
        effect=effect,
        reason=reason,
        words=words,
        note=note,
        days=days,
    )
