"""Telling members that an announced version of the rules was withdrawn: whoever was told that the rules would change."""

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from cms_pages import locks
from cms_pages.rules_texts import TOLD_AT_ONCE
from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.notifications import catalogue
from marketplace.notifications.models import Notification
from marketplace.notifications.services import notify, recipient_language


@transaction.atomic
def tell_next_of_withdrawal() -> int:
    """Tell the next of those who were told of a version that it was withdrawn; returns how many were looked at. 0: all know.

    Nobody is told twice: how far it came is written with the lines, under the version's lock.
    """
    text = locks.lock_untold_withdrawal()
    if text is None:
        return 0
    with recipient_language():
        url, document = text.get_absolute_url(), str(text.get_document_display())
        day = date_format(timezone.localtime(text.effective_at), "DATE_FORMAT")
    known = User.objects.filter(is_active=True, pk__gt=text.withdrawal_told_through, pk__lte=text.told_through)
    ids = list(known.order_by("pk").values_list("pk", flat=True)[:TOLD_AT_ONCE])
    told = Notification.objects.filter(recipient_id__in=ids, notice=catalogue.rules.ANNOUNCED.key, url=url)
    were_told = set(told.values_list("recipient_id", flat=True))
    for user_id in ids:
        if user_id in were_told:
            notify(
                recipient_id=user_id,
                notice=catalogue.rules.WITHDRAWN,
                url=url,
                words={"document": document, "day": day},
            )
    if ids:
        text.withdrawal_told_through = ids[-1]
    if len(ids) < TOLD_AT_ONCE:
        text.withdrawal_told_at = clock.now()
    text.save(update_fields=["withdrawal_told_through", "withdrawal_told_at"])
    return len(ids)
