"""What a person reads about their papers: what happened, why, and what to do next. No queries, no writing."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.accounts.models import UserVerification, VerificationKind, VerificationStatus
from marketplace.accounts.selectors import Fact
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.wording import said


def notice_and_words(case: UserVerification) -> tuple[Notice, dict[str, str]]:
    """What the case as it stands is told by, with its words in the active language."""
    people, is_company = catalogue.people, case.kind == VerificationKind.COMPANY
    day = {"day": case.valid_until.isoformat() if case.valid_until else ""}
    match VerificationStatus(case.status):
        case VerificationStatus.APPROVED if case.expiry_notice_at:
            return (people.COMPANY_EXPIRES if is_company else people.ID_EXPIRES), day
        case VerificationStatus.APPROVED:
            return (people.COMPANY_VERIFIED if is_company else people.NAME_VERIFIED), {}
        case VerificationStatus.REJECTED:
            reason = {"reason": _bare(case.reason_text)}
            return (people.COMPANY_REFUSED if is_company else people.NAME_REFUSED), reason
        case VerificationStatus.EXPIRED if case.reason:
            return (people.COMPANY_ENDED if is_company else people.NAME_ENDED), {"reason": _bare(case.reason)}
        case VerificationStatus.EXPIRED:
            return (people.COMPANY_EXPIRED if is_company else people.NAME_EXPIRED), day
        case VerificationStatus.REVOKED:
            return (people.COMPANY_REVOKED if is_company else people.NAME_REVOKED), {"reason": _bare(case.reason)}
        case _other:
            return people.PAPERS_WITH_US, {}


def news(case: UserVerification) -> tuple[str, str]:
    """Title and text about the case as it stands, in the active language."""
    notice, words = notice_and_words(case)
    return said(notice.title, words), said(notice.body, words)


def _bare(sentence: str) -> str:
    """Without its full stop: the sentence around it has one."""
    return sentence.rstrip(" 。.")


@dataclass(frozen=True)
class FactRow:
    """One of the four facts as its page shows it."""

    fact: Fact
    label: str
    purpose: str
    tone: str  # of the tag: "jade", "gold", "rouge" or ""
    icon: str
    state: str
    title: str  # a note below, with `text`: what happened and what to do
    text: str
    url: str  # where the next step is, "" for none
    action: str


def fact_row(fact: Fact) -> FactRow:
    """The row of one fact, in the active language."""
    tone, icon, state = _state(fact)
    title, text = "", ""
    if fact.waiting is not None:
        title, text = _("Your papers are with us"), _("We look at them within one working day and tell you here.")
    elif fact.case is not None and (not fact.is_verified or fact.expires_soon):
        title, text = news(fact.case)
    url, action = _next_step(fact)
    return FactRow(
        fact=fact,
        label=str(fact.kind.label),
        purpose=_purpose(fact.kind),
        tone=tone,
        icon=icon,
        state=state,
        title=title,
        text=text,
        url=url,
        action=action,
    )


def _state(fact: Fact) -> tuple[str, str, str]:
    match fact.status:
        case None:
            return "", "info", pgettext("a fact about a person", "Not verified")
        case VerificationStatus.APPROVED:
            return "jade", "check-circle", str(fact.status.label)
        case VerificationStatus.PENDING | VerificationStatus.EXPIRED:
            return "gold", "clock", str(fact.status.label)
        case _other:
            return "rouge", "alert", str(fact.status.label)


def _purpose(kind: VerificationKind) -> str:
    match kind:
        case VerificationKind.PHONE:
            return _("For logging in, and for text messages about your orders.")
        case VerificationKind.EMAIL:
            return _("For receipts and invoices, and to get back into your account.")
        case VerificationKind.REAL_NAME:
            return _("Needed to sell and to withdraw money. Your page only shows that it was checked.")
        case _company:
            return _("For selling as a company: invoices carry its name, and its taxes are its own.")


def _next_step(fact: Fact) -> tuple[str, str]:
    match fact.kind:
        case VerificationKind.PHONE:
            return "" if fact.is_verified else reverse("account_change_phone"), _("Verify the mobile number")
        case VerificationKind.EMAIL:
            return "" if fact.is_verified else reverse("account_email"), _("Verify the e-mail address")
        case VerificationKind.REAL_NAME:
            url, first = reverse("accounts:verify_real_name"), _("Verify the real name")
        case _company:
            url, first = reverse("accounts:verify_company"), _("Verify the company")
    return (url if fact.can_submit else ""), (first if fact.case is None else _("Hand in new papers"))
