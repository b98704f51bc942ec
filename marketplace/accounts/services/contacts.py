"""Numbers that belong to a person."""

from django.db import IntegrityError, transaction
from django.urls import reverse

from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import User, VerificationKind
from marketplace.accounts.phone import masked_phone
from marketplace.accounts.services.verification import record_verification
from marketplace.notifications import catalogue
from marketplace.notifications.services import language_of, notify, recipient_language
from marketplace.notifications.sms import SmsTemplate, send_sms


@transaction.atomic
def set_phone(*, user: User, phone: str, verified: bool) -> bool:
    """Remember a number: in `pending_phone` until its code was typed, then in `phone`, which is unique.

    A number that replaces another is told to the old one, so that nobody loses an account unseen; returns whether it did.
    Raises AccountError PHONE_TAKEN when the verified number belongs to somebody else: a squatter's late code does not
    take it from its owner.
    """
    if not verified:
        user.pending_phone = phone
        user.save(update_fields=["pending_phone"])
        return False
    old = user.phone
    user.phone, user.pending_phone = phone, ""
    try:
        with transaction.atomic():
            user.save(update_fields=["phone", "pending_phone"])
    except IntegrityError as error:
        user.refresh_from_db(fields=["phone", "pending_phone"])
        raise AccountError(AccountErrorCode.PHONE_TAKEN) from error
    record_verification(user=user, kind=VerificationKind.PHONE)
    if not old or old == phone:
        return False
    with language_of(user.pk):
        send_sms(recipient=old, template=SmsTemplate.NUMBER_CHANGED, number=masked_phone(phone))
    with recipient_language():
        address = reverse("account_change_phone")
    notify(recipient_id=user.pk, notice=catalogue.people.NUMBER_CHANGED, url=address)
    return True
