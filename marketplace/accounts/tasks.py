"""Periodic jobs about people. Each run looks at what is due now, so that running twice or late does no harm."""

from celery import shared_task

from marketplace.accounts import limits, selectors, services, wechat_card
from marketplace.core.jobs import Deadline, count_done

# A job stops at a deadline and begins with what has waited longest; this only bounds what it reads beforehand.
READ_AT_ONCE = 1_000


@shared_task
def tell_of_new_devices() -> int:
    """Tell people of log-ins from new devices. Returns how many could be told."""
    untold = selectors.untold_devices()[:READ_AT_ONCE]
    return count_done(untold, lambda noted: services.tell_of_new_device(noted=noted), until=Deadline())


@shared_task
def forget_ended_sessions() -> int:
    """Drop sessions that are over from the tables. Returns how many devices went."""
    return services.forget_ended_sessions()


@shared_task
def forget_browser_uses() -> int:
    """Drop what browsers were used for long ago. Returns how many rows went."""
    return services.forget_browser_uses()


@shared_task
def forget_consents() -> int:
    """Drop what people agreed to whose account was closed three years ago. Returns how many rows went."""
    return services.forget_consents()


@shared_task
def forget_unfinished_sign_ups() -> int:
    """Delete accounts whose person never proved a number or an address."""
    return services.forget_unfinished_sign_ups()


@shared_task
def check_identities() -> int:
    """Ask the automated check about what was handed in. Returns about how many cases it was asked."""
    due = list(selectors.due_for_checking().values_list("pk", flat=True))
    return count_done(due, lambda pk: services.check_identity(verification_id=pk), until=Deadline())


@shared_task
def tell_of_verifications() -> int:
    """Tell people by mail what became of their papers. Returns how many."""
    return count_done(
        list(selectors.due_for_mail()), lambda case: services.tell_by_mail(verification=case), until=Deadline()
    )


@shared_task
def expire_verifications() -> int:
    """Papers whose last day is over count no longer; whose last day is near, their people are told. How many of both."""
    overdue = list(selectors.overdue().values_list("pk", flat=True))
    to_warn = list(selectors.to_warn_of().values_list("pk", flat=True))
    done = count_done(overdue, lambda pk: services.expire_overdue(verification_id=pk), until=Deadline())
    return done + count_done(to_warn, lambda pk: services.warn_of_expiry(verification_id=pk), until=Deadline())


@shared_task
def forget_rejected_papers() -> int:
    """Delete documents of decided cases, and names of closed accounts, kept long enough. Returns of how many cases."""
    due = list(selectors.rejected_with_papers().values_list("pk", flat=True))
    due += selectors.decided_with_papers().values_list("pk", flat=True)
    names = list(selectors.names_kept_long_enough().values_list("pk", flat=True))
    done = count_done(due, lambda pk: services.forget_papers(verification_id=pk), until=Deadline())
    return done + count_done(names, lambda pk: services.forget_kept_name(verification_id=pk), until=Deadline())


@shared_task(time_limit=3600)  # gigabytes of deliveries take longer than the house's five minutes
def build_export(export_id: int) -> bool:
    """Put together the copy of somebody's data that they asked for."""
    return services.build_data_export(export_id=export_id)


@shared_task
def look_after_exports() -> int:
    """Delete copies whose days are over, say of those that nobody works on that they failed, and send those again that wait.

    Returns how many.
    """
    done = services.delete_expired_exports() + services.give_up_stalled_exports()
    return done + services.send_waiting_exports_again()


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


@shared_task
def end_absences() -> int:
    """Tell people whose absence ended by its date that they can be booked again. Returns how many."""
    return count_done(
        selectors.profile_ids_back_today(), lambda pk: services.end_absence(profile_id=pk), until=Deadline()
    )


@shared_task
def renew_wechat_ticket() -> bool:
    """Keep a ticket for WeChat's script. Hardly ever does anything: one lasts two hours."""
    return wechat_card.renew_ticket()


@shared_task
def fold_refusals() -> int:
    """Take what limits refused into the table. Returns how many rows."""
    return limits.fold_refusals()


@shared_task
def forget_refusals() -> int:
    """Forget whom limits stopped long ago. Returns how many rows went."""
    return limits.forget_refusals()
