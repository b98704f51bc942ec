"""What the platform knows about a person, told room by room.

Most of it lies in rooms above this one, which may not be imported here. Each of them registers one `Section` in its
`apps.ready` (as moderation does with core/staff_log.py): what belongs into the copy of somebody's data, what keeps an
account from being closed, what has to be kept afterwards and what goes. `tests/contracts/test_personal_data.py` looks that
no field that points at a person is forgotten.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.files.base import File
from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise

from marketplace.accounts.models import ConsentDocument, User

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """Rows of one kind, all with the same keys. They are asked for twice (JSON, CSV), and read one by one."""

    name: str
    rows: Callable[[], Iterable[Row]]


@dataclass(frozen=True)
class StoredFile:
    """A file for the copy: its path in the ZIP, and how it is opened."""

    path: str
    open: Callable[[], File]


@dataclass(frozen=True)
class Blocker:
    """Why an account cannot be closed now, and where the person can do something about it."""

    text: str | Promise
    url: str


@dataclass(frozen=True)
class Retained:
    """What stays after closing, by which law, and for how long."""

    what: str | Promise
    law: str | Promise
    until: str | Promise


class Section:
    """One room's part. A room overrides what it has something to say to."""

    # "app.Model.field" of each field that points at a person and whose rows this section exports.
    exported: frozenset[str] = frozenset()
    # The same of those that are not exported, each with the reason.
    not_exported: Mapping[str, str] = {}

    def tables(self, user: User) -> Iterable[Table]:
        """Tables for the copy of this person's data; what others wrote only as far as the person sees it anyway."""
        return ()

    def files(self, user: User) -> Iterable[StoredFile]:
        """Files for the copy, in private or public storage."""
        return ()

    def blockers(self, user: User) -> Iterable[Blocker]:
        """What has to end before the account can be closed."""
        return ()

    def retained(self, user: User) -> Iterable[Retained]:
        """What has to be kept of this person after closing."""
        return ()

    def erase(self, user: User) -> None:
        """Remove what need not be kept. In the transaction of the closing, under the lock of the person; safe to repeat."""

    def consent_withdrawn(self, user: User, document: ConsentDocument) -> None:
        """Give a withdrawn optional consent its effect, in the transaction of the withdrawal."""

    def signed_out(self, user: User) -> None:
        """Some or all sessions have been ended: end what outlives a request and whose session holds no more
        (selectors.session_holds). Called after the commit."""


_sections: dict[str, Section] = {}


def register(key: str, section: Section) -> None:
    """Add a room's section; the same key again replaces it."""
    _sections[key] = section


def sections() -> list[Section]:
    """All sections, in the order in which the rooms were loaded."""
    return list(_sections.values())


def table(name: str, queryset: QuerySet[Any], /, **fields: str) -> Table:
    """A table of `queryset` with these columns: name in the file → path of the field. Rows are not kept in memory."""

    def rows() -> Iterator[Row]:
        paths = list(fields.values())
        for values in queryset.values_list(*paths).iterator(chunk_size=500):
            yield dict(zip(fields, values, strict=True))

    return Table(name, rows)


def installed_model(label: str) -> Any | None:
    """The model of an app of allauth's, or None where that app is not switched on."""
    app_label, _dot, name = label.partition(".")
    return apps.get_model(app_label, name) if apps.is_installed(f"allauth.{app_label}") else None


def plain(*names: str) -> dict[str, str]:
    """Columns that are called as their fields are."""
    return {name: name for name in names}


def stored(folder: str, file: Any, name: str = "") -> StoredFile:
    """The content of a file field, to be put into this folder under this name, or under the last part of its own."""
    return StoredFile(f"{folder}/{name or file.name.rpartition('/')[2]}", lambda: file.storage.open(file.name))


def delete_after_commit(file: Any) -> None:
    """Delete the content of a file field once its row is gone for good."""
    storage, name = file.storage, file.name
    transaction.on_commit(lambda: storage.delete(name))
