"""By text message: handed to the rows of `sms`, which leave by a job of their own."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import translation

from marketplace.notifications.channels.base import Gone, Outcome
from marketplace.notifications.models import Dispatch
from marketplace.notifications.reach import Reach
from marketplace.notifications.sms import SmsTemplate, send_sms
from marketplace.notifications.wording import cut

NEWS_LENGTH = 35  # of a parameter, as Aliyun takes it


class SmsSender:
    """The title alone: a provider in China sends approved texts, and this one says where to read on."""

    @transaction.atomic
    def send(self, rows: Sequence[Dispatch], reach: Reach) -> Outcome:
        """Raises Gone."""
        if not reach.phone:
            raise Gone("no number any more")
        with translation.override(reach.language):
            news = cut(rows[0].notification.said_title, NEWS_LENGTH)
            message = send_sms(recipient=reach.phone, template=SmsTemplate.VERIFICATION, news=news)
        return Outcome(text_message=message)
