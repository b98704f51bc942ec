"""Ways to log in: which there are, and which somebody has."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers import registry
from django.apps import apps
from django.conf import settings
from django.http import Http404, HttpRequest

from marketplace.accounts.models import User
from marketplace.accounts.providers.base import Provider

_PHONE_BROWSER = re.compile(r"Mobile|Android|iPhone")
# Which apps lead to the accounts of one provider.
_APPS = {"weixin": ("weixin", "weixin_mp")}


@dataclass(frozen=True)
class SocialWay:
    """One line of the page of linked accounts."""

    provider: str
    name: str
    account: SocialAccount | None
    can_link: bool

    @property
    def nickname(self) -> str:
        """What the person is called there."""
        return str(self.account.extra_data.get("nickname", "")) if self.account else ""


def offered_providers(request: HttpRequest) -> list[Provider]:
    """The providers that have an app id and work in this browser.

    WeChat has an app of its own inside its own browser. Elsewhere its code has to be scanned by a phone, which a phone
    cannot do with its own screen.
    """
    user_agent = request.headers.get("User-Agent", "")
    if "MicroMessenger" in user_agent:
        unfit = {"weixin"}
    elif _PHONE_BROWSER.search(user_agent):
        unfit = {"weixin", "weixin_mp"}
    else:
        unfit = {"weixin_mp"}
    return [provider for provider in get_adapter().list_providers(request) if provider.id not in unfit]


def offered_provider(request: HttpRequest, provider_id: str) -> Provider:
    """The one of `offered_providers` that was chosen. Raises Http404."""
    for provider in offered_providers(request):
        if provider.id == provider_id:
            return provider
    raise Http404


def provider_name(provider_id: str) -> str:
    """How people call a provider, whether it is offered or not."""
    known = registry.get_class(provider_id)
    return str(known.name) if known else provider_id


def known_openids(*, provider: str, uid: str) -> dict[str, str]:
    """What each of our apps calls this person, as far as is known: app id → openid."""
    extra = SocialAccount.objects.filter(provider=provider, uid=uid).values_list("extra_data", flat=True).first()
    return dict((extra or {}).get("openids", {}))


def own_social_account(user: User, account_id: int) -> SocialAccount:
    """A linked account of one's own. Raises Http404."""
    account = SocialAccount.objects.filter(user=user, pk=account_id).first()
    if account is None:
        raise Http404
    return account


def social_ways(user: User, request: HttpRequest) -> list[SocialWay]:
    """A line for each provider, linked or to be linked, and for accounts at one that is offered no longer."""
    offered = {provider.account_provider: provider for provider in offered_providers(request)}
    linked = {account.provider: account for account in SocialAccount.objects.filter(user=user).order_by("-pk")}
    order = [cls.id for cls in registry.get_class_list()]
    ids = sorted({*offered, *linked}, key=lambda provider: order.index(provider) if provider in order else len(order))
    return [
        SocialWay(
            provider=offered[provider].id if provider in offered else provider,
            name=provider_name(provider),
            account=linked.get(provider),
            can_link=provider in offered,
        )
        for provider in ids
    ]


def has_way_in_without(
    user: User,
    accounts: Iterable[SocialAccount] = (),
    *,
    address: EmailAddress | None = None,
    passkey_id: int | None = None,
) -> bool:
    """Whether somebody could still log in once these linked accounts, this address and this passkey are gone.

    Counts a verified number and a verified address (a code is sent there), a password with something to type beside
    it, a passkey, and another linked account whose provider is still offered.
    """
    addresses = EmailAddress.objects.filter(user=user, verified=True)
    if user.phone or addresses.exclude(pk=address.pk if address else None).exists():
        return True
    if user.has_usable_password() and user.email and not (address and address.email.lower() == user.email):
        return True
    others = SocialAccount.objects.filter(user=user).exclude(pk__in=[account.pk for account in accounts])
    return _has_passkey(user, passkey_id) or any(_has_app(account.provider) for account in others)


def _has_app(provider: str) -> bool:
    configured: dict[str, Any] = settings.SOCIALACCOUNT_PROVIDERS
    return any(configured.get(app, {}).get("APPS") for app in _APPS.get(provider, (provider,)))


def _has_passkey(user: User, without_id: int | None) -> bool:
    if not apps.is_installed("allauth.mfa"):
        return False
    from allauth.mfa.models import Authenticator  # its models may not be imported while it is not installed

    passkeys = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return bool(passkeys.exclude(pk=without_id).exists())
