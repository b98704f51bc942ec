"""What follows a commit, and is no failure of it."""

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any

from django.db import transaction


def after_commit(work: Callable[..., Any], *given: Any, **named: Any) -> None:
    """Call this once the transaction stands. What fails in it is logged and is no failure of what stands there.

    Django's `robust=True` names what failed by its `__qualname__`, which a bare partial has not: it would raise after all.
    """
    transaction.on_commit(update_wrapper(partial(work, *given, **named), work), robust=True)
