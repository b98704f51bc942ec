"""Reads of the support inbox. Somebody's own cases; for staff, who have the permission before they come here, all."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission
from django.db.models import Case, Count, DurationField, F, Q, QuerySet, Sum, When
from django.http import Http404
from django.utils.translation import gettext as _

from marketplace.accounts.level_effects import LAST_SUPPORT_PLACE, SUPPORT_PLACES
from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.aggregates import Median
from marketplace.core.config import get_config
from marketplace.messaging.models import Message
from marketplace.messaging.selectors.access import SUPPORT_PERMISSION
from marketplace.orders.models import Order
from marketplace.support.clocks import half_times
from marketplace.support.models import CannedAnswer, SupportCase
from marketplace.support.states import CaseStatus

# What the inbox can be narrowed to.
MINE, UNASSIGNED, WAITING, SOLVED = "mine", "unassigned", "waiting", "solved"
# So much of a long talk stands on one page of the desk.
THREAD_LENGTH = 60
# What is due within it, nobody passes any more.
SOON = timedelta(hours=1)


@dataclass(frozen=True)
class CaseRow:
    """A line of the inbox."""

    case: SupportCase
    is_overdue: bool
    is_soon: bool  # more than half of the time is over
    is_unsolved_late: bool  # the time to solve it is over


@dataclass(frozen=True)
class AnswerFigures:
    """How support did for the questions of a time. Times are those that people waited, nights included; None without any."""

    questions: int
    median_first_answer: timedelta | None
    median_solved: timedelta | None
    late_answers: int
    overdue_now: int


@dataclass(frozen=True)
class ReadyAnswer:
    """An answer kept ready, filled in for one case."""

    title: str
    body: str


def may_answer(staff: User) -> bool:
    """Whether somebody works on cases."""
    return staff.is_active and staff.has_perm(SUPPORT_PERMISSION) and staff.has_perm("support.change_supportcase")


def open_cases_of(person: User) -> QuerySet[SupportCase]:
    """What somebody has asked and is not solved."""
    return SupportCase.objects.filter(person=person).exclude(status=CaseStatus.SOLVED)


def orders_of_open_cases() -> QuerySet[SupportCase, Any]:
    """Keys of the orders that a question still open is about: they are kept (core/holds.py)."""
    asked = SupportCase.objects.exclude(status=CaseStatus.SOLVED).filter(order__isnull=False)
    return asked.order_by().values("order")


def needed_conversations() -> QuerySet[SupportCase, Any]:
    """Keys of the conversations with support that are kept (core/holds.py): of questions that are still open, and of those about
    an order that is not emptied, which a court may need as much as what the two said to each other.
    """
    is_kept = Q(order__isnull=False, order__emptied_at=None)
    return SupportCase.objects.filter(~Q(status=CaseStatus.SOLVED) | is_kept).order_by().values("conversation")


def cases_of(person: User) -> QuerySet[SupportCase]:
    """Everything somebody has asked, the newest first."""
    return SupportCase.objects.filter(person=person).select_related("order").order_by("-pk")


def own_case(person: User, pk: int) -> SupportCase:
    """One's own case. Raises Http404 for anybody else's."""
    case = cases_of(person).filter(pk=pk).first()
    if case is None:
        raise Http404
    return case


def asked_before(person: User, client_id: UUID | None) -> SupportCase | None:
    """The question that this form has asked already."""
    if client_id is None:
        return None
    return SupportCase.objects.filter(person=person, client_id=client_id).first()


def first_words_of(case: SupportCase) -> Message:
    """The message with which a case began."""
    return Message.objects.filter(conversation=case.conversation_id).earliest("sequence")


def case_id_of(conversation_id: int) -> int | None:
    """The case of a conversation."""
    return SupportCase.objects.filter(conversation=conversation_id).values_list("pk", flat=True).first()


def case_of_conversation(conversation_id: int) -> SupportCase | None:
    """The case of a conversation. For code that has asked who may see the conversation."""
    return SupportCase.objects.filter(conversation=conversation_id).select_related("order").first()


def _of_others(staff: User) -> QuerySet[SupportCase]:
    """Cases that are no business of this colleague's own: neither their question, nor one about an order they bought or sold."""
    own = Q(person=staff) | Q(order__buyer=staff) | Q(order__seller=staff)
    return SupportCase.objects.exclude(pk__in=SupportCase.objects.filter(own).values("pk"))


