"""Where a task is run twice that finds no work in the life of test_every_task_twice.py, and what heals a queue that was emptied.

The tests named here are read: each calls its task, or a service that the task is made of, at least twice.
"""

_ACCOUNTS, _PAYMENTS, _DISCOVERY = "marketplace.accounts.tasks", "marketplace.payments.tasks", "marketplace.discovery"

HELD_ELSEWHERE = {
    "cms_pages.tasks.announce_addresses":
        "cms_pages/test_announcing.py::test_both_engines_are_sent_their_own_form_and_what_was_taken_is_forgotten",
    "cms_pages.tasks.apply_rules":
        "cms_pages/test_rules_figures.py::test_the_new_figure_holds_at_its_time_and_the_replaced_version_keeps_its_own",
    "cms_pages.tasks.forget_form_entries":
        "cms_pages/test_form_page.py::test_old_entries_are_forgotten_after_the_time_the_form_states",
    "cms_pages.tasks.publish_scheduled_pages":
        "cms_pages/test_editors.py::test_an_approved_page_waits_for_its_time_and_leaves_at_its_end",
    "cms_pages.tasks.tell_of_rules": "cms_pages/test_rules_texts.py::test_members_are_told_once_and_nobody_twice",
    f"{_ACCOUNTS}.carry_out_closings":
        "accounts/privacy/test_closing.py::test_once_it_is_carried_out_no_log_in_brings_it_back",
    f"{_ACCOUNTS}.check_identities":
        "accounts/verification/test_checking.py::test_after_handing_in_the_job_asks_once_and_keeps_the_answer",
    f"{_ACCOUNTS}.end_absences":
        "accounts/profile/test_availability.py::test_the_job_ends_an_absence_on_its_day_and_tells_once",
    f"{_ACCOUNTS}.expire_verifications":
        "accounts/verification/test_lapsing.py::test_papers_count_through_their_last_day_in_china_and_expire_after_it",
    f"{_ACCOUNTS}.fold_refusals": "accounts/abuse/test_limits.py::test_refusals_are_counted_and_folded_once",
    f"{_ACCOUNTS}.forget_browser_uses":
        "reviews/test_signals.py::test_a_browser_of_a_whole_office_and_one_of_long_ago_say_nothing",
    f"{_ACCOUNTS}.forget_consents":
        "operations/test_retention_proof.py::test_what_was_agreed_to_goes_three_years_after_the_account",
    f"{_ACCOUNTS}.forget_refusals": "accounts/abuse/test_limits.py::test_old_refusals_are_forgotten",
    f"{_ACCOUNTS}.forget_rejected_papers":
        "accounts/verification/test_lapsing.py::test_of_a_rejected_case_papers_and_number_are_deleted_in_time_and_the_reason_stays",
    f"{_ACCOUNTS}.forget_unfinished_sign_ups":
        "accounts/test_signing_up.py::test_a_sign_up_that_proved_nothing_is_forgotten_after_a_week",
    f"{_ACCOUNTS}.renew_wechat_ticket": "accounts/test_wechat_card.py::test_a_ticket_is_renewed_before_it_ends",
    f"{_ACCOUNTS}.tell_of_new_devices":
        "accounts/test_devices.py::test_a_mail_server_that_does_not_answer_is_asked_again",
    f"{_ACCOUNTS}.tell_of_verifications":
        "accounts/verification/test_deciding.py::test_the_person_reads_the_reason_and_the_next_step_at_the_bell_and_by_mail_once",
    f"{_DISCOVERY}.recommending.tasks.forget_old_views":
        "discovery/test_for_you.py::test_its_person_deletes_one_or_all_and_what_is_old_goes_by_itself",
    f"{_DISCOVERY}.recommending.tasks.write_views":
        "discovery/test_for_you.py::test_a_view_is_kept_of_whoever_agreed_and_a_reload_is_the_same_visit",
    f"{_DISCOVERY}.tasks.anonymise_searches":
        "discovery/analytics/test_figures.py::test_an_old_search_forgets_who_made_it",
    f"{_DISCOVERY}.tasks.count_searches":
        "discovery/analytics/test_figures.py::test_a_day_is_counted_by_query_and_whole",
    f"{_DISCOVERY}.tasks.find_thesaurus_candidates": "discovery/analytics/test_words.py::candidate",
    f"{_DISCOVERY}.tasks.forget_old_news": "discovery/test_alerts.py::test_old_news_is_forgotten",
    f"{_DISCOVERY}.tasks.forget_searches":
        "discovery/analytics/test_figures.py::test_the_line_of_a_search_goes_after_its_days_and_the_figures_of_its_day_stay",
    f"{_DISCOVERY}.tasks.judge_searches":
        "discovery/analytics/test_words.py::test_a_judged_set_is_answered_every_night",
    f"{_DISCOVERY}.tasks.send_changes":
        "discovery/test_replica.py::test_what_was_read_earlier_never_replaces_what_was_read_later",
    "marketplace.gigs.tasks.forget_figures":
        "gigs/test_figures.py::test_days_that_are_too_old_are_forgotten_in_small_steps_and_no_others",
    "marketplace.gigs.tasks.pause_unnamed_gigs":
        "gigs/test_identity.py::test_the_job_takes_off_the_shelf_what_nobody_answers_for_and_leaves_the_rest",
    "marketplace.gigs.tasks.write_figures":
        "gigs/test_figures.py::test_two_runs_add_up_on_the_same_day_and_days_are_china_s",
    "marketplace.insights.tasks.fold_visits":
        "insights/test_visits.py::test_views_of_editors_pages_are_counted_with_who_arrived_on_them",
    "marketplace.insights.tasks.forget_visitors":
        "insights/test_visits.py::test_raw_rows_are_forgotten_after_ninety_days",
    "marketplace.insights.tasks.send_due_reports": "insights/test_reports.py::test_what_is_due_is_sent_once",
    "marketplace.insights.tasks.send_report": "insights/test_reports.py::test_what_is_due_is_sent_once",
    "marketplace.moderation.tasks.watch_reviews":
        "moderation/test_review_desk.py::test_a_review_with_contact_details_is_a_case_once_and_stays_readable",
    "marketplace.notifications.tasks.send_by": "notifications/test_dispatching.py::test_the_job_does_all_of_it",
    "marketplace.notifications.tasks.send_text_message":
        "notifications/test_sending_sms.py::test_a_message_leaves_once_however_often_it_is_asked_for",
    "marketplace.notifications.tasks.send_waiting_text_messages":
        "notifications/test_sending_sms.py::test_the_sweep_sends_what_the_provider_did_not_take_at_first",
    "marketplace.messaging.tasks.empty_old_messages":
        "messaging/test_emptying.py::test_running_twice_changes_nothing",
    "marketplace.offers.tasks.empty_old_offers":
        "offers/test_emptying.py::test_the_words_of_an_offer_go_with_its_order_and_the_price_stays",
    "marketplace.offers.tasks.lapse_agreements":
        "offers/test_offers.py::test_what_is_being_paid_or_paid_for_or_in_stages_does_not_lapse",
    "marketplace.operations.tasks.apply_due_changes":
        "core/test_changes.py::test_a_scheduled_change_holds_from_its_moment_on_and_is_applied_once",
    "marketplace.operations.tasks.forget_measurements": "operations/test_measuring.py::test_old_measurements_go",
    "marketplace.orders.tasks.build_evidence_bundles":
        "orders/test_evidence_bundles.py::test_one_is_made_at_a_time_and_a_second_run_of_the_job_does_nothing",
    "marketplace.orders.tasks.empty_old_orders": "orders/test_emptying.py::test_running_twice_changes_nothing",
    "marketplace.orders.tasks.look_after_bundles":
        "orders/test_evidence_bundles.py::test_one_that_nobody_works_on_is_given_up_and_one_that_waits_for_its_turn_is_not",
    "marketplace.orders.tasks.run_due_deadlines":
        "orders/test_deadlines.py::test_a_deadline_rings_once_when_its_moment_has_come",
    f"{_PAYMENTS}.deliver_invoices":
        "payments/test_invoice_papers.py::test_a_mail_that_never_leaves_is_given_up_and_shown_to_finance_who_may_send_it_again",
    f"{_PAYMENTS}.forget_refused_notifications":
        "payments/test_notifications.py::test_what_was_refused_is_forgotten_after_a_month_and_what_was_true_is_kept",
    f"{_PAYMENTS}.pay_due_refunds":
        "payments/test_giving_back.py::test_an_unknown_answer_is_asked_again_under_the_same_number_and_pays_once",
    f"{_PAYMENTS}.poll_undecided_payments": "payments/test_paying.py::test_asking_regularly_finds_what_nobody_told_us",
    f"{_PAYMENTS}.recheck_paid_payouts":
        "payments/test_payouts.py::test_a_bank_that_sends_the_money_back_days_later_is_noticed",
    f"{_PAYMENTS}.reverse_refunded_invoices":
        "payments/test_invoice_reversals.py::test_a_second_refund_while_the_first_is_being_reversed_is_in_the_rest_at_once",
    f"{_PAYMENTS}.settle_cleared_payments": "payments/test_alipay_custody.py::test_a_split_under_way_is_waited_for",
    f"{_PAYMENTS}.tell_of_new_accounts":
        "payments/test_new_accounts.py::test_a_mail_server_that_does_not_answer_is_asked_again",
    f"{_PAYMENTS}.use_new_sub_merchants":
        "payments/test_sub_merchants.py::test_another_number_is_used_after_a_second_person_and_a_day_and_the_old_one_until_then",
    f"{_PAYMENTS}.warn_of_freeze_ends": "payments/test_alipay_custody.py::test_the_freeze_ends_are_known_a_month_ahead",
    "marketplace.reviews.tasks.publish_due_reviews":
        "reviews/test_blind.py::test_the_job_publishes_what_waited_in_vain_and_twice_is_once",
    "marketplace.safety.tasks.run_lost_trials": "safety/test_trials.py::test_a_run_whose_worker_died_begins_again",
    "marketplace.safety.tasks.run_trial":
        "safety/test_trials.py::test_a_dry_run_that_breaks_says_so_and_can_be_run_again",
    "marketplace.support.tasks.close_silent_cases":
        "support/test_cases.py::test_an_answer_that_nobody_comes_back_to_is_the_end",
    "marketplace.uploads.tasks.look_into":
        "uploads/test_processing.py::test_a_task_that_runs_twice_makes_nothing_twice",
    "marketplace.uploads.tasks.look_into_lost":
        "uploads/test_processing.py::test_a_task_that_runs_twice_makes_nothing_twice",
    "marketplace.uploads.tasks.sweep_incoming":
        "uploads/test_collecting.py::test_the_nightly_sweep_deletes_what_belongs_to_no_upload_and_nothing_else",
    "portal.tasks.purge_addresses": "portal/test_cdn.py::test_addresses_go_in_batches_and_a_refusal_is_tried_again",
}  # fmt: skip

