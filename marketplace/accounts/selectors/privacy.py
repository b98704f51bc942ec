"""Reads of what people decide about their own data, and of what was decided about them."""

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404

from marketplace.accounts.models import (
    OPTIONAL_DOCUMENTS,
    REQUIRED_DOCUMENTS,
    AccountClosing,
    BlockedPerson,
    ConsentDocument,
    ConsentRecord,
    DataExport,
    ExportStatus,
    Suspension,
    User,
)
from marketplace.accounts.personal_data import Blocker, Retained, sections
from marketplace.core import clock


@dataclass(frozen=True)
class Choice:
    """An optional consent, and the record that is in force, if there is one."""

    document: ConsentDocument
    record: ConsentRecord | None


def consents_of(user: User) -> list[ConsentRecord]:
    """Every consent a person gave, newest first, withdrawn ones too."""
    return list(ConsentRecord.objects.filter(user=user).order_by("-given_at", "-pk"))


def has_consent(user: User, document: ConsentDocument) -> bool:
    """Whether an optional consent is in force. Whoever uses data for that purpose asks here, each time."""
    return ConsentRecord.objects.filter(user=user, document=document, withdrawn_at=None).exists()


def choices_of(user: User) -> list[Choice]:
    """The optional consents with what the person chose. None is given beforehand (个人信息保护法 §14)."""
    in_force = {
        record.document: record
        for record in ConsentRecord.objects.filter(user=user, document__in=OPTIONAL_DOCUMENTS, withdrawn_at=None)
    }
    return [Choice(document, in_force.get(document)) for document in OPTIONAL_DOCUMENTS]


def documents_to_accept(user: User) -> list[ConsentDocument]:
    """Terms of which a newer edition is in force than the one this person accepted.

    Who never accepted any was made by staff, and is not asked here.
    """
    accepted = set(
        ConsentRecord.objects.filter(user=user, document__in=REQUIRED_DOCUMENTS, withdrawn_at=None).values_list(
            "document", "version"
        )
    )
    if not accepted:
        return []
    return [each for each in REQUIRED_DOCUMENTS if (each.value, settings.CONSENT_VERSIONS[each.value]) not in accepted]


def latest_export(user: User) -> DataExport | None:
    """The newest copy of somebody's data, in any state."""
    return DataExport.objects.filter(user=user).first()


def ready_export_for(user: User, export_id: int) -> DataExport:
    """A copy that can be downloaded, by the person it is about. Raises Http404 for anybody else, and once it is over."""
    found = DataExport.objects.filter(
        pk=export_id, user=user, status=ExportStatus.READY, expires_at__gt=clock.now()
    ).first()
    if found is None:
        raise Http404
    return found


def closing_blockers(user: User) -> list[Blocker]:
    """Everything that has to end before this account can be closed, with those merged into it, from all rooms."""
    people = (user, *merged_accounts(user))
    return [blocker for person in people for section in sections() for blocker in section.blockers(person)]


def merged_accounts(user: User) -> list[User]:
    """Earlier accounts of the same person, which were merged into this one."""
    return list(User.objects.filter(merged_into__kept=user).order_by("pk"))


def retained_after_closing(user: User) -> list[Retained]:
    """Everything that stays after closing, with law and time, from all rooms; what stays of two accounts is said once."""
    people = (user, *merged_accounts(user))
    found = [retained for person in people for section in sections() for retained in section.retained(person)]
    return list({str(retained.what): retained for retained in found}.values())


def open_closing(user: User) -> AccountClosing | None:
    """The closing under way or done, unless it was called off."""
    return AccountClosing.objects.filter(user=user, cancelled_at=None).first()


def due_closing_ids() -> list[int]:
    """Closings whose days are over, longest overdue first."""
    due = AccountClosing.objects.filter(cancelled_at=None, done_at=None, due_at__lte=clock.now())
    return list(due.order_by("due_at").values_list("pk", flat=True))


def open_suspension(user: User) -> Suspension | None:
    """The suspension in force."""
    return Suspension.objects.filter(user=user, over_at=None).first()


def due_suspension_user_ids() -> list[int]:
    """People whose suspension has come to its end."""
    return list(
        Suspension.objects.filter(over_at=None, ends_at__lte=clock.now())
        .order_by("pk")
        .values_list("user_id", flat=True)
    )


def resting_owner(email: str) -> User | None:
    """Whose proved address this is, while they are suspended (and read why at log-in) or closing (and may come back)."""
    resting = Q(closings__cancelled_at=None, closings__done_at=None, closings__isnull=False) | Q(
        suspensions__over_at=None, suspensions__isnull=False
    )
    proved = User.objects.filter(emailaddress__email=email.lower(), emailaddress__verified=True, is_active=False)
    return proved.filter(resting).first()


def blocked_by(owner: User) -> QuerySet[BlockedPerson]:
    """Whom a person blocked, newest first."""
    return BlockedPerson.objects.filter(owner=owner).select_related("person__profile")


def blocks_between(one_id: int, other_id: int) -> set[int]:
    """Who of two people blocked the other: their keys, in one query."""
    both = [one_id, other_id]
    return set(BlockedPerson.objects.filter(owner_id__in=both, person_id__in=both).values_list("owner_id", flat=True))


def blocks_among(people: Collection[int]) -> set[tuple[int, int]]:
    """Which of several people keep which others of them out: who blocked, and whom. One query."""
    rows = BlockedPerson.objects.filter(owner_id__in=people, person_id__in=people)
    return set(rows.values_list("owner_id", "person_id"))


def person_to_block(handle: str) -> User:
    """Somebody with a public page. Raises Http404."""
    person = User.objects.filter(profile__handle=handle).select_related("profile").first()
    if person is None:
        raise Http404
    return person
