"""The audit as a routine: every night, before every batch of payouts, and whenever somebody asks."""

import logging

from marketplace.core import clock
from marketplace.payments.audit import audit_money
from marketplace.payments.models import AuditRun

logger = logging.getLogger(__name__)


def run_audit(*, history: bool = True) -> AuditRun:
    """Audit all money and keep the result. What it finds is logged as an error and stands in the admin until it is gone.

    `history` as in `ledger.audit.audit_books`: the sealed past too.
    """
    report = audit_money(history=history)
    run = AuditRun.objects.create(
        at=clock.now(),
        history=history,
        transactions=report.transactions,
        entries=report.entries,
        accounts=report.accounts,
        violations=report.violations,
        totals=report.totals_fen,
    )
    for violation in report.violations:
        logger.error("the books: %s", violation)
    return run
