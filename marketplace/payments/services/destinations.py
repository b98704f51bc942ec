"""Where a seller's money goes: kept encrypted, shown masked, frozen for a day after a change."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from stdnum import luhn

from marketplace.accounts.models import User
from marketplace.accounts.selectors import verified_real_name
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.encryption import encrypt_text
from marketplace.core.templatetags.jiangji import deadline
from marketplace.notifications import catalogue
from marketplace.notifications.letters import text_letter
from marketplace.notifications.services import language_of, notify, recipient_language
from marketplace.notifications.sms import SmsTemplate, send_sms
from marketplace.payments import locks
from marketplace.payments.errors import PayoutError, PayoutErrorCode
from marketplace.payments.marks import destination_mark
from marketplace.payments.models import PayoutDestination, PayoutDestinationKind


@transaction.atomic
def set_destination(*, user: User, kind: PayoutDestinationKind, account: str, bank_name: str = "") -> PayoutDestination:
    """Note where the seller's money is to go; an older one of the same kind is retired. Frozen for `payouts.freeze_hours`.

    The holder is always the seller: the name is the verified one, so that nobody is paid in another's place.
    Raises PayoutError NOT_VERIFIED or ACCOUNT_INVALID.
    """
    real_name = verified_real_name(user)
    if not real_name:
        raise PayoutError(PayoutErrorCode.NOT_VERIFIED)
    account = account.strip().replace(" ", "")
    if not account_is_plausible(kind=kind, account=account):
        raise PayoutError(PayoutErrorCode.ACCOUNT_INVALID)
    locks.lock_destinations(user.pk)
    now = clock.now()
    PayoutDestination.objects.filter(user=user, kind=kind, retired_at=None).update(retired_at=now)
    destination = PayoutDestination.objects.create(
        user=user,
        kind=kind,
        account_encrypted=encrypt_text(account),
        account_masked=_masked(kind, account),
        account_mark=destination_mark(kind=kind, account=account),
        real_name_encrypted=encrypt_text(real_name),
        bank_name=bank_name.strip(),
        usable_from=now + timedelta(hours=get_config("payouts.freeze_hours")),
    )
    with recipient_language():
        notify(
            recipient_id=user.pk,
            notice=catalogue.people.DESTINATION_CHANGED,
            words={"account": destination},
            url=reverse("payments:withdraw"),
        )
    return destination


def tell_of_new_account(*, destination: PayoutDestination) -> bool:
    """Tell the seller outside the portal, by mail or else by text message, that an account was named in their name.

    Whoever holds a stolen session can read the bell away, but neither mailbox nor telephone: without this the day of
    freeze protects nobody. Noted after it has left, so a crash tells twice rather than never. Returns whether there was
    a way to tell.
    """
    user = destination.user
    with language_of(user.pk):
        context = {
            "account": destination,
            "usable_from": destination.usable_from,
            "url": settings.SITE_URL + reverse("payments:withdraw_account"),
        }
        text = render_to_string("payments/mail/new_account.txt", context).strip()
        if user.email:
            text_letter(subject=_("A withdrawal account was named for you"), text=text, to=user.email).send()
        elif user.phone:
            send_sms(
                recipient=user.phone,
                template=SmsTemplate.WITHDRAWAL_ACCOUNT,
                account=str(destination),
                moment=deadline(destination.usable_from),
            )
    PayoutDestination.objects.filter(pk=destination.pk).update(told_at=clock.now())
    return bool(user.email or user.phone)


def _masked(kind: PayoutDestinationKind, account: str) -> str:
    """The account as pages show it: enough to know it again, too little to use it."""
    if kind == PayoutDestinationKind.BANK_CARD:
        return f"**** {account[-4:]}"
    if "@" in account:
        name, _at, domain = account.partition("@")
        return f"{name[:2]}***@{domain}"
    return f"{account[:3]}****{account[-4:]}"


def account_is_plausible(*, kind: PayoutDestinationKind, account: str) -> bool:
    """Whether an account can be one of this kind: a card's check digit, a login's form. Blanks do not matter."""
    account = account.strip().replace(" ", "")
    match kind:
        case PayoutDestinationKind.BANK_CARD:
            return 15 <= len(account) <= 19 and account.isdecimal() and luhn.is_valid(account)
        case PayoutDestinationKind.WECHAT:
            return 20 <= len(account) <= 64 and account.replace("-", "").replace("_", "").isalnum()
        case _:
            if account.isdecimal():
                return len(account) == 11 and account.startswith("1")
            try:
                validate_email(account)
            except ValidationError:
                return False
            return True
