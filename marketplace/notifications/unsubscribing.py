"""Stopping mails by a signed address, without logging in (RFC 8058). It says whose and which, and can do nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.http import Http404
from django.urls import reverse

from marketplace.notifications.models import Channel, NotificationKind

_SALT = "notifications.unsubscribe"
_BACK_SALT = "notifications.unsubscribe.back"
# Who stopped mails by mistake sees it at once. Later, and for whoever finds an old mail, only the page of choices turns them on.
BACK_SECONDS = 3600


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


def way_back(stop: Stop, kinds: Iterable[NotificationKind]) -> str:
    """What the button "again" of this very stop carries: the kinds that it switched off, and no others. "" for none."""
    told = [str(kind) for kind in kinds]
    return signing.dumps([stop.user_id, told], salt=_BACK_SALT) if told else ""


def kinds_back(stop: Stop, token: str) -> tuple[NotificationKind, ...]:
    """The kinds that a way back brings again; none for one that we did not make, that is another person's, or over."""
    try:
        user_id, kinds = signing.loads(token, salt=_BACK_SALT, max_age=BACK_SECONDS)
        return tuple(NotificationKind(kind) for kind in kinds) if user_id == stop.user_id else ()
    except (signing.BadSignature, ValueError, TypeError):
        return ()


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
