"""What is written to the log says nothing that reaches a person: more people read it than the database.

Exceptions of mail servers and of providers carry addresses in their words; here they leave the process for the first time.
"""

import logging
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from marketplace.core import trace
from marketplace.core.masking import masked

__all__ = ["MaskedFormatter", "MaskedJsonFormatter", "masked"]

# Ours, and made by us: digits in them reach nobody, and a number with stars in it is none.
_OWN = frozenset({"time", "level", "logger", "request_id", "trace_id", "task_id", "task", "route", "method", "state"})


class MaskedFormatter(logging.Formatter):
    """A line of the log, its stack included, with what reaches a person masked."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


class MaskedJsonFormatter(JsonFormatter):
    """A line of the log as JSON, for programs: with the numbers of the request and of the job it belongs to, masked likewise."""

    def __init__(self) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s",
            rename_fields={"levelname": "level", "name": "logger"},
            timestamp="time",
            json_ensure_ascii=False,
            # Django's own lines bring the request along, whose name for itself has what was searched for.
            reserved_attrs=[*RESERVED_ATTRS, "request"],
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Add the numbers, and mask all that was said."""
        data = super().process_log_record(log_data)
        task_id, task_name = trace.task()
        numbers = {
            "request_id": trace.request_id(),
            "trace_id": trace.trace_id(),
            "task_id": task_id,
            "task": task_name,
        }
        data |= {name: value for name, value in numbers.items() if value}
        return {name: value if name in _OWN else _masked(value) for name, value in data.items()}


def _masked(value: Any) -> Any:
    """Words masked, at any depth; figures as they are unless they are somebody's number."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {masked(str(name)): _masked(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(item) for item in value]
    if value is None or isinstance(value, bool | float):
        return value
    said = masked(str(value))
    return value if isinstance(value, int) and said == str(value) else said
