"""Linking the account of another house (WeChat, QQ, Weibo) and unlinking it."""

from collections.abc import Callable

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from marketplace.accounts import locks, selectors
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import User
from marketplace.notifications import catalogue
from marketplace.notifications.letters import text_letter
from marketplace.notifications.services import language_of, notify, recipient_language
from marketplace.notifications.sms import SmsTemplate, send_sms


@transaction.atomic
def link_social_account(*, user: User, login: SocialLogin) -> SocialAccount:
    """Let somebody log in by the account that `login` has just come from. Safe to repeat.

    Locks the person's row, so that one of a provider is linked after two at once; they are told. Raises AccountError
    SOCIAL_TAKEN when it belongs to somebody else, SOCIAL_SECOND when another one of this provider is linked.
    """
    locks.lock_user(user.pk)
    wanted = login.account
    name = selectors.provider_name(wanted.provider)
    if SocialAccount.objects.filter(user=user, provider=wanted.provider).exclude(uid=wanted.uid).exists():
        raise AccountError(AccountErrorCode.SOCIAL_SECOND, provider=name)
    # The unique key of the table decides between two people who link the same account at once.
    account, is_new = SocialAccount.objects.get_or_create(
        provider=wanted.provider, uid=wanted.uid, defaults={"user": user, "extra_data": wanted.extra_data}
    )
    if account.user_id != user.pk:
        raise AccountError(AccountErrorCode.SOCIAL_TAKEN, provider=name)
    if is_new:
        _tell(user, linked=True, provider=wanted.provider)
    return account


@transaction.atomic
def unlink_social_account(*, user: User, account_id: int) -> None:
    """Take a linked account away. Locks the person's row, so that two at once do not take the last two ways in.

    They are told. Raises AccountError LAST_WAY_IN; Http404 when the account is not theirs.
    """
    person = locks.lock_user(user.pk)
    account = selectors.own_social_account(person, account_id)
    if not selectors.has_way_in_without(person, [account]):
        raise AccountError(AccountErrorCode.LAST_WAY_IN)
    account.delete()
    _tell(person, linked=False, provider=account.provider)


@transaction.atomic
def save_social_sign_up(*, login: SocialLogin, save: Callable[[], User]) -> User:
    """Save a new person together with the account that they come by: both or neither. `save` is allauth's own saving.

    Raises AccountError SOCIAL_USED when that account was taken meanwhile, as by a second click.
    """
    try:
        with transaction.atomic():
            return save()
    except IntegrityError as error:
        if not SocialAccount.objects.filter(provider=login.account.provider, uid=login.account.uid).exists():
            raise
        name = selectors.provider_name(login.account.provider)
        raise AccountError(AccountErrorCode.SOCIAL_USED, provider=name) from error


def _tell(user: User, *, linked: bool, provider: str) -> None:
    """In the notification centre, and outside it: whoever holds a stolen session can read the bell away."""
    with recipient_language():
        names = {"provider": selectors.provider_name(provider)}
        notice = catalogue.people.WAY_IN_LINKED if linked else catalogue.people.WAY_IN_UNLINKED
        line = notify(recipient_id=user.pk, notice=notice, words=names, url=reverse("accounts:ways_in"))
    address = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary").first()
    with language_of(user.pk):
        if address is not None:
            context = {"text": line.said_body, "url": settings.SITE_URL + reverse("accounts:ways_in")}
            letter = render_to_string("accounts/mail/ways_in.txt", context).strip()
            mail = text_letter(subject=line.said_title, text=letter, to=address.email)
            transaction.on_commit(mail.send, robust=True)
        elif user.phone:
            template = SmsTemplate.WAY_IN_LINKED if linked else SmsTemplate.WAY_IN_UNLINKED
            send_sms(recipient=user.phone, template=template, provider=selectors.provider_name(provider))
