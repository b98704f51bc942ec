"""Where the live side asks the database: a few threads of its own, so that windows do not queue behind one connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from channels.db import DatabaseSyncToAsync

THREADS = 4  # and as many connections of each process

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

_pool = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="live")


async def in_thread(
    function: Callable[Arguments, Answer], *arguments: Arguments.args, **named: Arguments.kwargs
) -> Answer:
    """Call what reads or writes the database."""
    call: Any = DatabaseSyncToAsync(function, thread_sensitive=False, executor=_pool)
    answer: Answer = await call(*arguments, **named)
    return answer
