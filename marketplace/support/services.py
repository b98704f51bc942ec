"""Writes of the support inbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.core.config import get_config
from marketplace.messaging.locks import lock_conversation
from marketplace.messaging.models import Conversation, Message, ParticipantRole
from marketplace.messaging.services import ask_support, say_as_support, say_solved
from marketplace.messaging.services.writing import same_again
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.services import notify, recipient_language
from marketplace.orders.models import Order
from marketplace.support import selectors
from marketplace.support.clocks import answer_due, solution_due
from marketplace.support.errors import SupportError, SupportErrorCode
from marketplace.support.locks import lock_case, lock_person
from marketplace.support.models import Priority, SupportCase, SupportNote, Topic
from marketplace.support.states import CASE_TRANSITIONS, CLOCK, PERSON, STAFF, CaseStatus


class _AskedBefore(Exception):
    def __init__(self, case: SupportCase) -> None:
        self.case = case


def open_case(
    *,
    person: User,
    topic: Topic,
    subject: str,
    body: str,
    files: Sequence[File] = (),
    order: Order | None = None,
    client_id: UUID | None = None,
) -> SupportCase:
    """Ask support something: a conversation with its first message, and a case whose clock runs, all of it or nothing.

    Asked twice with one `client_id` it is one question. Raises SupportError NOT_OWN_ORDER or TOO_MANY_OPEN
    (`support.open_per_person`), MessagingError REUSED for other words under the same `client_id`, and what `ask_support` raises.
    """
    if order is not None and person.pk not in (order.buyer_id, order.seller_id):
        raise SupportError(SupportErrorCode.NOT_OWN_ORDER)

    def opened(conversation: Conversation) -> None:
        _begin(conversation, person, topic=topic, subject=subject.strip(), order=order, client_id=client_id)

    try:
        _check_new(person, client_id)
        message = ask_support(user=person, body=body, files=files, client_id=client_id, opened=opened)
    except _AskedBefore as before:
        same_again(selectors.first_words_of(before.case), body=body)
        return before.case
    return SupportCase.objects.get(conversation=message.conversation_id)


@transaction.atomic
def _begin(conversation: Conversation, person: User, **told: Any) -> None:
    """The case of a conversation that is about to begin: the other tab's is counted, and a second press finds the first."""
    lock_person(person.pk)
    _check_new(person, told["client_id"])
    now = clock.now()
    clocks = {"waiting_since": now, "due_at": answer_due(now), "solve_due_at": solution_due(now)}
    SupportCase.objects.create(conversation=conversation, person=person, **clocks, **told)


def _check_new(person: User, client_id: UUID | None) -> None:
    if (first := selectors.asked_before(person, client_id)) is not None:
        raise _AskedBefore(first)
    limit = get_config("support.open_per_person")
    if selectors.open_cases_of(person).count() >= limit:
        raise SupportError(SupportErrorCode.TOO_MANY_OPEN, limit=limit)


@transaction.atomic
def heard(*, message: Message, role: ParticipantRole) -> None:
    """Something was said in a conversation with support: the clock starts or stops. In the transaction of the message
    (messaging/listeners.py), under the lock of its conversation.
    """
    case_id = selectors.case_id_of(message.conversation_id)
    if case_id is None:
        return
    case = lock_case(case_id)
    if role == ParticipantRole.SUPPORT:
        _stop_clock(case, message)
    elif case.status != CaseStatus.WAITING:
        _start_clock(case, message.created_at)
    case.save()


def answer_case(
    *,
    case_id: int,
    staff: User,
    body: str,
    files: Sequence[File] = (),
    client_id: UUID | None = None,
    seen: int | None = None,
) -> Message:
    """Answer as support; a case that nobody has becomes that of who answers. Sent twice with one `client_id`, it is one answer.

    `seen` is the sequence up to which the talk was read by who wants to answer only that. Raises SupportError OWN_CASE,
    NOT_STAFF, NEW_MESSAGE when the person has said something since, and what `say_as_support` raises.
    """
    case = SupportCase.objects.get(pk=case_id)
    _check_staff(staff, case)
    _check_seen(case, seen)
    return say_as_support(
        conversation_id=case.conversation_id, staff=staff, body=body, files=files, client_id=client_id
    )


