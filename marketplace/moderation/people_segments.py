"""Searches for people that staff keep under a name: one's own, and those that colleagues share."""

import ipaddress
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.core import staff_log
from marketplace.core.masking import masked
from marketplace.moderation.errors import PeopleError, PeopleErrorCode
from marketplace.moderation.models import Segment


def segments_for(staff: User) -> QuerySet[Segment]:
    """One's own and the shared ones."""
    return Segment.objects.filter(Q(owner=staff) | Q(is_shared=True)).select_related("owner__profile")


def segment_for(staff: User, segment_id: int) -> Segment:
    """One that this person may use. Raises Http404."""
    found = segments_for(staff).filter(pk=segment_id).first()
    if found is None:
        raise Http404
    return found


def own_segment(staff: User, segment_id: int) -> Segment:
    """One that this person may change: their own. Raises Http404."""
    found = Segment.objects.filter(owner=staff, pk=segment_id).first()
    if found is None:
        raise Http404
    return found


@transaction.atomic
def save_segment(*, staff: User, name: str, criteria: dict[str, Any], is_shared: bool) -> Segment:
    """Keep a search. `criteria` are the fields of PeopleForm as they were typed.

    Raises PeopleError NAME_TAKEN, and SEGMENT_OF_ONE when it is somebody's number or address that was looked for: a segment
    stays when the account goes, and colleagues read it.
    """
    if any(_is_contact(str(value)) for value in criteria.values()):
        raise PeopleError(PeopleErrorCode.SEGMENT_OF_ONE)
    try:
        with transaction.atomic():
            segment = Segment.objects.create(owner=staff, name=name.strip(), criteria=criteria, is_shared=is_shared)
    except IntegrityError as error:
        raise PeopleError(PeopleErrorCode.NAME_TAKEN) from error
    data = {"segment": segment.pk, "name": segment.name, "criteria": criteria, "is_shared": is_shared}
    staff_log.note(actor=staff, action="segment.save", data=data)
    return segment


@transaction.atomic
def rename_segment(*, segment: Segment, staff: User, name: str, is_shared: bool) -> Segment:
    """Another name, shared or not. Raises PeopleError NAME_TAKEN."""
    before = {"name": segment.name, "is_shared": segment.is_shared}
    segment.name, segment.is_shared = name.strip(), is_shared
    try:
        with transaction.atomic():
            segment.save(update_fields=["name", "is_shared", "updated_at"])
    except IntegrityError as error:
        raise PeopleError(PeopleErrorCode.NAME_TAKEN) from error
    after = {"name": segment.name, "is_shared": segment.is_shared}
    staff_log.note(actor=staff, action="segment.rename", data={"segment": segment.pk}, before=before, after=after)
    return segment


@transaction.atomic
def delete_segment(*, segment: Segment, staff: User) -> None:
    """Forget a kept search; nobody it found is touched."""
    data = {"segment": segment.pk, "name": segment.name}
    segment.delete()
    staff_log.note(actor=staff, action="segment.delete", data=data)


def _is_contact(value: str) -> bool:
    """Whether a word reaches one person: a mobile number, an e-mail address, an IP address."""
    try:
        ipaddress.ip_address(value.strip())
    except ValueError:
        return masked(value) != value
    return True
