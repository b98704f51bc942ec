"""What runs beside the pages. Each may run twice."""

from celery import shared_task

from marketplace.accounts import selectors, services
from marketplace.core.jobs import Deadline, count_done


@shared_task
def build_export(export_id: int) -> bool:
    """Put together the copy of somebody's data that they asked for."""
    return services.build_data_export(export_id=export_id)


@shared_task
def look_after_exports() -> int:
    """Delete copies whose days are over, and say of those that nobody works on that they failed. Returns how many."""
    return services.delete_expired_exports() + services.give_up_stalled_exports()


@shared_task
def carry_out_closings() -> int:
    """Empty the accounts whose days are over. Returns how many."""
    return count_done(
        selectors.due_closing_ids(),
        lambda closing_id: services.carry_out_closing(closing_id=closing_id),
        until=Deadline(),
    )


@shared_task
def end_suspensions() -> int:
    """Let those in again whose suspension is over. Returns how many."""
    return count_done(
        selectors.due_suspension_user_ids(), lambda user_id: services.end_suspension_if_due(user_id=user_id)
    )
