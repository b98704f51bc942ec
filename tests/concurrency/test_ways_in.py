"""Two changes of somebody's ways to log in at once, each with its control without the lock."""

from functools import partial

import pytest
from allauth.socialaccount.models import SocialAccount, SocialLogin

from marketplace.accounts import locks, services
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import User
from tests.databases import together
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def person(committed_db):
    """Somebody with two linked accounts and no other way in."""
    user = make_user()
    User.objects.filter(pk=user.pk).update(email="", password="!")
    user.refresh_from_db()
    for provider in ("qq", "weibo"):
        SocialAccount.objects.create(user=user, provider=provider, uid="1")
    return user


@pytest.fixture
def lock_off(monkeypatch):
    """The control: the row is read without a lock. Where the two meet, each has made its check and not yet written."""
    monkeypatch.setattr(locks, "lock_user", lambda user_id: User.objects.get(pk=user_id))


def unlinkings(person):
    return [
        partial(services.unlink_social_account, user=person, account_id=account.pk)
        for account in SocialAccount.objects.filter(user=person)
    ]


def linkings(person):
    return [
        partial(
            services.link_social_account,
            user=person,
            login=SocialLogin(account=SocialAccount(provider="weixin", uid=uid)),
        )
        for uid in ("o1", "o2")
    ]


def test_two_unlinkings_at_once_leave_one_way_in(person, meet_before):
    meet_before(locks, "lock_user")
    results = together(*unlinkings(person))
    (refusal,) = [result for result in results if result is not None]
    assert isinstance(refusal, AccountError)
    assert refusal.code == AccountErrorCode.LAST_WAY_IN
    assert SocialAccount.objects.filter(user=person).count() == 1


def test_control_without_the_lock_both_go_and_nobody_gets_in_again(person, lock_off, meet_before):
    meet_before(SocialAccount, "delete")
    assert together(*unlinkings(person)) == [None, None]
    assert SocialAccount.objects.filter(user=person).count() == 0


def test_two_linkings_of_one_provider_at_once_link_one(person, meet_before):
    meet_before(locks, "lock_user")
    results = together(*linkings(person))
    (refusal,) = [result for result in results if isinstance(result, Exception)]
    assert isinstance(refusal, AccountError)
    assert refusal.code == AccountErrorCode.SOCIAL_SECOND
    assert SocialAccount.objects.filter(user=person, provider="weixin").count() == 1


def test_control_without_the_lock_two_of_one_provider_are_linked(person, lock_off, meet_before):
    meet_before(SocialAccount.objects, "get_or_create")
    assert all(isinstance(result, SocialAccount) for result in together(*linkings(person)))
    assert SocialAccount.objects.filter(user=person, provider="weixin").count() == 2


def test_one_account_linked_by_two_people_at_once_is_one_persons(person, meet_before):
    meet_before(locks, "lock_user")
    login = partial(SocialLogin, account=SocialAccount(provider="weixin", uid="o1"))
    results = together(
        *[partial(services.link_social_account, user=user, login=login()) for user in (person, make_user())]
    )
    (refusal,) = [result for result in results if isinstance(result, Exception)]
    assert isinstance(refusal, AccountError)
    assert refusal.code == AccountErrorCode.SOCIAL_TAKEN
    assert SocialAccount.objects.filter(provider="weixin").count() == 1
