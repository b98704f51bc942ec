"""One stream of everything that happened with a person, newest first. Each part asks for its own permission."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from marketplace.accounts.devices import describe
from marketplace.accounts.models import AccountClosing, NewDevice, Suspension, User, UserVerification
from marketplace.accounts.person_stream import Item, Part, registered_parts
from marketplace.core.money import display_yuan
from marketplace.gigs.models import Gig
from marketplace.gigs.states import GigStatus
from marketplace.moderation.log_labels import label_of
from marketplace.moderation.models import AdminLog, ModerationDecision, Report, Strike
from marketplace.orders.models import Order
from marketplace.payments.models import Payment, Payout
from marketplace.reviews.models import Review

PAGE_ITEMS = 40
Staff = User | AnonymousUser


@dataclass(frozen=True)
class Timeline:
    """A page of the stream; `before` is where the next one begins, None at the end."""

    items: list[Item]
    before: datetime | None


def kinds_for(staff: Staff) -> dict[str, str]:
    """The kinds that this member of staff may see, with their names."""
    return {kind: str(part.name) for kind, part in parts().items() if staff.has_perm(part.permission)}


def timeline(person: User, *, staff: Staff, before: datetime, kind: str = "") -> Timeline:
    """The newest things before a moment, of one kind or of all that `staff` may see."""
    may = kinds_for(staff)
    told = parts()
    wanted = [told[one] for one in may if not kind or one == kind]
    items = sorted(
        (item for part in wanted for item in part.find(person, before, PAGE_ITEMS + 1)),
        key=lambda item: item.at,
        reverse=True,
    )
    page = items[:PAGE_ITEMS]
    return Timeline(page, page[-1].at if len(items) > PAGE_ITEMS else None)


def _account(person: User, before: datetime, most: int) -> Iterator[Item]:
    moments = [(person.date_joined, _("Joined"), "")]
    if person.profile.seller_since:
        moments.append((person.profile.seller_since, _("Opened the seller desk"), ""))
    for closing in AccountClosing.objects.filter(user=person):
        moments.append((closing.asked_at, _("Closing asked for"), ""))
        if closing.cancelled_at:
            moments.append((closing.cancelled_at, _("Closing called off"), ""))
        if closing.done_at:
            moments.append((closing.done_at, pgettext("an account", "Closed"), ""))
    for at, title, details in moments:
        if at < before:
            yield Item(at, "account", title, details)


def _orders(person: User, before: datetime, most: int) -> Iterator[Item]:
    either = Q(buyer=person) | Q(seller=person, paid_at__isnull=False)
    for order in Order.objects.filter(either, created_at__lt=before).order_by("-created_at")[:most]:
        title = _("Bought: %(title)s") if order.buyer_id == person.pk else _("Sold: %(title)s")
        details = f"{order.number} · ¥{display_yuan(order.total_fen)} · {order.get_status_display()}"
        yield Item(order.created_at, "order", title % {"title": order.title}, details)


def _payments(person: User, before: datetime, most: int) -> Iterator[Item]:
    paid = Payment.objects.filter(order__buyer=person, paid_at__lt=before).select_related("order").order_by("-paid_at")
    for payment in paid[:most]:
        title = _("Paid ¥%(amount)s") % {"amount": display_yuan(payment.amount_fen, exact=True)}
        details = f"{payment.order.number} · {payment.get_gateway_display()} · {payment.out_trade_no}"
        yield Item(payment.paid_at or before, "payment", title, details)


def _payouts(person: User, before: datetime, most: int) -> Iterator[Item]:
    asked = Payout.objects.filter(user=person, created_at__lt=before).select_related("destination")
    for payout in asked.order_by("-created_at")[:most]:
        title = _("Payout of ¥%(amount)s") % {"amount": display_yuan(payout.gross_fen, exact=True)}
        details = f"{payout.reference} · {payout.destination} · {payout.get_status_display()}"
        yield Item(payout.created_at, "payout", title, details)


def _gigs(person: User, before: datetime, most: int) -> Iterator[Item]:
    published = Gig.objects.filter(seller=person, first_published_at__lt=before).order_by("-first_published_at")
    for gig in published[:most]:
        title = _("Service published: %(title)s") % {"title": gig.title}
        yield Item(gig.first_published_at, "gig", title, gig.get_status_display(), gig.get_absolute_url())
    denied = Gig.objects.filter(seller=person, status=GigStatus.DENIED, updated_at__lt=before).order_by("-updated_at")
    for gig in denied[:most]:
        yield Item(gig.updated_at, "gig", _("Service denied: %(title)s") % {"title": gig.title})


def _reviews(person: User, before: datetime, most: int) -> Iterator[Item]:
    either = Q(author=person) | Q(subject=person)
    found = Review.objects.filter(either, published_at__lt=before).select_related("order").order_by("-published_at")
    for review in found[:most]:
        title = (
            _("Wrote a review: %(stars)s stars")
            if review.author_id == person.pk
            else _("Got a review: %(stars)s stars")
        )
        details = f"{review.order.number} · {review.body[:120]}"
        yield Item(review.published_at or before, "review", title % {"stars": review.stars}, details)


def _reports(person: User, before: datetime, most: int) -> Iterator[Item]:
    gigs = Gig.objects.filter(seller=person).values("pk")
    against = Q(content_type=ContentType.objects.get_for_model(User), object_id=person.pk) | Q(
        content_type=ContentType.objects.get_for_model(Gig), object_id__in=gigs
    )
    for report in Report.objects.filter(against | Q(reporter=person), created_at__lt=before).order_by("-created_at")[
        :most
    ]:
        title = _("Reported something") if report.reporter_id == person.pk else _("Was reported")
        details = f"{report.get_reason_display()} · {report.get_status_display()} · {report.words[:120]}"
        yield Item(report.created_at, "report", title, details)


def _decisions(person: User, before: datetime, most: int) -> Iterator[Item]:
    made = ModerationDecision.objects.filter(person=person, decided_at__lt=before).select_related("reason")
    for decision in made.order_by("-decided_at")[:most]:
        title = _("Decision: %(effect)s") % {"effect": decision.get_effect_display()}
        parts = [decision.get_kind_display(), str(decision.reason or ""), decision.words[:120]]
        if decision.overturned_at:
            parts.append(_("turned round"))
        yield Item(decision.decided_at, "decision", title, " · ".join(part for part in parts if part))


def _standing(person: User, before: datetime, most: int) -> Iterator[Item]:
    for strike in Strike.objects.filter(person=person, given_at__lt=before).order_by("-given_at")[:most]:
        details = _("until %(day)s") % {"day": f"{strike.expires_at:%Y-%m-%d}"}
        if strike.lifted_at:
            details += " · " + _("lifted")
        yield Item(strike.given_at, "standing", _("Strike: %(words)s") % {"words": strike.words[:120]}, details)
    for suspension in Suspension.objects.filter(user=person, began_at__lt=before).order_by("-began_at")[:most]:
        details = _("until %(day)s") % {"day": f"{suspension.ends_at:%Y-%m-%d}"}
        yield Item(suspension.began_at, "standing", _("Suspended: %(words)s") % {"words": suspension.reason}, details)


def _logins(person: User, before: datetime, most: int) -> Iterator[Item]:
    for device in NewDevice.objects.filter(user=person, at__lt=before).order_by("-at")[:most]:
        yield Item(device.at, "login", _("Log-in on a new device"), f"{describe(device.user_agent)} · {device.ip}")


def _verifications(person: User, before: datetime, most: int) -> Iterator[Item]:
    cases = UserVerification.objects.filter(user=person, created_at__lt=before).order_by("-created_at")
    for case in cases[:most]:
        title = _("Verification: %(kind)s") % {"kind": case.get_kind_display()}
        yield Item(case.created_at, "verification", title, f"{case.get_status_display()}", _case_url(case))


def _case_url(case: UserVerification) -> str:
    return reverse("accounts_verification_case", args=[case.pk])


def _staff(person: User, before: datetime, most: int) -> Iterator[Item]:
    acts = AdminLog.objects.filter(
        content_type=ContentType.objects.get_for_model(User), object_id=person.pk, created_at__lt=before
    )
    for act in acts.select_related("actor__profile").order_by(F("pk").desc())[:most]:
        reason = act.data.get("reason") or act.data.get("because") or ""
        details = " · ".join(part for part in (act.actor.display_name, str(reason)) if part)
        yield Item(act.created_at, "staff", label_of(act.action), details)


def parts() -> dict[str, Part]:
    """Every part: those of here, and what other rooms registered."""
    return PARTS | registered_parts()


PARTS: dict[str, Part] = {
    "account": Part(gettext_lazy("Account"), "accounts.view_people", _account),
    "order": Part(gettext_lazy("Orders"), "orders.view_order", _orders),
    "payment": Part(gettext_lazy("Payments"), "payments.view_payment", _payments),
    "payout": Part(gettext_lazy("Payouts"), "payments.view_payout", _payouts),
    "gig": Part(gettext_lazy("Services"), "accounts.view_people", _gigs),
    "review": Part(gettext_lazy("Reviews"), "accounts.view_people", _reviews),
    "report": Part(pgettext_lazy("about a person", "Reports"), "moderation.view_moderationqueue", _reports),
    "decision": Part(gettext_lazy("Decisions"), "moderation.view_moderationqueue", _decisions),
    "standing": Part(gettext_lazy("Strikes and suspensions"), "accounts.view_people", _standing),
    "login": Part(gettext_lazy("Log-ins from new devices"), "accounts.sign_out_user", _logins),
    "verification": Part(gettext_lazy("Verifications"), "accounts.view_userverification", _verifications),
    "staff": Part(gettext_lazy("Acts of staff"), "moderation.view_adminlog", _staff),
}
