"""By a template message of our Official Account, to who follows it and has logged in inside WeChat."""

import logging
from collections.abc import Sequence
from typing import Any

import requests
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone, translation
from wechatpy.exceptions import WeChatClientException

from marketplace.notifications import letters
from marketplace.notifications.channels.base import Away, ChannelError, Gone, Outcome, Refused, Unknown
from marketplace.notifications.models import Dispatch
from marketplace.notifications.official_account import NoToken, OfficialAccount, is_configured
from marketplace.notifications.reach import Reach
from marketplace.notifications.wording import cut

logger = logging.getLogger(__name__)
THING_LENGTH = 20  # of a value whose key is `thing`; WeChat refuses a longer one
# WeChat's codes: the person is not known to the account, or follows it no longer.
LOST = {40003, 43004}
# System busy, too often: later.
PASSING = {-1, 45009, 45047}
# The access token is none, or holds no more, and a fresh one fared no better.
OF_THE_TOKEN = {40001, 40014, 41001, 42001}
LOUD_SECONDS = 3600


class WechatSender:
    """What happened, what it is about, when. The template of a kind is registered with WeChat (docs/notifications.md)."""

    def send(self, rows: Sequence[Dispatch], reach: Reach) -> Outcome:
        """Raises Gone, Refused, Away and Unknown. For ten minutes WeChat knows a copy by `client_msg_id`."""
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
                "client_msg_id": f"notice-{rows[0].pk}",
                "data": {key: {"value": cut(" ".join(value.split()), THING_LENGTH)} for key, value in data.items()},
            }
        self._post(message)
        return Outcome()

    def _post(self, message: dict[str, Any]) -> None:
        """Where there is no access token, before or when the first one no longer holds, nothing was asked of WeChat: it
        says nothing about this message, and the next one would fare no better.
        """
        account = OfficialAccount()
        try:
            if not account.access_token:
                raise NoToken("an empty one")
            answer = account.post("message/template/send", data=message)
        except NoToken as missing:
            raise _without_token(missing.problem) from None
        except WeChatClientException as refusal:
            raise _meaning(refusal) from None
        except requests.ConnectTimeout as silence:
            raise Away(f"WeChat: {type(silence).__name__}") from None
        except requests.RequestException as silence:
            raise Unknown(f"WeChat: {type(silence).__name__}") from None
        if not isinstance(answer, dict):
            raise Unknown("WeChat: no usable answer")


def _meaning(refusal: WeChatClientException) -> ChannelError:
    """What a code of WeChat's means for a message."""
    code = refusal.errcode
    if code is None:
        return Unknown("WeChat: no usable answer")
    if code in OF_THE_TOKEN:
        return _without_token(str(code))
    kind = Gone if code in LOST else Away if code in PASSING else Refused
    return kind(f"WeChat: {code}")


def _without_token(problem: str) -> Away:
    """All wait. Only staff can mend a secret or a list of addresses, so it is said aloud, once an hour."""
    if cache.add("notices:wechat:no-token", problem, LOUD_SECONDS):
        logger.error("WeChat gives no access token (%s): its notices wait", problem)
    return Away(f"WeChat: no token: {problem}")
