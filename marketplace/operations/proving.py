"""That nothing is kept longer than it may be: looked for at night, and by `manage.py retention_proof`."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from marketplace.core.retention import Proof, all_rules, proof_of
from marketplace.operations.models import EventKind, OperationEvent


@dataclass(frozen=True)
class ShownProof:
    """A proof, and when the job that ends this kind of data was last started by the clock (None: never, or there is none)."""

    proof: Proof
    job_ran_at: datetime | None


def proofs() -> list[ShownProof]:
    """Every rule, looked at now. Some queries each: for a command and a job of the night, not for a page."""
    ran = dict(PeriodicTask.objects.values_list("task", "last_run_at"))
    return [ShownProof(proof_of(rule), ran.get(rule.job)) for rule in all_rules()]


def note_proofs() -> int:
    """Look at every rule and note what is overdue; returns how many rows are."""
    overdue = {shown.proof.rule.key: shown.proof.overdue for shown in proofs() if shown.proof.overdue}
    OperationEvent.objects.create(
        kind=EventKind.RETENTION, is_ok=not overdue, details={"overdue": overdue}, at=timezone.now()
    )
    return sum(overdue.values())