@transaction.atomic
def assign_case(*, case_id: int, by: User, to: User | None) -> SupportCase:
    """Give a case to somebody of support, who is told, or back to all of them. Safe to call again.

    Raises SupportError NOT_STAFF for who may not answer, OWN_CASE for whose question it is.
    """
    case = lock_case(case_id)
    for person in (by, to):
        if person is not None:
            _check_staff(person, case)
    if case.assigned_to_id == (to.pk if to else None):
        return case
    before = case.assigned_to.display_name if case.assigned_to else None
    case.assigned_to = to
    case.save(update_fields=["assigned_to", "updated_at"])
    data = {"case": case.pk, "to": to.display_name if to else None}
    after = {"assigned_to": data["to"]}
    staff_log.note(
        actor=by, action="support.assign", data=data, subject=case.person, before={"assigned_to": before}, after=after
    )
    if to is not None and to != by:
        _tell(case, to, catalogue.talk.SUPPORT_ASSIGNED, name=by.display_name)
    return case


@transaction.atomic
def prioritise_case(*, case_id: int, by: User, priority: Priority) -> SupportCase:
    """Say how urgent a case is. Safe to call again. Raises SupportError NOT_STAFF or OWN_CASE."""
    case = lock_case(case_id)
    _check_staff(by, case)
    if case.priority == priority:
        return case
    before = {"priority": Priority(case.priority).name.lower()}
    case.priority = priority
    case.save(update_fields=["priority", "updated_at"])
    data = {"case": case.pk, "to": priority.name.lower()}
    after = {"priority": data["to"]}
    staff_log.note(actor=by, action="support.prioritise", data=data, subject=case.person, before=before, after=after)
    return case


@transaction.atomic
def escalate_case(*, case_id: int) -> bool:
    """Tell whoever leads support, and whose case it is, that an answer is overdue, once a wait. Returns whether it was so now:
    where there is nobody to tell, it is asked again.
    """
    case = lock_case(case_id)
    if case.status != CaseStatus.WAITING or case.escalated_at is not None:
        return False
    if case.due_at is None or case.due_at > clock.now():
        return False
    told = {lead.pk: lead for lead in selectors.leads()}
    if case.assigned_to is not None and selectors.may_answer(case.assigned_to):
        told[case.assigned_to.pk] = case.assigned_to
    told.pop(case.person_id, None)
    if not told:
        return False
    case.escalated_at = clock.now()
    case.save(update_fields=["escalated_at", "updated_at"])
    for person in told.values():
        name = case.assigned_to.display_name if case.assigned_to else "—"
        _tell(case, person, catalogue.talk.SUPPORT_OVERDUE, name=name)
    return True


def note_reading(*, case: SupportCase, reader: User) -> None:
    """Write into the staff log that somebody read a case: once a person, case and day, or again when the cache forgot."""
    data = {"case": case.pk}
    staff_log.note_reading(actor=reader, action="support.read", what=case.pk, data=data, subject=case.person)


@transaction.atomic
def solve_case(*, case_id: int, by: User, seen: int | None = None) -> SupportCase:
    """Nothing is left to answer: said by whose question it is, or by support. Safe to call again.

    `seen` is the sequence up to which support has read. Raises SupportError NOT_STAFF for anybody else, and NEW_MESSAGE when the
    person has said something since.
    """
    # As who writes a message: first the conversation, in which a line may be written, then its case (`heard`).
    lock_conversation(SupportCase.objects.values_list("conversation", flat=True).get(pk=case_id))
    case = lock_case(case_id)
    if by.pk != case.person_id:
        _check_staff(by, case)
    if case.status == CaseStatus.SOLVED:
        return case
    _check_seen(case, seen)
    actor = PERSON if by.pk == case.person_id else STAFF
    _solve(case, actor)
    if actor == STAFF:
        say_solved(conversation_id=case.conversation_id)
        staff_log.note(actor=by, action="support.solve", data={"case": case.pk}, subject=case.person)
    return case


