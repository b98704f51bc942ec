"""Which pages of the admin show personal data: opening one is a line of the log (个人信息保护法 §51).

Pages that need more than their address to know what they show write their line themselves (IN_VIEW); all others stand in
READINGS and are written by the middleware. tests/contracts/test_admin_addresses.py asks that each page is in one list.
"""

from dataclasses import dataclass
from operator import attrgetter
from typing import Any, cast
from zlib import crc32

from django.apps import apps
from django.db import models
from django.http import HttpRequest

from marketplace.accounts.models import User
from marketplace.core import staff_log
from marketplace.core.masking import masked


@dataclass(frozen=True)
class Reading:
    """How the line of a page is written."""

    action: str
    key: str = ""  # the part of the address that names what is read; none of a list
    model: str = ""  # whose row it is, and by which path that leads to a person
    person: str = ""


READINGS: dict[str, Reading] = {
    "people": Reading("people.search"),
    "people_person": Reading("person.read", "user_id", "accounts.User"),
    "people_timeline": Reading("person.read", "user_id", "accounts.User"),
    "accounts_verifications": Reading("verification.list"),
    "accounts_verification_case": Reading("verification.read", "verification_id", "accounts.UserVerification", "user"),
    "accounts_verification_paper": Reading(
        "verification.paper_read", "verification_id", "accounts.UserVerification", "user"
    ),
    "moderation_report": Reading("report.read", "report_id"),
    "moderation_report_file": Reading("report.read", "report_id"),
    "reviews_candidate": Reading("candidate.read", "case_id"),
    "gigs_review": Reading("gig.review_read", "case_id"),
    "payments_payouts": Reading("payouts.read"),
    "payments_tax_report": Reading("tax.read"),
    "payments_own_tax": Reading("tax.read"),
    "payments_invoices": Reading("invoices.read"),
    "payments_invoice_file": Reading("invoice.read", "invoice_id"),
    "payments_sub_merchants": Reading("sub_merchants.read"),
    "payments_sub_merchant_ask": Reading("sub_merchants.read", "user_id", "accounts.User"),
    "payments_settlements": Reading("settlements.read"),
    "payments_bill_file": Reading("bill.read", "bill_id"),
    "insights_books": Reading("books.read"),
    "notifications_undelivered": Reading("undelivered.read"),
    "support_inbox": Reading("support.list"),
    "moderation_log": Reading("log.read"),
    "blocks": Reading("blocks.read"),
    "limits": Reading("limits.read"),
    "wagtailusers_users:index": Reading("users.read"),
    "wagtailusers_users:index_results": Reading("users.read"),
    "wagtailusers_users:edit": Reading("user.read", "pk", "accounts.User"),
    "wagtailforms:list_submissions": Reading("form_entries.read", "page_id"),
    "wagtailsnippets_cms_pages_rulescomment:list": Reading("rules_comments.read"),
    "wagtailsnippets_cms_pages_rulescomment:list_results": Reading("rules_comments.read"),
}
# These know better what is read, and by whom it need not be noted: an order's own side, a case without a person.
IN_VIEW = frozenset(
    {
        "people_merge",
        "orders_dispute_decide",
        "orders_dispute_bundle_download",
        "orders_dispute_file",
        "moderation_flag",
        "moderation_review",
        "moderation_review_picture",
        "moderation_appeal",
        "moderation_check",
        "moderation_opinion",
        "moderation_queue_case",
        "moderation_decision_appeal",
        "safety_trial",
        "support_case",
        "support_case_order",
        "messaging_order_talk",
        "reviews_integrity_case",
        "discovery_recommendations",
    }
)


def note_page(request: HttpRequest) -> None:
    """Write that this person opened this page, if it shows personal data: once a person, thing and day."""
    match = request.resolver_match
    reading = READINGS.get(match.view_name) if match else None
    trace = staff_log.trace_of_request()
    if match is None or reading is None or (trace is not None and reading.action in trace.actions):
        return
    asked = {name: value[:80] for name, value in request.GET.items() if value and name not in ("page", "p")}
    data: dict[str, Any] = {"page": match.view_name}
    if reading.key:
        data[reading.key] = what = int(match.kwargs[reading.key])
    else:
        # Of a list it is what was looked for that matters.
        what = crc32(repr(sorted(asked.items())).encode()) if asked else 0
        if asked:
            # The log outlives the account: whose number or address was typed is told by whom the page then showed.
            data["asked"] = {name: masked(str(value)) for name, value in asked.items()}
    staff_log.note_reading(
        actor=request.user,  # type: ignore[arg-type]
        action=reading.action,
        what=what,
        data=data,
        subject=_person(reading, what) if reading.model else None,
    )


def _person(reading: Reading, key: int) -> User | None:
    model: type[models.Model] = apps.get_model(reading.model)
    row = model._default_manager.filter(pk=key).first()
    if row is None or not reading.person:
        return cast(User | None, row)
    return cast(User | None, attrgetter(reading.person)(row))
