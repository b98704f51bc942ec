"""By a template message of our Official Account, to who follows it and has logged in inside WeChat."""

from collections.abc import Sequence
from typing import Any

import requests
from django.conf import settings
from django.utils import timezone, translation
from wechatpy.exceptions import WeChatClientException

from marketplace.notifications import letters
from marketplace.notifications.channels.base import Gone, Outcome, Refused, Unreachable
from marketplace.notifications.models import Dispatch
from marketplace.notifications.official_account import OfficialAccount, is_configured
from marketplace.notifications.reach import Reach
from marketplace.notifications.wording import cut

THING_LENGTH = 20  # of a value whose key is `thing`; WeChat refuses a longer one
# WeChat's codes: the person is not known to the account, or follows it no longer.
LOST = {40003, 43004}
# System busy, too often: later.
PASSING = {-1, 45009, 45047}


class WechatSender:
    """What happened, what it is about, when. The template of a kind is registered with WeChat (docs/notifications.md)."""

    def send(self, rows: Sequence[Dispatch], reach: Reach) -> Outcome:
        """Raises Gone, Refused and Unreachable. Asking again is safe: WeChat knows a copy by `client_msg_id`."""
        line = rows[0].notification
        template = settings.WECHAT_TEMPLATES.get(line.kind) or settings.WECHAT_TEMPLATES.get("all")
        if not reach.wechat_openid:
            raise Gone("no longer linked")
        if not is_configured() or not template:
            raise Gone("no template for it")
        with translation.override(reach.language):
            data = {
                "thing1": line.said_title,
                "thing2": line.said_body or line.get_kind_display(),
                "time3": timezone.localtime(line.created_at).strftime("%Y-%m-%d %H:%M"),
            }
            message = {
                "touser": reach.wechat_openid,
                "template_id": template,
                "url": letters.open_address(line),
                "client_msg_id": f"notice-{rows[0].pk}-{rows[0].notification_id}",
                "data": {key: {"value": cut(" ".join(value.split()), THING_LENGTH)} for key, value in data.items()},
            }
        self._post(message)
        return Outcome()

    def _post(self, message: dict[str, Any]) -> None:
        try:
            OfficialAccount().post("message/template/send", data=message)
        except (
            WeChatClientException,
            requests.RequestException,
            AttributeError,
            KeyError,
            TypeError,
            ValueError,
        ) as error:
            # Only its kind: the text of a network error carries the whole address, and with it the token.
            code = getattr(error, "errcode", None)
            said = f"WeChat: {code if code is not None else type(error).__name__}"
            if code in LOST:
                raise Gone(said) from None
            if code is None or code in PASSING:
                raise Unreachable(said) from None
            raise Refused(said) from None