def inbox(staff: User, *, show: str, query: str = "") -> QuerySet[SupportCase]:
    """The desk: what waits and is due first, then what is answered; or the part of it that is asked for. Without one's own."""
    cases = _of_others(staff).select_related("person__profile", "assigned_to__profile", "order")
    solved = Q(status=CaseStatus.SOLVED)
    cases = cases.filter(solved if show == SOLVED else ~solved)
    if show == MINE:
        cases = cases.filter(assigned_to=staff)
    elif show == UNASSIGNED:
        cases = cases.filter(assigned_to=None)
    elif show == WAITING:
        cases = cases.filter(status=CaseStatus.WAITING)
    if query:
        cases = cases.filter(
            Q(subject__icontains=query)
            | Q(order__number=query.upper())
            | Q(person__profile__display_name__icontains=query)
        )
    now = clock.now()
    is_overdue = Q(due_at__lt=now) | Q(solve_due_at__lt=now)
    first = Case(When(is_overdue & ~solved, then=0), When(Q(due_at__lt=now + SOON) & ~solved, then=1), default=2)
    # Asked in the evening, many are due at the same moment of the next day: who waits longest comes first.
    due, waiting = F("due_at").asc(nulls_last=True), F("waiting_since").asc(nulls_last=True)
    # Among equally urgent questions those of Select and level 2 sellers come first: one of the effects of a level.
    places = [When(person__profile__level=level, then=place) for level, place in SUPPORT_PLACES.items()]
    level = Case(*places, default=LAST_SUPPORT_PLACE)
    return cases.order_by(first, "priority", level, due, waiting, "-pk")


def counts(staff: User) -> dict[str, int]:
    """How many cases each part of the inbox has. One query."""
    is_open = ~Q(status=CaseStatus.SOLVED)
    return _of_others(staff).aggregate(
        waiting=Count("pk", filter=Q(status=CaseStatus.WAITING)),
        mine=Count("pk", filter=is_open & Q(assigned_to=staff)),
        unassigned=Count("pk", filter=is_open & Q(assigned_to=None)),
    )


def as_rows(cases: Iterable[SupportCase], now: datetime) -> list[CaseRow]:
    """Cases with how their clocks stand."""
    half_time = half_times()
    rows = []
    for case in cases:
        is_late = case.status != CaseStatus.SOLVED and case.solve_due_at is not None and case.solve_due_at < now
        is_overdue = case.due_at is not None and case.due_at < now
        is_soon = case.waiting_since is not None and half_time(case.waiting_since) < now
        rows.append(CaseRow(case, is_overdue=is_overdue, is_soon=is_soon, is_unsolved_late=is_late))
    return rows


def case_for_staff(staff: User, pk: int) -> SupportCase:
    """One case. Raises Http404, also for whom it is about: what colleagues note is not for them."""
    cases = _of_others(staff).select_related("person__profile", "assigned_to__profile", "order", "conversation")
    case = cases.prefetch_related("conversation__participants").filter(pk=pk).first()
    if case is None:
        raise Http404
    return case


def thread_of(case: SupportCase, *, before: int | None = None, limit: int = THREAD_LENGTH) -> list[Message]:
    """The last of what was said, or what was said before a sequence; oldest first."""
    messages = Message.objects.filter(conversation=case.conversation_id).order_by("-sequence")
    if before is not None:
        messages = messages.filter(sequence__lt=before)
    messages = messages.select_related("sender__profile", "conversation").prefetch_related("attachments")
    return list(messages[:limit])[::-1]