@transaction.atomic
def close_silent_case(*, case_id: int) -> bool:
    """Take an answer that nobody came back to for `support.close_days` as the end. Returns whether it was one."""
    case = lock_case(case_id)
    if case.status != CaseStatus.ANSWERED or case.answered_at is None or case.answered_at > selectors.silent_before():
        return False
    _solve(case, CLOCK)
    return True


@transaction.atomic
def note_case(*, case_id: int, author: User, text: str) -> SupportNote:
    """Tell colleagues something about a case. Raises SupportError NOT_STAFF or OWN_CASE."""
    case = lock_case(case_id)
    _check_staff(author, case)
    return SupportNote.objects.create(case=case, author=author, text=text.strip(), created_at=clock.now())


def _check_staff(staff: User, case: SupportCase) -> None:
    if staff.pk == case.person_id or (
        case.order is not None and staff.pk in (case.order.buyer_id, case.order.seller_id)
    ):
        raise SupportError(SupportErrorCode.OWN_CASE)
    if not selectors.may_answer(staff):
        raise SupportError(SupportErrorCode.NOT_STAFF)


def _check_seen(case: SupportCase, seen: int | None) -> None:
    if seen is not None and selectors.has_said_since(case, seen):
        raise SupportError(SupportErrorCode.NEW_MESSAGE)


def _tell(case: SupportCase, person: User, notice: Notice, **words: str) -> None:
    with recipient_language():
        url = reverse("support_case", args=[case.pk])
    notify(recipient_id=person.pk, notice=notice, words={"subject": case.subject, **words}, url=url)


def _start_clock(case: SupportCase, asked_at: datetime) -> None:
    """Who writes three messages waits since the first of them. Whose case it is is told, unless they no longer answer: then it
    is everybody's. What could wait while it was answered is not known of what is asked now.
    """
    _require(case, CaseStatus.WAITING, PERSON)
    if case.priority == Priority.LOW:
        case.priority = Priority.NORMAL
    if case.assigned_to is not None and not selectors.may_answer(case.assigned_to):
        case.assigned_to = None
    if case.assigned_to is not None:
        _tell(case, case.assigned_to, catalogue.talk.SUPPORT_SAID)
    case.status, case.solved_at = CaseStatus.WAITING, None
    case.waiting_since, case.due_at = asked_at, answer_due(asked_at)
    case.solve_due_at = case.solve_due_at or solution_due(asked_at)


def _stop_clock(case: SupportCase, message: Message) -> None:
    if case.status != CaseStatus.ANSWERED:
        _require(case, CaseStatus.ANSWERED, STAFF)
    if case.due_at is not None and message.created_at > case.due_at:
        case.late_answers += 1
    case.status, case.solved_at = CaseStatus.ANSWERED, None
    case.waiting_since = case.due_at = case.escalated_at = None
    case.answered_at = message.created_at
    case.first_answered_at = case.first_answered_at or message.created_at
    case.assigned_to_id = case.assigned_to_id or message.sender_id


def _solve(case: SupportCase, actor: str) -> None:
    _require(case, CaseStatus.SOLVED, actor)
    case.status, case.solved_at = CaseStatus.SOLVED, clock.now()
    case.waiting_since = case.due_at = case.solve_due_at = case.escalated_at = None
    case.save()


def _require(case: SupportCase, target: CaseStatus, actor: str) -> None:
    if not CASE_TRANSITIONS.allows(CaseStatus(case.status), target, actor):
        raise RuntimeError(
            f"{actor} may not move a case from {case.status} to {target}"
        )  # a mistake of ours, no refusal
