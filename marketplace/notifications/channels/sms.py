"""By text message: handed to the rows of `sms`, which leave by a job of their own."""

import logging
from collections.abc import Sequence

from django.utils import timezone, translation

from marketplace.core import clock
from marketplace.core.config import get_configs
from marketplace.notifications.channels.base import Gone, Outcome, Refused
from marketplace.notifications.models import Dispatch
from marketplace.notifications.reach import Reach
from marketplace.notifications.sms import SmsTemplate, send_sms, sent_since
from marketplace.notifications.wording import cut

logger = logging.getLogger(__name__)
NEWS_LENGTH = 35  # of a parameter, as Aliyun takes it


class SmsSender:
    """The title alone: a provider in China sends approved texts, and this one says where to read on."""

    def send(self, rows: Sequence[Dispatch], reach: Reach) -> Outcome:
        """In the caller's transaction. Raises Gone, and Refused above a ceiling of the day (in China)."""
        if not reach.phone:
            raise Gone("no number any more")
        _check_ceilings(reach.phone)
        with translation.override(reach.language):
            news = cut(rows[0].notification.said_title, NEWS_LENGTH)
            message = send_sms(recipient=reach.phone, template=SmsTemplate.VERIFICATION, news=news)
        return Outcome(text_message=message)


def _check_ceilings(number: str) -> None:
    """Each text costs money, and one side of an order can make the other get many. Codes of log-ins have limits of their own."""
    today = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    ceilings = get_configs(["sms.per_person_day", "sms.per_day"])
    if sent_since(today, recipient=number) >= ceilings["sms.per_person_day"]:
        raise Refused("above the ceiling of text messages for one person and day")
    if sent_since(today) >= ceilings["sms.per_day"]:
        logger.error("above the ceiling of text messages of one day: notices wait for staff")
        raise Refused("above the ceiling of text messages for one day")
