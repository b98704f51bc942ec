"""Every page of ours in the admin is classed: it shows personal data and writes a reading, it acts and writes a line, or neither.

A new address without a class fails here. What acts needs no list of its own: the middleware writes the line that is missing.
"""

import pytest
from django.urls import URLResolver, get_resolver, reverse

from marketplace.accounts.models import UserVerification, VerificationKind
from marketplace.moderation.log_readings import IN_VIEW, READINGS
from marketplace.moderation.models import AdminLog
from marketplace.moderation.roles import ensure_roles
from tests.factories import make_user
from tests.logins import log_in

# They are sent, not read. Each one is a POST (or a form that is filled in), after which the staff log has a line.
ACTS = {
    "people_reveal", "people_suspend", "people_lift", "people_sign_out", "people_note", "people_view_as", "people_roles",
    "people_strike", "people_strike_lift", "people_merge_choose", "people_export", "people_segment_save",
    "people_segment_rename", "people_segment_delete", "block_lift", "moderation_log_export",
    "moderation_report_uphold", "moderation_report_dismiss", "moderation_flag_clear", "moderation_flag_uphold",
    "moderation_review_hide", "moderation_review_leave", "moderation_review_lift", "moderation_appeal_uphold",
    "moderation_appeal_dismiss", "support_answer", "support_assign", "support_prioritise", "support_solve", "support_note",
    "reviews_integrity_confirm", "reviews_integrity_clear", "reviews_candidate_decide",
    "orders_dispute_advice", "orders_dispute_bundle", "orders_refund_retry", "orders_hold_release",
    "payments_sub_merchant_approve", "payments_sub_merchant_refuse", "payments_sub_merchant_close",
    "payments_settlement_retry", "payments_settlement_cancel", "payments_return_retry", "payments_payout_approve",
    "payments_payout_reject", "payments_difference_resolve", "payments_invoice_retry", "payments_invoice_reverse",
    "payments_own_withdraw", "payments_own_remit", "payments_own_resolve", "payments_own_approve", "payments_own_refuse",
    "gigs_review_approve", "gigs_review_send_back", "gigs_review_take_over", "gigs_deny",
    "notifications_undelivered_act", "safety_words_import", "insights_books_export", "discovery_figures_export",
    "accounts_verification_number", "accounts_verification_approve", "accounts_verification_reject",
    "accounts_verification_end", "accounts_suggestion_approve", "accounts_suggestion_merge", "accounts_suggestion_refuse",
    "accounts_piece_hide", "accounts_piece_show", "discovery_candidate", "rules_text_announce", "rules_text_withdraw",
    "cms_translation_send", "demo_clock_move",
    "moderation_queue_take", "moderation_queue_claim", "moderation_queue_release", "moderation_queue_next",
    "moderation_queue_decide", "moderation_opinion_ask", "moderation_check_blind", "moderation_check_done",
    "moderation_check_undo", "moderation_decision_appeal_uphold", "moderation_decision_appeal_dismiss",
    "safety_trial_use", "safety_trial_drop", "safety_trial_again", "insights_export", "insights_report_stop",
    "operations_change_agree", "operations_change_refuse", "operations_change_withdraw", "operations_change_roll_back",
    "operations_failed_again", "operations_failed_aside", "operations_incident_new", "operations_incident",
}  # fmt: skip
# Figures, texts of the house, and lists of public names with what waits: nobody's contact data, papers or words in private.
HARMLESS = {
    "staff_login", "demo_clock", "cms_content_report", "cms_content_report_results", "cms_help_report",
    "cms_help_report_results", "orders_disputes", "orders_holds", "orders_refunds", "moderation_reports", "moderation_flags",
    "moderation_reviews", "moderation_appeals", "discovery_figures", "discovery_candidates", "reviews_integrity_cases",
    "reviews_candidates", "payments_bills", "payments_own_money", "payments_waiting", "gigs_reviews",
    "accounts_suggestions", "accounts_pieces", "moderation_queue", "moderation_opinions", "moderation_checks",
    "moderation_team", "moderation_decision_appeals", "safety_trials", "safety_words_test", "safety_words_variants",
    "insights_board", "insights_boards", "insights_definitions", "insights_reports", "operations", "operations_failed",
    "operations_failed_job", "operations_settings", "operations_setting", "operations_changes", "operations_flags",
    "operations_flag", "operations_incidents",
}  # fmt: skip
# Wagtail's own views over our models, by their namespace: forms of the house's texts and lists.
WAGTAILS = ("wagtailsnippets", "wagtailsnippetchoosers", "invoice-issuers")


def ours(resolver: URLResolver, prefix: str = "", namespace: str = ""):
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from ours(pattern, route, inner)
        elif route.startswith("admin/") and pattern.name:
            view = getattr(pattern.callback, "view_class", pattern.callback)
            if view.__module__.startswith(("marketplace.", "cms_pages.", "portal.")):
                yield namespace + pattern.name


def test_every_address_of_ours_in_the_admin_is_classed_once():
    names = {name for name in ours(get_resolver()) if not name.startswith(WAGTAILS)}
    classes = [set(READINGS), set(IN_VIEW), ACTS, HARMLESS]
    assert len(names) > 90
    assert names - set().union(*classes) == set(), "class it: moderation/log_readings.py, or ACTS or HARMLESS here"
    for place, one in enumerate(classes):
        for other in classes[place + 1 :]:
            assert one & other == set()


def test_nothing_is_classed_that_does_not_exist():
    known = set(ours(get_resolver()))
    assert (ACTS | HARMLESS | set(IN_VIEW)) - known == set()
    for name in READINGS:
        if not name.startswith("wagtail"):
            assert name in known, name


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(name for name, reading in READINGS.items() if not reading.key))
def test_every_list_with_personal_data_writes_a_reading_once_a_day(name, django_capture_on_commit_callbacks):
    if name == "payments_own_tax":
        return  # a file about a payment of tax, which the factories do not make
    client = log_in(root())
    address = reverse(name, args=[2026, 1] if name == "payments_tax_report" else [])
    for _time in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            assert client.get(address).status_code == 200
    line = AdminLog.objects.get(is_reading=True)
    assert line.action == READINGS[name].action
    assert line.address


@pytest.mark.django_db
@pytest.mark.parametrize("case", ["person", "timeline", "merge", "verification", "user"])
def test_every_page_of_somebody_writes_a_reading_with_whom_it_was_about(case):
    client, person = log_in(root()), make_user()
    match case:
        case "person":
            address = reverse("people_person", args=[person.pk])
        case "timeline":
            address = reverse("people_timeline", args=[person.pk])
        case "merge":
            address = reverse("people_merge", args=[person.pk, make_user().pk])
        case "verification":
            row = UserVerification.objects.create(user=person, kind=VerificationKind.REAL_NAME)
            address = reverse("accounts_verification_case", args=[row.pk])
        case "user":
            address = reverse("wagtailusers_users:edit", args=[person.pk])
    assert client.get(address).status_code == 200
    assert person in {line.subject for line in AdminLog.objects.filter(is_reading=True)}


@pytest.mark.django_db
def test_a_page_that_was_refused_is_no_reading():
    client = log_in(staff_without_people())
    client.get(reverse("people_person", args=[make_user().pk]))
    assert not AdminLog.objects.exists()


def root():
    return make_user(is_superuser=True, is_staff=True)


def staff_without_people():
    user = make_user()
    user.groups.add(ensure_roles()["marketer"])
    return user
