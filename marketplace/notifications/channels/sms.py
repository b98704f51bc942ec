"""By text message: handed to the rows of `sms`, which leave by a job of their own."""

import logging
from collections.abc import Sequence
from datetime import datetime, time

from django.core.cache import cache
from django.utils import timezone, translation

from marketplace.core import clock
from marketplace.core.config import get_configs
from marketplace.notifications.catalogue import notice_of
from marketplace.notifications.catalogue.base import AT_ONCE
from marketplace.notifications.channels.base import Gone, Later, Outcome
from marketplace.notifications.models import Channel, Dispatch
from marketplace.notifications.reach import Reach, next_at
from marketplace.notifications.sms import SmsTemplate, send_sms
from marketplace.notifications.wording import cut

logger = logging.getLogger(__name__)
NEWS_LENGTH = 35  # of a parameter, as Aliyun takes it
# When what was above a ceiling goes on, in China: the new day begins at midnight, but nobody wants to be woken by it.
MORNING = time(8)


class SmsSender:
    """The title alone: a provider in China sends approved texts, and this one says where to read on."""

    def send(self, rows: Sequence[Dispatch], reach: Reach) -> Outcome:
        """In the caller's transaction. Raises Gone, and Later above a ceiling of the day (in China)."""
        if not reach.phone:
            raise Gone("no number any more")
        notice = notice_of(rows[0].notification.notice)
        if notice is None or notice.time_left != AT_ONCE:
            _check_ceilings(reach.phone)
        with translation.override(reach.language):
            news = cut(rows[0].notification.said_title, NEWS_LENGTH)
            message = send_sms(recipient=reach.phone, template=SmsTemplate.VERIFICATION, news=news)
        return Outcome(text_message=message)


def _check_ceilings(number: str) -> None:
    """Each text costs money, and one side of an order can make the other get many.

    Notices alone count: anybody can ask for codes of log-ins, which have limits of their own.
    """
    now = clock.now()
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    ceilings = get_configs(["sms.per_person_day", "sms.per_day"])
    sent = Dispatch.objects.filter(channel=Channel.SMS, text_message__created_at__gte=today)
    if sent.filter(text_message__recipient=number).count() >= ceilings["sms.per_person_day"]:
        raise Later("above the ceiling of text messages for one person and day", at=_tomorrow(today))
    if sent.count() >= ceilings["sms.per_day"]:
        if cache.add(f"notices:sms:ceiling:{today:%Y-%m-%d}", True, 24 * 3600):
            logger.error("above the ceiling of text messages of one day: notices wait for the next morning")
        raise Later("above the ceiling of text messages for one day", at=_tomorrow(today))


def _tomorrow(today: datetime) -> datetime:
    return next_at(MORNING, after=today.replace(hour=23))
