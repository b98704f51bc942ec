"""What staff tells on the status page: a disturbance, maintenance to come, and how it goes on."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from marketplace.core.staff_log import note
from marketplace.operations import locks
from marketplace.operations.errors import OperationsError, OperationsErrorCode
from marketplace.operations.models import Incident, IncidentKind, IncidentUpdate, Stage
from marketplace.operations.public_parts import PARTS

SHOWN_DAYS = 90
# Where each kind begins, and where it may go on to.
STAGES: dict[IncidentKind, tuple[Stage, ...]] = {
    IncidentKind.INCIDENT: (Stage.LOOKING, Stage.FOUND, Stage.WATCHING, Stage.OVER),
    IncidentKind.MAINTENANCE: (Stage.ANNOUNCED, Stage.OVER),
}


@transaction.atomic
def announce(
    *,
    kind: IncidentKind,
    title: str,
    title_en: str,
    parts: Sequence[str],
    text: str,
    text_en: str,
    staff: models.Model,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Incident:
    """Put an incident, or maintenance with its end, on the status page with its first words, in both languages.

    Raises OperationsError UNKNOWN_PART, or NO_END for maintenance whose end is missing or lies before its beginning.
    """
    if not parts or not set(parts) <= PARTS.keys():
        raise OperationsError(OperationsErrorCode.UNKNOWN_PART)
    now = timezone.now()
    starts_at = starts_at or now
    if kind == IncidentKind.INCIDENT:
        starts_at = min(starts_at, now)  # nobody knows of one to come
    if (kind == IncidentKind.MAINTENANCE) and (ends_at is None or ends_at <= max(starts_at, now)):
        raise OperationsError(OperationsErrorCode.NO_END)
    incident = Incident.objects.create(
        kind=kind,
        title=title,
        title_en=title_en,
        parts=[key for key in PARTS if key in parts],
        starts_at=starts_at,
        ends_at=ends_at if kind == IncidentKind.MAINTENANCE else None,
        created_by_id=staff.pk,
    )
    update = _say(incident, STAGES[kind][0], text, text_en, staff, now)
    note(
        actor=staff,
        action="status.announce",
        data={"incident": incident.pk, "kind": kind, "title": title, "parts": incident.parts, "text": update.text},
        subject=incident,
    )
    return incident


@transaction.atomic
def go_on(*, incident_id: int, stage: Stage, text: str, text_en: str, staff: models.Model) -> IncidentUpdate:
    """Say how it goes on; `OVER` ends it. Raises Incident.DoesNotExist, OperationsError CLOSED, WRONG_STAGE."""
    incident = locks.lock_incident(incident_id)
    if incident.closed_at is not None:
        raise OperationsError(OperationsErrorCode.CLOSED)
    if stage not in STAGES[IncidentKind(incident.kind)]:
        raise OperationsError(OperationsErrorCode.WRONG_STAGE)
    now = timezone.now()
    before = incident.updates.first()
    update = _say(incident, stage, text, text_en, staff, now)
    if stage == Stage.OVER:
        incident.closed_at = now
        incident.save(update_fields=["closed_at"])
    note(
        actor=staff,
        action="status.update",
        data={"incident": incident.pk, "title": incident.title, "text": text},
        subject=incident,
        before={"stage": before.stage if before is not None else ""},
        after={"stage": stage},
    )
    return update


def _say(
    incident: Incident, stage: Stage, text: str, text_en: str, staff: models.Model, at: datetime
) -> IncidentUpdate:
    return IncidentUpdate.objects.create(
        incident=incident, stage=stage, text=text, text_en=text_en, at=at, written_by_id=staff.pk
    )


def shown_incidents(*, now: datetime | None = None) -> QuerySet[Incident]:
    """What is open or announced, and what was over within 90 days; with everything that was said of it, newest first."""
    since = (now or timezone.now()) - timedelta(days=SHOWN_DAYS)
    return Incident.objects.filter(Q(closed_at=None) | Q(closed_at__gte=since)).prefetch_related("updates")


def incidents_by_age(
    shown: Sequence[Incident], *, now: datetime
) -> tuple[list[Incident], list[Incident], list[Incident]]:
    """What is going on, what is announced (the next one first), and what is over (the newest first)."""
    open_ones = [incident for incident in shown if incident.closed_at is None]
    going_on = [incident for incident in open_ones if incident.starts_at <= now]
    coming = sorted((one for one in open_ones if one.starts_at > now), key=lambda one: one.starts_at)
    return going_on, coming, [incident for incident in shown if incident.closed_at is not None]


def parts_in_words(incident: Incident) -> Iterator[str]:
    """The names of its parts, in the reader's language; one that a release has dropped by its key."""
    for key in incident.parts:
        yield str(PARTS[key].name) if key in PARTS else key
