"""Backups, audits, search, disk, database, release: what stands still until somebody looks."""

import platform
import shutil
from datetime import timedelta
from functools import cache as once
from pathlib import Path
from typing import Any

import django
import wagtail
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.discovery.replica import state as search_state
from marketplace.operations.models import EventKind, FailedTask, OperationEvent
from marketplace.operations.queues import in_words
from marketplace.operations.signs import Level, Signal
from marketplace.payments.selectors import latest_audit
from marketplace.payments.waiting_selectors import AUDIT_TOO_OLD

_DISK_WATCH, _DISK_BAD = 80, 90  # percent
_PERCENT = 100
_A_NIGHT = timedelta(hours=26)
_CHECKOUT = Path(__file__).resolve().parents[2]


def failed_signals() -> list[Signal]:
    """Jobs that ended with an error and that nobody has looked at."""
    label, number = pgettext("operations", "Failed jobs"), FailedTask.objects.filter(closed_at=None).count()
    url = reverse("operations_failed")
    if not number:
        return [Signal(label, Level.GOOD, _("None waits for a person."), url)]
    words = ngettext("%(number)s waits for a person.", "%(number)s wait for a person.", number)
    return [Signal(label, Level.BAD, words % {"number": number}, url)]


def care_signals() -> list[Signal]:
    """The last backup, the last test of restoring one, and what the audit of the books said."""
    return [
        _event(EventKind.BACKUP, timedelta(hours=get_config("operations.backup_hours"))),
        _event(EventKind.RESTORE_TEST, timedelta(days=get_config("operations.restore_test_days"))),
        _audit(),
        _retention(),
    ]


def _event(kind: EventKind, limit: timedelta) -> Signal:
    label, newest = str(kind.label), OperationEvent.objects.filter(kind=kind).first()
    if newest is None:
        return Signal(label, Level.WATCH, _("None was noted yet."))
    age = timezone.now() - newest.at
    if not newest.is_ok:
        return Signal(label, Level.BAD, _("The last one failed, %(age)s ago.") % {"age": in_words(age)})
    level = Level.BAD if age > limit else Level.GOOD
    return Signal(label, level, _("The last one %(age)s ago.") % {"age": in_words(age)})


def _retention() -> Signal:
    label = pgettext("operations", "What is kept too long")
    newest = OperationEvent.objects.filter(kind=EventKind.RETENTION).first()
    if newest is None:
        return Signal(label, Level.UNKNOWN, _("It was never checked."))
    age = timezone.now() - newest.at
    overdue = newest.details.get("overdue", {})
    if overdue:
        words = ngettext(
            "%(number)s rule is broken: %(names)s. python manage.py retention_proof says more.",
            "%(number)s rules are broken: %(names)s. python manage.py retention_proof says more.",
            len(overdue),
        )
        return Signal(label, Level.BAD, words % {"number": len(overdue), "names": ", ".join(sorted(overdue)[:5])})
    level = Level.BAD if age > _A_NIGHT else Level.GOOD
    return Signal(label, level, _("Nothing, checked %(age)s ago.") % {"age": in_words(age)})


def _audit() -> Signal:
    label, url = _("Audit of the books"), reverse("payments_waiting")
    audit = latest_audit()
    if audit is None:
        return Signal(label, Level.UNKNOWN, _("The books were never audited."), url)
    age = in_words(clock.now() - audit.at)
    if not audit.is_sound:
        words = ngettext(
            "%(number)s violation, %(age)s ago.", "%(number)s violations, %(age)s ago.", len(audit.violations)
        )
        return Signal(
            label, Level.BAD, words % {"number": len(audit.violations), "age": age}, reverse("wagtailadmin_home")
        )
    level = Level.BAD if clock.now() - audit.at > AUDIT_TOO_OLD else Level.GOOD
    return Signal(label, level, _("They add up, %(age)s ago.") % {"age": age}, url)


def search_signals() -> list[Signal]:
    """How far the search cluster is behind, where there is one."""
    label = _("How far the search is behind")
    if not search_state.is_configured():
        return [Signal(label, Level.GOOD, _("PostgreSQL searches: it is never behind."))]
    waiting = search_state.backlog()
    words = _("%(seconds)s seconds, %(number)s changes.") % {
        "seconds": round(waiting.lag_seconds),
        "number": waiting.changes,
    }
    try:
        trouble = search_state.trouble()
    except Exception as error:  # what it asks is away: its part says so, too
        return [Signal(label, Level.UNKNOWN, f"{words} {type(error).__name__}")]
    if trouble is not None:
        return [Signal(label, Level.WATCH, words + " " + _("PostgreSQL answers in the cluster's place."))]
    return [Signal(label, Level.GOOD, words)]


def machine_signals() -> list[Signal]:
    """Disk, database, migrations, release."""
    return [_disk(), _database_size(), _migrations(), _release()]


def _disk() -> Signal:
    label = pgettext("operations", "Disk")
    folder = Path(settings.MEDIA_ROOT or _CHECKOUT)
    while not folder.exists():  # nobody has uploaded anything
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    percent = usage.used * _PERCENT // usage.total
    words = _("%(percent)s%% used, %(free)s free.") % {"percent": percent, "free": filesizeformat(usage.free)}
    level = Level.BAD if percent >= _DISK_BAD else Level.WATCH if percent >= _DISK_WATCH else Level.GOOD
    return Signal(label, level, words)


def _database_size() -> Signal:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()), current_setting('server_version')")
        size, version = cursor.fetchone()
    words = _("%(size)s, PostgreSQL %(version)s") % {"size": filesizeformat(size), "version": version.split()[0]}
    return Signal(pgettext("operations", "Size of the database"), Level.GOOD, words)


def _migrations() -> Signal:
    label = pgettext("operations", "Changes of tables")
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not missing:
        number = len(executor.loader.applied_migrations)
        return Signal(label, Level.GOOD, _("All %(number)s are applied.") % {"number": number})
    names = ", ".join(f"{migration.app_label} {migration.name}" for migration, _backwards in missing[:5])
    words = ngettext("%(number)s is not applied: %(names)s", "%(number)s are not applied: %(names)s", len(missing))
    return Signal(label, Level.BAD, words % {"number": len(missing), "names": names})


def _release() -> Signal:
    event = OperationEvent.objects.filter(kind=EventKind.RELEASE).first()
    commit = commit_of(_CHECKOUT)
    said: list[Any] = [commit[:12]] if commit else []
    if event is not None:
        said.append(f"{timezone.localtime(event.at):%Y-%m-%d %H:%M}")
    said += [
        f"Python {platform.python_version()}",
        f"Django {django.get_version()}",
        f"Wagtail {wagtail.__version__}",
    ]
    return Signal(pgettext("operations", "Release"), Level.GOOD, " · ".join(said))


@once
def commit_of(folder: Path) -> str:
    """The commit that a checkout stands at; empty where there is none."""
    git = folder / ".git"
    if git.is_file():  # a worktree: the file says where its folder is
        git = Path(git.read_text().partition("gitdir: ")[2].strip())
    head = git / "HEAD"
    if not head.is_file():
        return ""
    said = head.read_text().strip()
    if not said.startswith("ref: "):
        return said
    name = said.removeprefix("ref: ")
    common = git / "commondir"
    places = [git, (git / common.read_text().strip()).resolve()] if common.is_file() else [git]
    for place in places:
        if (place / name).is_file():
            return (place / name).read_text().strip()
    return ""
