"""When jobs run. Rows of django-celery-beat, so that operators may change them: what exists is left as it is."""

from typing import Any

from django.db import connection

from portal import queues

SECONDS = "seconds"
EXPIRES_SECONDS = 10
# name of the task → seconds between two runs
INTERVALS: dict[str, int] = {
    "cms_pages.tasks.publish_scheduled_pages": 60,
    "cms_pages.tasks.announce_addresses": 300,
    "marketplace.orders.tasks.run_due_deadlines": 60,
    "marketplace.offers.tasks.expire_offers": 60,
    "marketplace.offers.tasks.lapse_agreements": 600,
    "marketplace.offers.tasks.expire_briefs": 60,
    "marketplace.support.tasks.close_silent_cases": 3600,
    "marketplace.support.tasks.escalate_overdue_cases": 60,
    "marketplace.offers.tasks.announce_briefs": 60,
    "marketplace.offers.tasks.empty_old_offers": 3600,
    "marketplace.orders.tasks.empty_old_orders": 3600,
    "marketplace.messaging.tasks.empty_old_messages": 3600,
    "marketplace.orders.tasks.build_evidence_bundles": 10,
    "marketplace.orders.tasks.look_after_bundles": 300,
    "marketplace.payments.tasks.close_expired_orders": 60,
    "marketplace.payments.tasks.poll_undecided_payments": 60,
    "marketplace.payments.tasks.pay_due_refunds": 30,
    "marketplace.payments.tasks.send_due_payouts": 60,
    "marketplace.payments.tasks.tell_of_new_accounts": 60,
    "marketplace.payments.tasks.settle_cleared_payments": 60,
    "marketplace.payments.tasks.use_new_sub_merchants": 60,
    "marketplace.payments.tasks.issue_due_invoices": 30,
    "marketplace.payments.tasks.deliver_invoices": 30,
    "marketplace.payments.tasks.reverse_refunded_invoices": 60,
    "marketplace.payments.tasks.recheck_paid_payouts": 3600,
    "marketplace.moderation.tasks.take_in_cases": 30,
    "marketplace.gigs.tasks.pause_unnamed_gigs": 60,
    "marketplace.gigs.tasks.write_figures": 300,
    "marketplace.gigs.tasks.forget_imports": 3600,
    "marketplace.uploads.tasks.look_into_lost": 60,
    "marketplace.uploads.tasks.collect": 3600,
    "marketplace.uploads.tasks.clear_tombstones": 600,
    "marketplace.ledger.tasks.clear_due_earnings": 3600,
    "marketplace.reviews.tasks.publish_due_reviews": 60,
    "marketplace.reviews.tasks.recount_changed": 60,
    "marketplace.reviews.tasks.evaluate_levels": 600,
    "marketplace.reviews.integrity.tasks.find_cases": 3600,
    "marketplace.moderation.tasks.watch_reviews": 60,
    "marketplace.discovery.tasks.catch_up": 60,
    "marketplace.discovery.tasks.send_changes": 1,
    "marketplace.discovery.tasks.watch_saved_searches": 300,
    "marketplace.discovery.recommending.tasks.refresh_recommendations": 3600,
    "marketplace.discovery.recommending.tasks.write_views": 60,
    "marketplace.insights.tasks.fold_visits": 60,
    "marketplace.insights.tasks.compute_today": 3600,
    "marketplace.insights.tasks.compute_missing": 3600,
    "marketplace.insights.tasks.send_due_reports": 600,
    "marketplace.notifications.tasks.send_waiting_text_messages": 30,
    "marketplace.notifications.tasks.send_notices": 5,
    "marketplace.accounts.tasks.tell_of_new_devices": 60,
    "marketplace.accounts.tasks.check_identities": 30,
    "marketplace.accounts.tasks.renew_wechat_ticket": 60,
    "marketplace.accounts.tasks.tell_of_verifications": 60,
    "marketplace.accounts.tasks.look_after_exports": 300,
    "marketplace.accounts.tasks.end_suspensions": 60,
    "marketplace.accounts.tasks.fold_refusals": 60,
    "marketplace.accounts.tasks.carry_out_closings": 3600,
    "marketplace.accounts.tasks.end_absences": 300,
    "marketplace.safety.tasks.run_lost_trials": 60,
    "marketplace.operations.tasks.apply_due_changes": 60,
    "marketplace.operations.tasks.measure_parts": 60,
    "cms_pages.tasks.tell_of_rules": 300,
    "cms_pages.tasks.apply_rules": 60,
}
# name of the task → hour and minute in China, once a day
NIGHTLY: dict[str, tuple[int, int]] = {
    "marketplace.reviews.tasks.recompute_reputations": (0, 40),
    "marketplace.ledger.tasks.seal_books": (0, 20),
    "marketplace.ledger.tasks.publish_escrow_proof": (0, 30),
    "marketplace.ledger.tasks.forget_old_proof_lines": (4, 20),
    "marketplace.accounts.tasks.expire_verifications": (0, 10),
    "marketplace.accounts.tasks.forget_rejected_papers": (4, 30),
    "marketplace.accounts.tasks.forget_refusals": (4, 25),
    "marketplace.accounts.tasks.forget_consents": (4, 35),
    "marketplace.payments.tasks.audit_books": (1, 0),
    "marketplace.discovery.tasks.rebuild": (3, 30),
    "marketplace.discovery.tasks.rebuild_suggestions": (3, 45),
    "marketplace.discovery.tasks.forget_old_news": (4, 15),
    "marketplace.discovery.tasks.count_searches": (4, 20),
    "marketplace.discovery.tasks.find_thesaurus_candidates": (4, 35),
    "marketplace.discovery.tasks.judge_searches": (4, 40),
    "marketplace.discovery.tasks.anonymise_searches": (4, 50),
    "marketplace.discovery.tasks.forget_searches": (4, 58),
    "marketplace.discovery.recommending.tasks.recompute_recommendations": (2, 40),
    "marketplace.discovery.recommending.tasks.forget_old_views": (2, 30),
    "marketplace.accounts.tasks.forget_ended_sessions": (4, 0),
    "marketplace.accounts.tasks.forget_browser_uses": (4, 5),
    "marketplace.reviews.integrity.tasks.forget_old_signals": (4, 25),
    "marketplace.payments.tasks.warn_of_freeze_ends": (9, 0),
    # Bills of a day can be had from ten in the morning of the next (facts/payments.md, section 5).
    "marketplace.payments.tasks.reconcile_bills": (10, 30),
    "marketplace.payments.tasks.forget_refused_notifications": (4, 10),
    "marketplace.accounts.tasks.forget_unfinished_sign_ups": (4, 30),
    "marketplace.uploads.tasks.sweep_incoming": (4, 50),
    "marketplace.notifications.tasks.forget_old_messages": (4, 40),
    "marketplace.gigs.tasks.forget_figures": (4, 50),
    # After the searches of the day were counted (4:20).
    "marketplace.insights.tasks.compute_recent": (5, 10),
    "marketplace.insights.tasks.forget_visitors": (5, 20),
    "cms_pages.tasks.forget_form_entries": (4, 55),
    "marketplace.moderation.tasks.draw_checks": (0, 50),
    "marketplace.operations.tasks.forget_measurements": (4, 45),
    # After all that forgets.
    "marketplace.operations.tasks.prove_retention": (5, 40),
}


