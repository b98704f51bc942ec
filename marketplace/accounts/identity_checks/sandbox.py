"""A service that knows nobody, for the demo and the tests. In this process, asks nothing of any network.

Sequence number 000 (characters 15 to 17) is given to nobody, so that none of these numbers is somebody's.
"""

from hashlib import sha256

from marketplace.accounts.identity_checks.base import CheckAnswer, IdentityCheckUnavailable
from marketplace.accounts.models import CheckResult

# docs/verification.md lists them; every other number matches every name.
MISMATCH_NUMBER = "330100199001010001"
UNKNOWN_NUMBER = "330100199001020007"
UNAVAILABLE_NUMBER = "330100199001030002"


class SandboxIdentityChecker:
    """Answers by number, as the table above says."""

    is_real = False

    def check(self, *, name: str, number: str) -> CheckAnswer:
        """See IdentityChecker.check."""
        reference = f"SANDBOX-{sha256(number.encode()).hexdigest()[:12]}"
        match number:
            case n if n == UNAVAILABLE_NUMBER:
                raise IdentityCheckUnavailable("the sandbox was asked to be out of order")
            case n if n == MISMATCH_NUMBER:
                return CheckAnswer(CheckResult.MISMATCH, reference)
            case n if n == UNKNOWN_NUMBER:
                return CheckAnswer(CheckResult.UNKNOWN, reference)
            case _:
                return CheckAnswer(CheckResult.MATCH, reference)
