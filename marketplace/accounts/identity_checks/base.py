"""What a service has to be able to do to check identities for us."""

from dataclasses import dataclass
from typing import Protocol

from marketplace.accounts.models import CheckResult


@dataclass(frozen=True)
class CheckAnswer:
    """What the service said, and the number under which it would find its answer again."""

    result: CheckResult
    reference: str = ""


class IdentityCheckUnavailable(Exception):
    """The service gave no answer: unreachable, too slow, an error of its own, a quota used up. Ask again later."""


class IdentityChecker(Protocol):
    """The two-factor check of a real name (实名二要素): do this name and this number belong to one person?

    A class without arguments; it reads its own settings. It is called by a job, outside every transaction, and may be
    called again for the same case.
    """

    # Whether real people's numbers may be sent to it. `manage.py check` refuses a production where it is false.
    is_real: bool

    def check(self, *, name: str, number: str) -> CheckAnswer:
        """MATCH, MISMATCH, or UNKNOWN when the register has no such person (soldiers, people who moved abroad).

        Sets a time limit of its own, of at most 10 seconds. Raises IdentityCheckUnavailable.
        """
        ...
