"""The codes of the staff log in words. A code without words fails tests/contracts/test_staff_log_labels.py."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

LABELS: dict[str, str | Promise] = {
    # people
    "person.joined": _("Joined"),
    "person.last_login": _("Last log-in"),
    "person.suspend": _("Suspended"),
    "person.lift_suspension": _("Suspension lifted"),
    "person.sign_out": _("Signed out everywhere"),
    "person.note": _("Note written"),
    "person.reveal_contact": _("Number and address seen in full"),
    "person.view_as": _("Site seen as this person"),
    "person.view_as_ended": _("No longer seen as this person"),
    "person.closing_asked": _("Closing asked for"),
    "person.closing_cancelled": _("Closing called off"),
    "person.closed": pgettext_lazy("an account", "Closed"),
    "person.roles": _("Roles of the staff changed"),
    "person.merge": _("Two accounts made one"),
    "person.read": _("Page of a person read"),
    "people.search": _("People looked for"),
    "people.export": _("List of people taken out"),
    "segment.save": _("Segment of people kept"),
    "segment.rename": _("Segment of people renamed"),
    "segment.delete": _("Segment of people deleted"),
    "user.read": _("Account read in Wagtail's list"),
    "users.read": _("Wagtail's list of users read"),
    "strike.give": _("Strike given"),
    "strike.lift": _("Strike lifted"),
    "block.add": _("Block set"),
    "block.lift": _("Block lifted"),
    "blocks.read": _("Blocks read"),
    "limits.read": _("Refusals by limits read"),
    # identity and what people show of themselves
    "verification.list": _("List of verifications read"),
    "verification.read": _("Verification read"),
    "verification.paper_read": _("Paper of a verification opened"),
    "verification.paper_viewed": _("Paper of a verification seen"),
    "verification.number_viewed": _("Number of a verification seen"),
    "verification.approved": _("Verification approved"),
    "verification.rejected": _("Verification rejected"),
    "verification.revoked": _("Verification revoked"),
    "verification.expired": _("Verification ended"),
    "accounts.portfolio.hidden": _("Piece of a portfolio hidden"),
    "accounts.portfolio.shown": _("Piece of a portfolio shown again"),
    "accounts.skill_suggestion.approved": _("Suggested skill taken into the list"),
    "accounts.skill_suggestion.merged": _("Suggested skill merged with another"),
    "accounts.skill_suggestion.refused": _("Suggested skill refused"),
    # what is said and reported
    "report.read": _("Report read"),
    "report.upheld": _("Report upheld"),
    "report.dismissed": _("Report dismissed"),
    "message.read": _("Flagged message read"),
    "message.file_read": _("File of a message opened"),
    "message.cleared": _("Flagged message cleared"),
    "message.upheld": _("Flagged message found against the rules"),
    "review.read": _("Review read as a case"),
    "review.left": _("Review left as it is"),
    "review.masked": _("Part of a review hidden"),
    "review.unmasked": _("Part of a review shown again"),
    "appeal.read": _("Appeal read"),
    "appeal.upheld": _("Appeal upheld"),
    "appeal.dismissed": _("Appeal dismissed"),
    "integrity.read": _("Case of fake deals read"),
    "integrity.confirmed": _("Fake deals confirmed"),
    "integrity.cleared": _("Suspicion of fake deals cleared"),
    "integrity.reversed": _("Decision about fake deals taken back"),
    "gig.review_read": _("Service under review read"),
    "candidate.read": _("Candidate for Select read"),
    "level.selection": _("Decided about Select"),
    "words.import": _("Watched words imported"),
    "words.trial_read": _("Dry run of watched words read"),
    "words.put_in_use": _("Watched words put in use after a dry run"),
    "words.at_once": _("Watched words put in use without a dry run"),
    "words.drop": _("Proposed watched words dropped"),
    # the queue and its quality
    "queue.read": _("Case of the queue read"),
    "queue.decide": _("Case of the queue decided"),
    "queue.undo": _("Decision of the queue undone"),
    "decision_appeal.read": _("Appeal against a decision read"),
    "decision_appeal.upheld": _("Appeal against a decision upheld"),
    "decision_appeal.dismissed": _("Appeal against a decision dismissed"),
    "opinion.read": _("Case read for a second opinion"),
    "opinion.ask": _("Second opinion asked for"),
    "opinion.answer": _("Second opinion given"),
    "check.read": _("Decision read in a check by lot"),
    "check.blind": _("Decision checked before seeing it"),
    "check.done": _("Check of a decision done"),
    "check.undo": _("Decision undone after a check"),
    # orders and support
    "order.read": _("Order read"),
    "order.held": _("Order kept for a court or an authority"),
    "order.released": _("Order no longer kept for a court or an authority"),
    "dispute.decided": _("Dispute decided"),
    "dispute.appeal_decided": _("Appeal in a dispute decided"),
    "support.list": _("Support inbox read"),
    "support.read": _("Support case read"),
    "support.assign": _("Support case assigned"),
    "support.prioritise": _("Priority of a support case changed"),
    "support.solve": _("Support case solved"),
    "notice.again": _("Notice sent again"),
    "notice.aside": _("Notice set aside"),
    "undelivered.read": _("Undelivered notices read"),
    # money
    "coupon.change": _("Coupon made or changed"),
    "payouts.read": _("Payouts read"),
    "tax.read": _("Tax report read"),
    "invoices.read": _("Invoices read"),
    "invoice.read": _("Invoice opened"),
    "bill.read": _("Bill of a gateway opened"),
    "settlements.read": _("Settlements read"),
    "settlement.retry": _("Settlement tried again"),
    "settlement.cancel": _("Settlement cancelled"),
    "settlement_return.retry": _("Return of a settlement tried again"),
    "sub_merchants.read": _("Sub-merchants read"),
    "sub_merchant.asked": _("Sub-merchant asked for"),
    "sub_merchant.approved": _("Sub-merchant approved"),
    "sub_merchant.refused": _("Sub-merchant refused"),
    "sub_merchant.closed": _("Sub-merchant closed"),
    "books.read": _("Books read"),
    "books.export": _("Books exported"),
    "analytics.export": _("Figures of the analytics exported"),
    # settings and operations
    "settings.ask": _("Change of a setting asked for"),
    "settings.agree": _("Change of a setting agreed to"),
    "settings.refuse": _("Change of a setting refused"),
    "settings.withdraw": _("Change of a setting withdrawn"),
    "flags.change": _("Feature flag changed"),
    "operations.again": _("Failed task started again"),
    "operations.aside": _("Failed task set aside"),
    "status.announce": _("Told on the status page"),
    "status.update": _("Update written on the status page"),
    # search and texts
    "recommendations.read": _("Recommendations of a person read"),
    "search_figures.export": _("Figures of the search exported"),
    "thesaurus.candidate": _("Candidate for the thesaurus decided"),
    "form_entries.read": _("Entries of a form read"),
    "rules_comments.read": _("Comments on rules read"),
    # the log itself
    "log.read": _("Staff log read"),
    "log.export": _("Staff log exported"),
    "admin.request": _("Sent in the admin"),
}


def label_of(action: str) -> str:
    """The act in words; one without words of its own is shown by its code."""
    return str(LABELS.get(action, action))


def codes_meaning(words: str) -> list[str]:
    """The codes whose name holds these words, in either language of the house."""
    wanted = words.casefold()
    found = {code for code in LABELS if wanted in code.casefold()}
    for language in ("zh-hans", "en"):
        with override(language):
            found |= {code for code, label in LABELS.items() if wanted in str(label).casefold()}
    return sorted(found)
