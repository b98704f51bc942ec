"""What a person reads about their papers: what happened, why, and what to do next. No queries, no writing."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.accounts.models import UserVerification, VerificationKind, VerificationStatus
from marketplace.accounts.selectors import Fact


def news(case: UserVerification) -> tuple[str, str]:
    """Title and text about the case as it stands, in the active language."""
    is_company = case.kind == VerificationKind.COMPANY
    last_day = date_format(case.valid_until, "DATE_FORMAT") if case.valid_until else ""
    match VerificationStatus(case.status):
        case VerificationStatus.APPROVED if case.expiry_notice_at:
            title = _("Your business licence expires soon") if is_company else _("Your identity card expires soon")
            return title, _("It is valid until %(day)s. Hand in the new one before, so that nothing stands still.") % {
                "day": last_day
            }
        case VerificationStatus.APPROVED:
            if is_company:
                return _("Your company is verified"), _("You can now sell and invoice as this company.")
            return _("Your real name is verified"), _("You can now sell, and withdraw what you earn.")
        case VerificationStatus.REJECTED:
            title = _("Your company could not be verified") if is_company else _("Your real name could not be verified")
            return title, _("Reason: %(reason)s. You can put it right and hand it in again at once.") % {
                "reason": _bare(case.reason_text)
            }
        case VerificationStatus.EXPIRED:
            title = _("Your company is no longer verified") if is_company else _("Your real name is no longer verified")
            if case.reason:
                text = _("Reason: %(reason)s. Hand in your current papers to go on.") % {"reason": _bare(case.reason)}
            else:
                text = _("The papers were valid until %(day)s. Hand in your current papers to go on.") % {
                    "day": last_day
                }
            return title, text + _consequence(case)
        case VerificationStatus.REVOKED:
            title = _("Your company is no longer verified") if is_company else _("Your real name is no longer verified")
            text = _("The verification was revoked. Reason: %(reason)s. If this is wrong, write to support.") % {
                "reason": _bare(case.reason)
            }
            return title, text + _consequence(case)
        case _other:
            return _("Your papers are with us"), _("We look at them within one working day and tell you here.")


def _bare(sentence: str) -> str:
    """Without its full stop: the sentence around it has one."""
    return sentence.rstrip(" 。.")


def _consequence(case: UserVerification) -> str:
    if case.kind == VerificationKind.COMPANY:
        return ""
    return " " + _("Until then money cannot be withdrawn; what you have stays yours.")


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
