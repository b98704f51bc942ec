"""Jobs of operations. Thin, and safe to run twice."""

from celery import shared_task

from marketplace.core import changes
from marketplace.operations import measuring, proving, public_parts


@shared_task
def apply_due_changes() -> int:
    """Put scheduled changes of settings into force; returns how many. Beat runs it each minute."""
    return changes.apply_due_changes()


@shared_task
def measure_parts() -> dict[str, str]:
    """Write down how each part of the site stands (the status page's history); returns that. Beat runs it each minute."""
    states = public_parts.judged(measuring.signs_of_worker())
    measuring.write_down(states)
    return {key: state.value for key, state in states.items()}


@shared_task
def forget_measurements() -> int:
    """Remove what was measured long ago; returns how many rows."""
    return measuring.forget_old()


@shared_task
def prove_retention() -> int:
    """Look for what is kept longer than it may be and note it for the page of operations; returns how many rows."""
    return proving.note_proofs()
