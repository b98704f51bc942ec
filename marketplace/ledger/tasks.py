from celery import shared_task

from marketplace.core.jobs import count_done
from marketplace.ledger import escrow_proof, seals, selectors, services


@shared_task
def seal_books() -> bool:
    """Seal what was posted up to now under yesterday's name. Returns whether a seal was made."""
    return seals.seal_books() is not None


@shared_task
def publish_escrow_proof() -> bool:
    """Publish the root and totals of all money owed under yesterday's name. Returns whether a proof was made."""
    return escrow_proof.publish_escrow_proof() is not None


@shared_task
def forget_old_proof_lines() -> int:
    """Delete lines and salts of proofs past their time. Returns how many lines."""
    return escrow_proof.forget_old_lines()


@shared_task
def clear_due_earnings() -> int:
    """Make every amount whose clearing time has come available. Returns how many."""
    return count_done(
        selectors.due_clearing_ids(), lambda clearing_id: services.clear_earnings(clearing_id=clearing_id)
    )
