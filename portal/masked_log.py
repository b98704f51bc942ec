"""What is written to the log says nothing that reaches a person: more people read it than the database.

Exceptions of mail servers and of providers carry addresses in their words; here they leave the process for the first time.
"""

import logging

from marketplace.core.masking import masked

__all__ = ["MaskedFormatter", "masked"]


class MaskedFormatter(logging.Formatter):
    """A line of the log, its stack included, with what reaches a person masked."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))
