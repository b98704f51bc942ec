"""Where the live side asks the database: a few threads of its own, so that windows do not queue behind one connection."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

THREADS = 4  # and as many connections of each process

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

_pool = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="live")


async def in_thread(
    function: Callable[Arguments, Answer],
    *arguments: Arguments.args,
    **named: Arguments.kwargs,
) -> Answer:
    """Call what reads or writes the database, in the language of now."""
    return await in_thread_of(_pool, partial(function, *arguments, **named))


async def in_thread_of(pool: ThreadPoolExecutor, call: Callable[[], Answer]) -> Answer:
    """The same in a thread of another pool."""
    return await asyncio.get_running_loop().run_in_executor(pool, copy_context().run, _asked, call)


def _asked(call: Callable[[], Answer]) -> Answer:
    close_old_connections()
    try:
        return call()
    finally:
        close_old_connections()
