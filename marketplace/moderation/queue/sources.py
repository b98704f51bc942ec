"""What the queue is fed from: one source for each kind of thing, and what each of them knows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet

from marketplace.accounts.models import User
from marketplace.moderation.models import Effect, ModerationQueue, Priority, QueueKind, still_open
from marketplace.moderation.subjects import Hidden

# What `title` and `reason` of a case hold.
TITLE_LENGTH = REASON_LENGTH = 200


@dataclass(frozen=True)
class Waiting:
    """An open thing, as its case says it."""

    title: str
    since: datetime
    due_at: datetime
    person_id: int | None = None
    reported_by_id: int | None = None
    reason: str = ""
    priority: Priority = Priority.NORMAL


@dataclass(frozen=True)
class Ended:
    """How a thing was decided. `by_id` is None where no person decided: it was taken back, or is gone.

    `person_id` is whom it concerns where that is not whom the case says: of a review the reply may be what was wrong.
    """

    by_id: int | None = None
    at: datetime | None = None
    effect: Effect = Effect.NOTHING
    words: str = ""
    person_id: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What a moderator decides in the queue."""

    staff: User
    effect: Effect
    words: str
    hidden: Hidden | None = None
    is_right: bool | None = None  # of an appeal: whether the person is right


class QueueSource:
    """One kind of thing that waits for moderators. Subclasses say what they know; rows come from `open_rows`."""

    kind: QueueKind
    model: type[Model]
    view_permission: str
    decide_permission: str
    url_name: str  # of the thing's page at its own desk; takes its key
    template = ""  # shows the thing on the case's page; empty where it is decided at its own desk
    effects: tuple[Effect, ...] = ()

    @property
    def is_decided_here(self) -> bool:
        """Whether the case's page has a decision; the others are decided at their own desk, and the case follows."""
        return bool(self.effects)

    def effects_for(self, row: Any) -> tuple[Effect, ...]:
        """What can be done about this very thing."""
        return self.effects

    def must_be_told(self, effect: Effect) -> bool:
        """Whether there is somebody to whom words have to be written."""
        return effect != Effect.NOTHING

    @property
    def content_type(self) -> ContentType:
        """Of the thing."""
        return ContentType.objects.get_for_model(self.model)

    def cases(self) -> QuerySet[ModerationQueue]:
        """The cases of this source that are not decided."""
        return ModerationQueue.objects.filter(still_open(), kind=self.kind, content_type=self.content_type)

    def open_rows(self) -> QuerySet[Any]:
        """What waits for a person now."""
        raise NotImplementedError

    def waiting(self, row: Any) -> Waiting:
        """One of `open_rows` as a case."""
        raise NotImplementedError

    def raised(self) -> QuerySet[Any] | None:
        """Of `open_rows`, those that came to matter more since they were taken in; they become high at least."""
        return None

    def reason_label(self, reason: str) -> str:
        """What a case's `reason` means, in words."""
        return reason

    def ended(self, keys: Iterable[int]) -> dict[int, Ended]:
        """How those that are open no longer ended."""
        raise NotImplementedError

    def parties(self, row: Any) -> set[int | None]:
        """The keys of everybody it is about: they decide nothing about it."""
        raise NotImplementedError

    def deciders(self, row: Any) -> set[int | None]:
        """The keys of those who decided what is now looked at again."""
        return set()

    def concerned(self, row: Any, hidden: Hidden | None) -> int | None:
        """Whom a decision about this part concerns; None for whom the case says."""
        return None

    def lock_before(self, row: Any) -> None:
        """Take what comes before the case in the order of locks (docs/locking.md)."""

    def decide(self, row: Any, verdict: Verdict) -> bool:
        """Do it; False when it was decided elsewhere meanwhile. In the caller's transaction. Raises DomainError."""
        raise NotImplementedError

    def subject_of(self, case: ModerationQueue) -> Any:
        """The thing, read anew, or None where it is gone."""
        return self.model._default_manager.filter(pk=case.object_id).first()


_SOURCES: list[QueueSource] = []


def register_source(source: QueueSource) -> None:
    """Let a source feed the queue. Called once for each, when the program starts."""
    _SOURCES.append(source)


def sources() -> list[QueueSource]:
    """All of them."""
    return list(_SOURCES)


def source_of(case: ModerationQueue) -> QueueSource:
    """Where a case came from. Raises KeyError for one that nobody feeds."""
    for source in _SOURCES:
        if source.kind == case.kind and source.content_type.pk == case.content_type_id:
            return source
    raise KeyError(case.kind)


def parties_of(case: ModerationQueue) -> set[int]:
    """The keys of everybody a case is about, decided or not: they neither decide it nor judge its decision."""
    source = source_of(case)
    row = source.subject_of(case)
    found = {case.person_id, case.reported_by_id, *(source.parties(row) if row is not None else ())}
    return {key for key in found if key is not None}


def may_see(case: ModerationQueue, staff: User) -> bool:
    """Whether this person may read cases of this kind, and this one is not about them."""
    return staff.has_perm(source_of(case).view_permission) and staff.pk not in parties_of(case)


def sources_seen_by(staff: User) -> list[QueueSource]:
    """Those whose cases this person may see."""
    return [source for source in _SOURCES if staff.has_perm(source.view_permission)]


def sources_decided_by(staff: User) -> list[QueueSource]:
    """Those whose cases this person may decide."""
    return [source for source in _SOURCES if staff.has_perm(source.decide_permission)]


def cases_of(found: list[QueueSource]) -> Q:
    """A condition: cases of these sources."""
    condition = Q(pk__in=[])
    for source in found:
        condition |= Q(kind=source.kind, content_type=source.content_type)
    return condition
