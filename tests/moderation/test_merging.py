"""Two accounts of one person become one: what is in the way, what moves, what stays."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from marketplace.accounts import blocks
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import (
    AccountMerge,
    Block,
    BlockedPerson,
    BlockKind,
    BlockScope,
    BrowserUse,
    User,
    UserProfile,
)
from marketplace.accounts.services import ask_for_closing, carry_out_closing, confirm_real_name
from marketplace.accounts.services.abuse import add_block
from marketplace.accounts.services.merging import merge_accounts, merge_plan
from marketplace.core import clock
from marketplace.discovery.models import SearchFilter
from marketplace.gigs.models import Favourite
from marketplace.moderation.models import AdminLog
from marketplace.moderation.people_merging import folded_mailbox, likely_duplicates
from marketplace.moderation.roles import ensure_roles
from marketplace.moderation.strikes import give_strike, strikes_in_force
from marketplace.notifications.models import Notification
from tests.factories import (
    PASSWORD,
    make_completed_order,
    make_gig,
    make_moderator,
    make_paid_order,
    make_seller,
    make_user,
)
from tests.logins import log_in

pytestmark = pytest.mark.django_db


def administrator() -> User:
    user = make_user(name="管理员")
    user.groups.add(ensure_roles()["administrator"])
    return user


def merge(kept: User, merged: User, **given: str) -> AccountMerge:
    words = {"reason": "本人来电核实", "typed": merged.profile.handle} | given
    return merge_accounts(kept_id=kept.pk, merged_id=merged.pk, staff=administrator(), **words)


def test_ways_in_and_what_is_personal_move_and_the_rest_stays():
    kept, merged = make_user(name="留下"), make_user(name="并入", phone="+8613800138000")
    EmailAddress.objects.create(user=merged, email=merged.email, verified=True, primary=True)
    SocialAccount.objects.create(user=merged, provider="qq", uid="1")
    Favourite.objects.create(user=merged, gig=make_gig())
    SearchFilter.objects.create(user=merged, name="LOGO")
    BlockedPerson.objects.create(owner=merged, person=make_user())
    order = make_completed_order(buyer=merged)
    address = merged.email
    row = merge(kept, merged)
    kept.refresh_from_db()
    merged.refresh_from_db()
    assert (kept.phone, merged.phone) == ("+8613800138000", None)
    assert EmailAddress.objects.get(email=address).user == kept
    assert SocialAccount.objects.get().user == kept
    assert {Favourite.objects.get().user, SearchFilter.objects.get().user, BlockedPerson.objects.get().owner} == {kept}
    assert not merged.is_active
    order.refresh_from_db()
    assert order.buyer_id == merged.pk
    assert row.moved == {
        "email": 1,
        "phone": 1,
        "social": 1,
        "blocked": 1,
        "blocks": 0,
        "notices": 0,
        "favourites": 1,
        "searches": 1,
    }
    line = AdminLog.objects.get(action="person.merge", object_id=kept.pk)
    assert (line.before["merged"]["may_log_in"], line.after["merged"]["may_log_in"]) == (True, False)


def test_a_number_stays_with_the_old_account_where_the_kept_one_has_its_own_and_its_log_in_says_where_to_go():
    kept, merged = make_user(phone="+8613800138001"), make_user(phone="+8613800138002", email="")
    merge(kept, merged)
    User.objects.filter(pk=merged.pk).update(password=User.objects.get(pk=kept.pk).password)
    answer = Client().post(reverse("account_login"), {"login": "13800138002", "password": PASSWORD})
    assert answer.status_code == 403
    assert "account/merged.html" in {template.name for template in answer.templates}


def test_the_public_page_of_the_old_account_leads_to_the_kept_one():
    kept, merged = make_user(), make_user()
    merge(kept, merged)
    answer = Client().get(merged.profile.get_absolute_url())
    assert (answer.status_code, answer.url) == (301, kept.profile.get_absolute_url())


def test_sessions_of_the_old_account_end():
    kept, merged = make_user(), make_user()
    theirs = log_in(merged)
    merge(kept, merged)
    assert theirs.get(reverse("accounts:settings")).status_code == 302


@pytest.mark.parametrize(
    "case", ["order", "service", "staff", "suspended", "identities", "merged already", "one and the same"]
)
def test_what_is_in_the_way_is_said_and_nothing_is_merged(case):
    kept, merged = make_user(), make_user()
    match case:
        case "order":
            merged = make_paid_order().buyer
        case "service":
            merged = make_gig().seller
        case "staff":
            merged = make_moderator()
        case "suspended":
            User.objects.filter(pk=merged.pk).update(is_active=False)
            merged.refresh_from_db()
        case "identities":
            kept, merged = make_seller(), make_seller()
            confirm_real_name(user=kept, real_name="林青山")
            confirm_real_name(user=merged, real_name="周末")
        case "merged already":
            merge(make_user(), merged)
            merged.refresh_from_db()
        case "one and the same":
            merged = kept
    assert not merge_plan(kept=kept, merged=merged).is_possible
    with pytest.raises(AccountError) as refusal:
        merge(kept, merged)
    assert refusal.value.code == AccountErrorCode.MERGE_BLOCKED
    assert not AccountMerge.objects.filter(kept=kept).exists()


def test_the_handle_has_to_be_typed():
    kept, merged = make_user(), make_user()
    with pytest.raises(AccountError) as refusal:
        merge(kept, merged, typed=kept.profile.handle)
    assert refusal.value.code == AccountErrorCode.MERGE_NOT_CONFIRMED


def test_likely_duplicates_are_named_with_the_sign_and_without_the_mark():
    person, twin, other = make_user(email="a.b@gmail.com"), make_user(email="ab+x@gmail.com"), make_user()
    for user in (person, twin):
        BrowserUse.objects.create(user=user, browser="cd" * 32, first_used_at=clock.now(), last_used_at=clock.now())
    (found,) = likely_duplicates(person)
    assert found.person == twin
    assert len(found.signs) == 2
    assert other.pk != found.person.pk
    client, address = log_in(administrator()), reverse("people_person", args=[person.pk])
    assert "?likely#merge" in client.get(address).content.decode()
    assert reverse("people_merge", args=[person.pk, twin.pk]) in client.get(address, {"likely": ""}).content.decode()


def test_a_mailbox_is_folded_where_its_host_does():
    assert folded_mailbox("A.B+c@gmail.com") == folded_mailbox("ab@gmail.com")
    assert folded_mailbox("a.b@qq.com") != folded_mailbox("ab@qq.com")


def test_an_administrator_merges_on_the_page_and_a_moderator_does_not():
    kept, merged = make_user(), make_user()
    address = reverse("people_merge", args=[kept.pk, merged.pk])
    sent = {"reason": "本人来电核实", "typed": merged.profile.handle}
    assert log_in(make_moderator()).post(address, sent).status_code == 302
    assert not AccountMerge.objects.exists()
    client = log_in(administrator())
    assert merged.profile.handle in client.get(address).content.decode()
    assert client.post(address, sent).status_code == 302
    assert AccountMerge.objects.get().merged == merged
    page = client.get(reverse("people_person", args=[merged.pk])).content.decode()
    assert reverse("people_person", args=[kept.pk]) in page


def test_an_address_that_was_typed_at_the_kept_account_too_is_in_nobodys_way():
    kept, merged = make_user(), make_user(email="old@example.com")
    User.objects.filter(pk=kept.pk).update(email="")
    EmailAddress.objects.create(user=merged, email="old@example.com", verified=True, primary=True)
    EmailAddress.objects.create(user=kept, email="old@example.com", verified=False)
    EmailAddress.objects.create(user=kept, email="typo@example.com", verified=False, primary=True)
    merge(kept, merged)
    kept.refresh_from_db()
    assert kept.email == "old@example.com"
    assert EmailAddress.objects.get(user=kept, primary=True).email == "old@example.com"


def test_whoever_keeps_the_account_is_told_what_opens_it_now():
    kept, merged = make_user(), make_user(name="并入")
    merge(kept, merged)
    line = Notification.objects.get(recipient=kept)
    assert line.notice == "account.accounts_merged"
    assert "并入" in line.body


def test_strikes_and_blocks_of_the_old_account_count_for_the_kept_one():
    kept, merged, staff = make_user(), make_user(), make_moderator()
    give_strike(person=merged, staff=staff, words="引导私下交易")
    for person, scope in ((merged, BlockScope.WRITING), (merged, BlockScope.BUYING), (kept, BlockScope.BUYING)):
        add_block(
            kind=BlockKind.ACCOUNT,
            value=str(person.pk),
            scope=scope,
            reason="刷单",
            ends_at=clock.now() + timedelta(days=7),
            staff=staff,
        )
    # One of the kept account's own is over, one ends sooner than the other's: neither lets the other's go.
    over = Block.objects.create(
        kind=BlockKind.ACCOUNT, value=str(kept.pk), user=kept, scope=BlockScope.WRITING, reason="刷单", by=staff,
        ends_at=clock.now() - timedelta(days=1),
    )  # fmt: skip
    Block.objects.filter(user=kept, scope=BlockScope.BUYING).update(ends_at=clock.now() + timedelta(days=1))
    merge(kept, merged)
    blocks.forget_blocks()
    over.refresh_from_db()
    assert over.lifted_at is not None
    assert strikes_in_force(kept).count() == 1
    assert blocks.blocks_in_force().accounts[kept.pk] == {"writing", "buying"}
    assert Block.objects.get(user=kept, scope=BlockScope.BUYING).ends_at > clock.now() + timedelta(days=6)
    page = log_in(administrator()).get(reverse("people_person", args=[kept.pk])).content.decode()
    assert "引导私下交易" in page


def test_closing_the_kept_account_empties_the_old_one_as_well():
    kept, merged = make_user(), make_user(name="并入", phone="+8613800138002")
    User.objects.filter(pk=kept.pk).update(phone="+8613800138001")
    merge(kept, merged)
    closing = ask_for_closing(user_id=kept.pk)
    type(closing).objects.filter(pk=closing.pk).update(due_at=clock.now())
    assert carry_out_closing(closing_id=closing.pk)
    merged.refresh_from_db()
    assert (merged.phone, merged.email, merged.is_active) == (None, "", False)
    assert UserProfile.objects.get(user=merged).display_name != "并入"


def test_looking_at_two_accounts_is_a_reading_of_both():
    kept, merged = make_user(), make_user()
    log_in(administrator()).get(reverse("people_merge", args=[kept.pk, merged.pk]))
    assert {line.subject for line in AdminLog.objects.filter(is_reading=True)} == {kept, merged}
