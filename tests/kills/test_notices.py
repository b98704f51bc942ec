"""A worker is killed around handing a notice over as a text message: one text is written, whoever goes on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.notifications import catalogue
from marketplace.notifications.models import Dispatch, OutboundMessage
from tests.factories import make_user
from tests.kills.conftest import died
from tests.kills.victim import AFTER, Point
from tests.notifications.people import send_all, tell

SENDER = "marketplace.notifications.channels.sms:SmsSender.send"
POINTS = {
    "before it is written": Point(SENDER),
    "written, not recorded": Point(SENDER, AFTER),
    "recorded, not committed": Point("marketplace.notifications.dispatching:_end", AFTER),
    "committed": Point("marketplace.notifications.dispatching:_send", AFTER),
}


@pytest.mark.parametrize("name", POINTS)
def test_a_worker_that_dies_leaves_one_text_message_to_whoever_is_next(victims, name):
    tell(make_user(phone="+8613800138000"), catalogue.disputes.DECIDED)
    assert died(victims.run("tests.kills.victim:send_notices", POINTS[name]))
    Dispatch.objects.filter(status="sending").update(tried_at=timezone.now() - timedelta(minutes=6))
    send_all()
    assert send_all() == 0
    assert OutboundMessage.objects.count() == 1
    assert Dispatch.objects.get().status == "sent"