# Once more is what they are for, or what they are made of: nothing can be doubled.
THE_SAME_TWICE = {
    "marketplace.discovery.recommending.tasks.refresh_lately": "refresh_recommendations of the last minutes alone",
    "portal.tasks.purge_tags": "what a CDN has forgotten it can only forget again; each address is purged twice anyway",
}

# A task that is handed over, and the one of the clock that does the same when the queue has lost it; or what is lost then.
HEALED_BY = {
    "marketplace.accounts.tasks.build_export": "marketplace.accounts.tasks.look_after_exports",
    "marketplace.discovery.recommending.tasks.refresh_lately":
        "marketplace.discovery.recommending.tasks.refresh_recommendations",
    "marketplace.discovery.tasks.index_category": "marketplace.discovery.tasks.rebuild",
    "marketplace.discovery.tasks.index_gig": "marketplace.discovery.tasks.catch_up",
    "marketplace.discovery.tasks.rebuild": "marketplace.discovery.tasks.rebuild",
    "marketplace.insights.tasks.send_report": "",
    "marketplace.notifications.tasks.send_by": "marketplace.notifications.tasks.send_notices",
    "marketplace.notifications.tasks.send_text_message": "marketplace.notifications.tasks.send_waiting_text_messages",
    "marketplace.safety.tasks.run_trial": "marketplace.safety.tasks.run_lost_trials",
    "marketplace.uploads.tasks.look_into": "marketplace.uploads.tasks.look_into_lost",
    # Nobody waits: the page offers the button again; the CDN's own time is over in a minute.
    "marketplace.discovery.tasks.try_candidate": "",
    "portal.tasks.purge_addresses": "",
    "portal.tasks.purge_tags": "",
}  # fmt: skip
