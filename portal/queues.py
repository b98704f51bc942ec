"""Which job waits in which queue: the one table. tests/contracts/test_queues.py looks that no job of ours is missing.

Money moves by jobs that take a second and may not wait behind a rebuild of the search. So there are three queues, looked after
by nodes of their own (docs/deployment.md): nobody has to be faster, only to stand in another line.
"""

from kombu import Queue

# Payments, refunds, payouts, and the clocks of orders, which release what lies in escrow. Short, each of them.
MONEY = "money"
# What somebody or something waits for, for seconds. Celery's own name: what the release before sends arrives here.
DEFAULT = "celery"
# What takes minutes, or is done for many at once: the search, figures, exports, what is forgotten, letters to everybody.
SLOW = "slow"
# In this order a worker of several looks for its next job.
QUEUES = (MONEY, DEFAULT, SLOW)

_TABLE: dict[str, dict[str, str]] = {
    MONEY: {
        "marketplace.orders.tasks": "run_due_deadlines accept_due_deliveries",
        "marketplace.ledger.tasks": "clear_due_earnings",
        "marketplace.payments.tasks": """
            close_expired_orders poll_undecided_payments pay_due_refunds send_due_payouts settle_cleared_payments
            recheck_paid_payouts use_new_sub_merchants issue_due_invoices reverse_refunded_invoices
        """,
    },
    DEFAULT: {
        "cms_pages.tasks": "publish_scheduled_pages apply_rules",
        "marketplace.accounts.tasks": """
            carry_out_closings check_identities end_absences end_suspensions expire_verifications fold_refusals
            forget_ended_sessions renew_wechat_ticket tell_of_new_devices tell_of_verifications
        """,
        "marketplace.discovery.recommending.tasks": "write_views refresh_lately",
        "marketplace.discovery.tasks": "catch_up send_changes index_gig",
        "marketplace.gigs.tasks": "pause_unnamed_gigs write_figures",
        "marketplace.insights.tasks": "fold_visits",
        "marketplace.ledger.tasks": "seal_books publish_escrow_proof",
        "marketplace.moderation.tasks": "take_in_cases watch_reviews draw_checks",
        "marketplace.notifications.tasks": "send_by send_notices send_text_message send_waiting_text_messages",
        "marketplace.offers.tasks": "expire_offers lapse_agreements expire_briefs announce_briefs",
        "marketplace.operations.tasks": "apply_due_changes measure_parts",
        "marketplace.orders.tasks": "look_after_bundles",
        "marketplace.payments.tasks": "deliver_invoices tell_of_new_accounts warn_of_freeze_ends",
        "marketplace.reviews.tasks": "publish_due_reviews recount_changed",
        "marketplace.support.tasks": "close_silent_cases escalate_overdue_cases",
        "marketplace.uploads.tasks": "look_into look_into_lost",
        "portal.tasks": "purge_addresses purge_tags",
    },
    SLOW: {
        "cms_pages.tasks": "announce_addresses tell_of_rules forget_form_entries",
        "marketplace.accounts.tasks": """
            build_export look_after_exports forget_browser_uses forget_consents forget_refusals forget_rejected_papers
            forget_unfinished_sign_ups
        """,
        "marketplace.discovery.recommending.tasks": "recompute_recommendations refresh_recommendations forget_old_views",
        "marketplace.discovery.tasks": """
            rebuild rebuild_suggestions index_category watch_saved_searches count_searches find_thesaurus_candidates
            try_candidate judge_searches anonymise_searches forget_searches forget_old_news
        """,
        "marketplace.gigs.tasks": "forget_figures forget_imports",
        "marketplace.insights.tasks": """
            compute_today compute_missing compute_recent send_due_reports send_report forget_visitors
        """,
        "marketplace.ledger.tasks": "forget_old_proof_lines",
        "marketplace.messaging.tasks": "empty_old_messages",
        "marketplace.notifications.tasks": "forget_old_messages",
        "marketplace.offers.tasks": "empty_old_offers",
        "marketplace.operations.tasks": "forget_measurements prove_retention",
        "marketplace.orders.tasks": "build_evidence_bundles empty_old_orders",
        # Over all books and bills of a day: minutes, and no person waits.
        "marketplace.payments.tasks": "audit_books reconcile_bills forget_refused_notifications",
        "marketplace.reviews.integrity.tasks": "find_cases forget_old_signals",
        "marketplace.reviews.tasks": "evaluate_levels recompute_reputations",
        "marketplace.safety.tasks": "run_lost_trials run_trial",
        "marketplace.uploads.tasks": "collect clear_tombstones sweep_incoming",
    },
}

# name of the task → queue
HOMES: dict[str, str] = {
    f"{module}.{name}": queue
    for queue, modules in _TABLE.items()
    for module, names in modules.items()
    for name in names.split()
}
# As Celery asks for it. What is not in the table goes where everything went before there were three.
ROUTES = {task: {"queue": queue} for task, queue in HOMES.items()}
TASK_QUEUES = [Queue(name) for name in QUEUES]

# The nodes of a worker, and the queues of each. Slow jobs have one to themselves: they may fill it, and never what money needs.
# deploy/ says the same in its own words (tests/contracts/test_queues.py).
#
# A node needs two processes at least. The broker gives a job out again that is not done after ten minutes
# (`visibility_timeout`), and some of the slow ones have hours. Its copy meets the lock of the first one (core/jobs.py) and is
# done with, provided that somebody is free to take it: with one process it would wait until the lock is free, and do all of it
# once more, of which there would be a copy after ten minutes, and so on.
LEAST_PROCESSES = 2
NODES: dict[str, tuple[str, ...]] = {"celery": (MONEY, DEFAULT), "slow": (SLOW,)}


def worker_arguments(node: str) -> list[str]:
    """What `celery -A portal` is told, to begin this node."""
    return ["worker", "--hostname", f"{node}@%h", "--queues", ",".join(NODES[node])]
