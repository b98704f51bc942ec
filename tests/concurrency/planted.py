"""Planting a fault into the running program, so that a test can show that the races find it.

A fault is a change of a function's source: what it takes away must stand there, or the test fails, so that no fault goes
stale when the code moves on. The changed function takes the place of the right one wherever that was imported.
"""

import inspect
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from types import ModuleType
from typing import Any

from django.db import connection

# How long a thread that should have waited for a lock looks at what it read: long enough for the others to read it too.
HESITATION_SECONDS = 0.02
# Of threads that all look equally long, whoever read first also writes first: what is lost only when somebody reads, two
# others read and write, and then the first one writes, would be met once in minutes. Not Hypothesis's own dice: those fall
# alike in every example.
_dice = random.SystemRandom()


@dataclass(frozen=True)
class Change:
    """In the source of a function, `old` becomes `new`; it may hesitate before it returns."""

    module: ModuleType
    function: str
    old: str
    new: str
    hesitates: bool = False


@dataclass(frozen=True)
class Fault:
    """Changes that belong together; `sql` is one in the source of the database's own `ledger_post`.

    `situations` (stages.py) and the mode of settlement say where it can do harm, when that is not everywhere. Where a draw
    among everything would take minutes to meet it, `operations` says what is drawn most of the time.
    """

    changes: tuple[Change, ...] = ()
    sql: tuple[str, str] | None = None
    situations: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    is_custody: bool | None = None


@contextmanager
def planted(fault: Fault) -> Iterator[None]:
    """Within the block the program has this fault."""
    sources: dict[tuple[ModuleType, str], str] = {}
    hesitating = set()
    for change in fault.changes:
        place = (change.module, change.function)
        source = sources.get(place) or inspect.getsource(getattr(*place))
        assert change.old in source, f"{change.function}: {change.old!r} does not stand there any more"
        sources[place] = source.replace(change.old, change.new, 1)
        if change.hesitates:
            hesitating.add(place)
    with ExitStack() as stack:
        for (module, function), source in sources.items():
            stack.enter_context(_replaced(module, function, source, hesitates=(module, function) in hesitating))
        if fault.sql is not None:
            stack.enter_context(_changed_in_database(*fault.sql))
        yield


@contextmanager
def _replaced(module: ModuleType, function: str, source: str, *, hesitates: bool) -> Iterator[None]:
    original = getattr(module, function)
    places = [
        (each, name)
        for each_name, each in list(sys.modules.items())
        if each_name.startswith(("marketplace.", "tests.concurrency."))
        for name, value in list(vars(each).items())
        if value is original
    ]
    exec(compile(source, f"<planted in {module.__name__}>", "exec"), vars(module))
    changed = getattr(module, function)
    if hesitates:
        changed = _hesitating(changed)
    try:
        for each, name in places:
            setattr(each, name, changed)
        yield
    finally:
        for each, name in places:
            setattr(each, name, original)


def _hesitating(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def hesitate(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        time.sleep(HESITATION_SECONDS * _dice.uniform(0.5, 4))
        return result

    return hesitate


@contextmanager
def _changed_in_database(old: str, new: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('ledger_post'::regproc)")
        (source,) = cursor.fetchone()
        assert old in source, f"ledger_post: {old!r} does not stand there any more"
        cursor.execute(source.replace(old, new))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(source)
