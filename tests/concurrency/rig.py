"""Threads that stay, each with a connection of its own, released together through a barrier."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections
from django.utils import translation

THREADS = 8
PATIENCE_SECONDS = (
    60  # a deadlock is found by PostgreSQL after one second; this is for threads that wait for each other
)


class Rig:
    """Runs up to eight actions at the same time. Connections are kept from one release to the next: a new one takes longer
    than most of what is raced here, and would be the real starting order."""

    def __init__(self) -> None:
        self._tasks: list[queue.SimpleQueue[Any]] = [queue.SimpleQueue() for _ in range(THREADS)]
        self._done: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._serve, args=(tasks,), daemon=True, name=f"racer-{number}")
            for number, tasks in enumerate(self._tasks)
        ]
        for thread in self._threads:
            thread.start()

    def release(self, actions: Sequence[Callable[[], Any]]) -> list[Any]:
        """Let all actions go at once; returns what each returned or raised, in order."""
        gate = threading.Barrier(len(actions))
        for index, action in enumerate(actions):
            self._tasks[index].put((index, gate, action))
        results: list[Any] = [None] * len(actions)
        for _ in actions:
            try:
                index, result = self._done.get(timeout=PATIENCE_SECONDS)
            except queue.Empty:
                raise AssertionError(f"threads wait for each other: {waiting_backends()}") from None
            results[index] = result
        return results

    def close(self) -> None:
        """End the threads and their connections."""
        for tasks in self._tasks:
            tasks.put(None)
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)

    def _serve(self, tasks: "queue.SimpleQueue[Any]") -> None:
        translation.activate("zh-hans")
        try:
            while (task := tasks.get()) is not None:
                index, gate, action = task
                try:
                    gate.wait(PATIENCE_SECONDS)
                    result = action()
                except Exception as error:
                    result = error
                self._done.put((index, result))
        finally:
            connections.close_all()


@contextmanager
def racing() -> Iterator[Rig]:
    """A rig for the block."""
    rig = Rig()
    try:
        yield rig
    finally:
        rig.close()


def until_waited_for() -> None:
    """Go on when another session waits for a lock of this one's transaction; AssertionError if none comes to wait."""
    end = time.monotonic() + PATIENCE_SECONDS
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            if cursor.fetchone():
                return
            time.sleep(0.02)
    raise AssertionError("nobody waits for this session")


def waiting_backends() -> list[tuple[Any, ...]]:
    """What the database's sessions are waiting for, for the report of a race that hangs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, pg_blocking_pids(pid), wait_event_type, left(query, 200) FROM pg_stat_activity"
            " WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()"
        )
        return list(cursor.fetchall())


class ErrorsLogged(logging.Handler):
    """Collects what jobs swallow and only log: `core.jobs.count_done`, the audit, a quarantined notification."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.lines.append(self.format(record))


@contextmanager
def errors_logged(*loggers: str) -> Iterator[ErrorsLogged]:
    """Collect errors logged by these loggers."""
    handler = ErrorsLogged()
    found = [logging.getLogger(name) for name in loggers]
    for logger in found:
        logger.addHandler(handler)
    try:
        yield handler
    finally:
        for logger in found:
            logger.removeHandler(handler)
