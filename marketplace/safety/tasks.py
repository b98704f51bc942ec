"""Jobs of watched words. Safe to run twice."""

from celery import shared_task

from marketplace.safety import trials
from marketplace.safety.selectors import lost_trials


@shared_task
def run_trial(trial_id: int) -> bool:
    """Run one dry run; whether this call did it."""
    return trials.run(trial_id=trial_id)


@shared_task
def run_lost_trials() -> int:
    """Run those that nobody ran: the broker forgot them, or a worker died. Returns how many. For beat, every minute."""
    trials.begin_lost_runs_again()
    return sum(trials.run(trial_id=trial_id) for trial_id in lost_trials())
