"""What people agree to, and take back."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import (
    OPTIONAL_DOCUMENTS,
    REQUIRED_DOCUMENTS,
    AccountClosing,
    ConsentDocument,
    ConsentRecord,
    User,
)
from marketplace.accounts.personal_data import sections
from marketplace.core import clock

# Three years, counted like those of the names (selectors.names_kept_long_enough).
KEPT_AFTER_CLOSING = timedelta(days=3 * 365 + 1)


def record_consent(*, user: User, documents: Iterable[ConsentDocument] = REQUIRED_DOCUMENTS) -> list[ConsentRecord]:
    """Write down that a person accepted `documents` as they are in force (settings.CONSENT_VERSIONS). Safe to repeat."""
    return [_give(user, document) for document in documents]


def give_consent(*, user: User, document: ConsentDocument) -> ConsentRecord:
    """Write down an optional consent, which the person gave on its own (个人信息保护法 §14). Safe to repeat.

    Raises AccountError NOT_OPTIONAL for the terms and the privacy policy.
    """
    if document not in OPTIONAL_DOCUMENTS:
        raise AccountError(AccountErrorCode.NOT_OPTIONAL)
    return _give(user, document)


def forget_consents() -> int:
    """Delete what people agreed to whose account was closed three years ago, as its last page promised. Returns how many rows."""
    long_ago = AccountClosing.objects.filter(done_at__lte=clock.now() - KEPT_AFTER_CLOSING).values("user")
    return ConsentRecord.objects.filter(user__in=long_ago).delete()[0]


@transaction.atomic
def withdraw_consent(*, user: User, document: ConsentDocument) -> None:
    """Take an optional consent back, with its effect in every room (个人信息保护法 §15). Safe to repeat.

    Raises AccountError NOT_OPTIONAL: without the terms there is no account, so that is closing it.
    """
    if document not in OPTIONAL_DOCUMENTS:
        raise AccountError(AccountErrorCode.NOT_OPTIONAL)
    ConsentRecord.objects.filter(user=user, document=document, withdrawn_at=None).update(withdrawn_at=clock.now())
    for section in sections():
        section.consent_withdrawn(user, document)


def _give(user: User, document: ConsentDocument) -> ConsentRecord:
    record, _created = ConsentRecord.objects.get_or_create(
        user=user,
        document=document,
        version=settings.CONSENT_VERSIONS[document.value],
        withdrawn_at=None,
        defaults={"given_at": clock.now()},
    )
    return record