def has_said_since(case: SupportCase, seen: int) -> bool:
    """Whether the person has said something after this sequence."""
    later = Message.objects.filter(conversation=case.conversation_id, sequence__gt=seen)
    return later.filter(sender=case.person_id).exists()


def other_cases_of(case: SupportCase, *, limit: int = 5) -> list[SupportCase]:
    """What the same person has asked besides."""
    return list(cases_of(case.person).exclude(pk=case.pk)[:limit])


def colleagues() -> list[User]:
    """Who may be given a case."""
    staff = User.objects.filter(is_active=True, groups__permissions__codename="change_supportcase")
    return [user for user in staff.select_related("profile").distinct().order_by("pk") if may_answer(user)]


def leads() -> list[User]:
    """Who is told of what is overdue: who leads support; where nobody does, all of support; and where that is nobody either,
    who may do everything.
    """
    granted = Permission.objects.filter(codename="lead_supportcase", content_type__app_label="support")
    staff = User.objects.filter(is_active=True)
    leading = staff.filter(Q(groups__permissions__in=granted) | Q(user_permissions__in=granted))
    return (
        list(leading.distinct().order_by("pk")) or colleagues() or list(staff.filter(is_superuser=True).order_by("pk"))
    )


def overdue_case_ids() -> list[int]:
    """Cases whose answer is overdue and of which nobody who leads was told, the longest overdue first."""
    overdue = SupportCase.objects.filter(status=CaseStatus.WAITING, due_at__lt=clock.now(), escalated_at=None)
    return list(overdue.order_by("due_at").values_list("pk", flat=True))


def answer_figures(since: datetime) -> AnswerFigures:
    """The measures of the questions asked since then."""
    figures = SupportCase.objects.filter(created_at__gte=since).aggregate(
        questions=Count("pk"),
        median_first_answer=Median(F("first_answered_at") - F("created_at"), output_field=DurationField()),
        median_solved=Median(F("solved_at") - F("created_at"), output_field=DurationField()),
        late_answers=Sum("late_answers", default=0),
    )
    waiting = SupportCase.objects.filter(status=CaseStatus.WAITING, due_at__lt=clock.now())
    return AnswerFigures(**figures, overdue_now=waiting.count())


def ready_answers(case: SupportCase) -> list[ReadyAnswer]:
    """The answers kept ready for what this case is about, filled in. What is missing is a gap that staff sees."""
    answers = CannedAnswer.objects.filter(Q(topic="") | Q(topic=case.topic), is_active=True)
    words = {
        "name": case.person.display_name,
        "order": case.order.number if case.order else _("[order number]"),
    }
    return [ReadyAnswer(answer.title, _filled(answer.body, words)) for answer in answers]


def silent_before() -> datetime:
    """What was answered before that and has no word since is over."""
    return clock.now() - timedelta(days=get_config("support.close_days"))


def silent_case_ids() -> list[int]:
    """Cases that the clock closes."""
    silent = SupportCase.objects.filter(status=CaseStatus.ANSWERED, answered_at__lte=silent_before())
    return list(silent.order_by("answered_at").values_list("pk", flat=True))


def orders_to_ask_about(person: User, *, number: str = "", limit: int = 20) -> list[Order]:
    """The orders somebody may want to ask about: the newest, and that of this number, if it is one of theirs."""
    own = Order.objects.filter(Q(buyer=person) | Q(seller=person))
    newest = list(own.order_by("-pk")[:limit])
    asked = own.filter(number=number).exclude(pk__in=[order.pk for order in newest]) if number else own.none()
    return [*asked, *newest]


def order_of_person(case: SupportCase, number: str) -> Order:
    """An order of the person of a case, on either side, for staff who may read the case. Raises Http404 for any other."""
    own = Order.objects.filter(Q(buyer=case.person) | Q(seller=case.person), number=number)
    order = own.select_related("buyer__profile", "seller__profile").first()
    if order is None:
        raise Http404
    return order


def _filled(body: str, words: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda place: words.get(place[1], place[0]), body)
