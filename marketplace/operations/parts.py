"""Whether each part of the portal answers, asked all at once and for two seconds at most.

The checks are the portal's own (portal/health.py, which is above): it provides them as the site starts.
"""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock

from django.db import connections
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from marketplace.operations.signs import Level, Signal

PATIENCE_SECONDS = 2
_parts: dict[str, Callable[[], str]] = {}
_NAMES: dict[str, str | Promise] = {
    "database": pgettext_lazy("a part of the portal", "Database"),
    "cache": pgettext_lazy("a part of the portal", "Cache and live messages (Valkey)"),
    "worker": pgettext_lazy("a part of the portal", "Workers"),
    "search": pgettext_lazy("a part of the portal", "Search"),
}
# Threads of this process that wait for a part which is away: no more of them, however often the page is loaded.
_pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="operations-part")
_asking, _under_way = Lock(), dict[str, Future[str]]()
_ANSWERS_UP = gettext_lazy("It answers.")


def provide_parts(parts: Mapping[str, Callable[[], str]]) -> None:
    """Name the checks: each returns "up", or something else, or raises."""
    _parts.clear()
    _under_way.clear()
    _parts.update(parts)


def part_signals() -> list[Signal]:
    """How each part stands. What does not answer within two seconds is said to be away; nothing raises."""
    return list(part_signals_by_name().values())


def part_signals_by_name(*, leaving_out: Collection[str] = ()) -> dict[str, Signal]:
    """The same, each under its name for programs; those that are left out are not asked."""
    asked = {name: _asked(name, check) for name, check in _parts.items() if name not in leaving_out}
    wait(asked.values(), timeout=PATIENCE_SECONDS)
    found = {}
    for name, future in asked.items():
        label = str(_NAMES.get(name, name))
        if not future.done():
            words = _("No answer within %(seconds)s seconds.") % {"seconds": PATIENCE_SECONDS}
            found[name] = Signal(label, Level.BAD, words)
            continue
        answer = future.result()
        if answer == "up":
            found[name] = Signal(label, Level.GOOD, str(_ANSWERS_UP))
        else:
            found[name] = Signal(label, Level.BAD, _("It does not answer (%(why)s).") % {"why": answer})
    return found


def _asked(name: str, check: Callable[[], str]) -> Future[str]:
    """The question that is under way; a part that hangs is not asked anew each time, or it would take the others' threads."""
    with _asking:
        known = _under_way.get(name)
        if known is None or known.done():
            known = _under_way[name] = _pool.submit(_ask, check)
        return known


def _ask(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:  # whatever is wrong with a part, its line says so
        return type(error).__name__
    finally:
        connections.close_all()  # of this thread
