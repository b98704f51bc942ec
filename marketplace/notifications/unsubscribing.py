"""Stopping mails by a signed address, without logging in (RFC 8058). It says whose and which, and can do nothing else."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.http import Http404
from django.urls import reverse

from marketplace.notifications.models import Channel, NotificationKind

_SALT = "notifications.unsubscribe"


@dataclass(frozen=True)
class Stop:
    """Whose mails about what: `kind` "" is everything that can be switched off."""

    user_id: int
    kind: str

    @property
    def kinds(self) -> tuple[NotificationKind, ...]:
        """What is switched off."""
        return (NotificationKind(self.kind),) if self.kind else tuple(NotificationKind)

    channel = Channel.EMAIL


def address_for(user_id: int, *, kind: str) -> str:
    """The whole address. It holds as long as the account does: who finds an old mail may still want no more of them."""
    token = signing.dumps([user_id, kind], salt=_SALT, compress=True)
    return settings.SITE_URL + reverse("notifications:unsubscribe", args=[token])


def stop_of(token: str) -> Stop:
    """What the address says. Raises Http404 for one that we did not make, and for an account that is gone."""
    try:
        user_id, kind = signing.loads(token, salt=_SALT)
        if kind and kind not in NotificationKind.values:
            raise ValueError(kind)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Http404 from error
    if not get_user_model()._default_manager.filter(pk=user_id).exists():
        raise Http404
    return Stop(int(user_id), str(kind))