def expires_after(task: str) -> int | None:
    """After how many seconds a run of the clock that nobody has begun is not worth beginning; None: it never expires.

    What runs every second is not worth doing late: no heap of it waits for a worker that was away. In the slow queue jobs wait
    behind some that take an hour: by the time the next run is sent, the one before may go, or they would pile up there.
    """
    seconds = INTERVALS.get(task)
    if seconds == 1:
        return EXPIRES_SECONDS
    return seconds if queues.HOMES.get(task) == queues.SLOW else None


def ensure_schedule(**_kwargs: Any) -> None:
    """Make the rows that are missing. Connected to post_migrate; safe to run on every deploy."""
    from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

    # `migrate some_app` and a rollback come here too, when beat's tables may not exist.
    if PeriodicTask._meta.db_table not in connection.introspection.table_names():
        return
    known = set(PeriodicTask.objects.values_list("task", flat=True))
    for task, seconds in INTERVALS.items():
        if task not in known:
            interval, _made = IntervalSchedule.objects.get_or_create(every=seconds, period=SECONDS)
            PeriodicTask.objects.create(name=task, task=task, interval=interval, expire_seconds=expires_after(task))
        elif (expires := expires_after(task)) is not None:  # made before there were three queues
            own = PeriodicTask.objects.filter(task=task, interval__isnull=False, expires=None, expire_seconds=None)
            own.update(expire_seconds=expires)
    for task, (hour, minute) in NIGHTLY.items():
        if task not in known:
            crontab, _made = CrontabSchedule.objects.get_or_create(
                hour=str(hour),
                minute=str(minute),
                day_of_week="*",
                day_of_month="*",
                month_of_year="*",
                timezone="Asia/Shanghai",
            )
            PeriodicTask.objects.create(name=task, task=task, crontab=crontab)
