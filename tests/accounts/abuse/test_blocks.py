"""Blocks against abuse: whom they stop, how far they reach, what whoever is stopped reads, and that staff stays in."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from redis.exceptions import ConnectionError as ValkeyIsGone

from marketplace.accounts import blocks
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import Block, BlockKind, BlockScope, BrowserUse, User
from marketplace.accounts.services.abuse import add_block, lift_block
from marketplace.core import clock
from marketplace.messaging.services import send_message, start_conversation
from marketplace.moderation.models import AdminLog
from marketplace.support.models import SupportCase
from tests.factories import PASSWORD, make_moderator, make_user, make_verified_seller
from tests.logins import log_in

pytestmark = pytest.mark.django_db
NETWORK = "203.0.113.0/24"


def block(kind: BlockKind, value: str, scope: BlockScope, **given: object) -> Block:
    fields = {"reason": "刷单", "ends_at": clock.now() + timedelta(days=7), "staff": make_moderator(), **given}
    row = add_block(kind=kind, value=value, scope=scope, **fields)
    blocks.forget_blocks()  # inside a test nothing is committed
    return row


@pytest.mark.parametrize(
    ("network", "address"),
    [
        (NETWORK, "203.0.113.77"),
        ("203.0.113.77", "203.0.113.77"),
        (NETWORK, "::ffff:203.0.113.77"),
        ("2001:db8:1::/48", "2001:db8:1:2::3"),
    ],
)
def test_a_network_is_kept_out_of_the_whole_site_and_others_are_not(network, address):
    block(BlockKind.ADDRESS, network, BlockScope.EVERYTHING)
    answer = Client().get("/", REMOTE_ADDR=address)
    assert answer.status_code == 403
    assert "accounts/blocked.html" in {template.name for template in answer.templates}
    assert "no-store" in answer.headers["Cache-Control"]
    assert Client().get("/", REMOTE_ADDR="198.51.100.1").status_code != 403
    assert Client().get("/", REMOTE_ADDR="2001:db8:2::1").status_code != 403


def test_money_that_comes_in_and_the_way_to_support_stay_open():
    block(BlockKind.ADDRESS, NETWORK, BlockScope.EVERYTHING)
    client = Client()
    assert client.post(reverse("alipay_notify"), REMOTE_ADDR="203.0.113.7").status_code != 403
    assert client.get(reverse("support:list"), REMOTE_ADDR="203.0.113.7").status_code == 302


def test_who_is_blocked_writes_to_support_and_to_nobody_else():
    person = make_user()
    block(BlockKind.ACCOUNT, str(person.pk), BlockScope.WRITING)
    block(BlockKind.ADDRESS, NETWORK, BlockScope.WRITING)
    told = {"topic": "other", "subject": "为什么不能发消息", "body": "我没有刷单。"}
    answer = log_in(person).post(reverse("support:new"), told, REMOTE_ADDR="203.0.113.7")
    assert answer.url == SupportCase.objects.get().get_absolute_url()
    talk = start_conversation(buyer=person, seller=make_verified_seller())
    with pytest.raises(AccountError) as refusal:
        send_message(conversation_id=talk.pk, sender=person, body="在吗？")
    assert refusal.value.code == AccountErrorCode.BLOCKED


@pytest.mark.parametrize(
    ("scope", "name", "is_stopped"),
    [
        (BlockScope.SIGN_UP, "account_signup", True),
        (BlockScope.SIGN_UP, "account_login", False),
        (BlockScope.LOG_IN, "account_login", True),
        (BlockScope.LOG_IN, "account_signup", False),
        (BlockScope.WRITING, "offers:brief_new", True),
        (BlockScope.WRITING, "account_login", False),
        (BlockScope.BUYING, "offers:brief_new", False),
    ],
)
def test_a_scope_stops_what_it_names_and_nothing_else(scope, name, is_stopped):
    block(BlockKind.ADDRESS, NETWORK, scope)
    client = Client()
    assert (client.post(reverse(name), {}, REMOTE_ADDR="203.0.113.7").status_code == 403) == is_stopped
    assert client.get(reverse(name), REMOTE_ADDR="203.0.113.7").status_code != 403


def test_a_blocked_account_writes_nothing_and_others_do():
    person, other = make_user(), make_user()
    block(BlockKind.ACCOUNT, str(person.pk), BlockScope.WRITING)
    address = reverse("offers:brief_new")
    assert log_in(person).post(address, {}).status_code == 403
    assert log_in(other).post(address, {}).status_code != 403
    with pytest.raises(AccountError) as refusal:
        blocks.require_open(person, BlockScope.WRITING)
    assert refusal.value.code == AccountErrorCode.BLOCKED
    blocks.require_open(other, BlockScope.WRITING)


def test_an_account_that_may_not_log_in_reads_why():
    person = make_user(phone="+8613800138000")
    block(BlockKind.ACCOUNT, str(person.pk), BlockScope.LOG_IN)
    answer = Client().post(reverse("account_login"), {"login": "13800138000", "password": PASSWORD})
    assert answer.status_code == 403
    assert "accounts/blocked.html" in {template.name for template in answer.templates}


def test_a_browser_is_known_by_its_cookie():
    person = make_user(phone="+8613800138000")
    client = Client()
    client.post(reverse("account_login"), {"login": "13800138000", "password": PASSWORD})
    mark = BrowserUse.objects.get(user=person).browser
    block(BlockKind.DEVICE, mark, BlockScope.EVERYTHING)
    assert client.get("/").status_code == 403
    client.logout()
    assert Client().get("/").status_code != 403


def test_a_program_reads_a_code():
    block(BlockKind.ADDRESS, NETWORK, BlockScope.EVERYTHING)
    answer = Client().get("/", REMOTE_ADDR="203.0.113.7", headers={"Accept": "application/json"})
    assert answer.status_code == 403
    assert answer.json()["code"] == "blocked"


def test_a_block_ends_by_time_and_by_being_lifted():
    row = block(BlockKind.ADDRESS, NETWORK, BlockScope.EVERYTHING)
    lift_block(block_id=row.pk, staff=make_moderator(), reason="误封")
    blocks.forget_blocks()
    assert Client().get("/", REMOTE_ADDR="203.0.113.7").status_code != 403
    with pytest.raises(AccountError) as refusal:
        lift_block(block_id=row.pk, staff=make_moderator(), reason="误封")
    assert refusal.value.code == AccountErrorCode.BLOCK_IS_OVER
    again = block(BlockKind.ADDRESS, NETWORK, BlockScope.EVERYTHING)
    Block.objects.filter(pk=again.pk).update(ends_at=clock.now() - timedelta(seconds=1))
    blocks.forget_blocks()
    assert Client().get("/", REMOTE_ADDR="203.0.113.7").status_code != 403
    block(BlockKind.ADDRESS, NETWORK, BlockScope.EVERYTHING)  # one that ended stands in nobody's way


def test_without_the_cache_a_process_goes_by_the_list_it_has(monkeypatch):
    block(BlockKind.ADDRESS, NETWORK, BlockScope.EVERYTHING)
    assert blocks.blocks_in_force()

    def gone(*_args: object, **_kwargs: object) -> None:
        raise ValkeyIsGone

    monkeypatch.setattr(cache, "get_or_set", gone)
    monkeypatch.setattr(blocks, "_holds_until", 0.0)
    assert blocks.blocks_in_force().of_address("203.0.113.7") == {"everything"}


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        (BlockKind.ADDRESS, "0.0.0.0/0", AccountErrorCode.NETWORK_TOO_WIDE),
        (BlockKind.ADDRESS, "::/0", AccountErrorCode.NETWORK_TOO_WIDE),
        (BlockKind.ADDRESS, "10.0.0.0/8", AccountErrorCode.NETWORK_TOO_WIDE),
        (BlockKind.ADDRESS, "198.51.100.0/24", AccountErrorCode.BLOCK_WOULD_HIT_STAFF),
        (BlockKind.ADDRESS, "nowhere", AccountErrorCode.BLOCK_VALUE_WRONG),
        (BlockKind.DEVICE, "short", AccountErrorCode.BLOCK_VALUE_WRONG),
        (BlockKind.DEVICE, "ab" * 32, AccountErrorCode.BLOCK_WOULD_HIT_STAFF),
        (BlockKind.ACCOUNT, "0", AccountErrorCode.BLOCK_VALUE_WRONG),
    ],
)
def test_what_would_hit_the_team_or_everybody_is_refused(kind, value, code):
    with pytest.raises(AccountError) as refusal:
        block(kind, value, BlockScope.EVERYTHING, own_address="198.51.100.7", own_browser="ab" * 32)
    assert refusal.value.code == code
    assert not Block.objects.exists()


def test_staff_is_never_blocked():
    moderator = make_moderator()
    with pytest.raises(AccountError) as refusal:
        block(BlockKind.ACCOUNT, str(moderator.pk), BlockScope.EVERYTHING)
    assert refusal.value.code == AccountErrorCode.BLOCK_WOULD_HIT_STAFF
    block(BlockKind.ADDRESS, NETWORK, BlockScope.EVERYTHING)
    assert log_in(moderator).get(reverse("blocks"), REMOTE_ADDR="203.0.113.7").status_code == 200


def test_the_same_twice_is_refused():
    block(BlockKind.ADDRESS, NETWORK, BlockScope.WRITING)
    with pytest.raises(AccountError) as refusal:
        block(BlockKind.ADDRESS, "203.0.113.9/24", BlockScope.WRITING)
    assert refusal.value.code == AccountErrorCode.BLOCKED_ALREADY
    for fields, code in [
        ({"reason": " "}, AccountErrorCode.REASON_MISSING),
        ({"ends_at": clock.now()}, AccountErrorCode.END_IN_PAST),
    ]:
        with pytest.raises(AccountError) as refusal:
            block(BlockKind.ADDRESS, NETWORK, BlockScope.BUYING, **fields)
        assert refusal.value.code == code


def test_the_desk_blocks_and_lifts_and_leaves_lines():
    moderator: User = make_moderator()
    client = log_in(moderator)
    page = client.get(reverse("blocks"), {"kind": "address", "value": "203.0.113.7"}).content.decode()
    assert 'value="203.0.113.7"' in page
    sent = {"kind": "address", "value": NETWORK, "scope": "writing", "reason": "刷单", "until": "2099-01-01"}
    refused = client.post(reverse("blocks"), sent | {"value": "10.0.0.0/8"})
    assert refused.status_code == 422
    assert 'value="10.0.0.0/8"' in refused.content.decode()
    assert "/20" in refused.content.decode()
    assert client.post(reverse("blocks"), sent).status_code == 302
    row = Block.objects.get()
    assert NETWORK in client.get(reverse("blocks")).content.decode()
    client.post(reverse("block_lift", args=[row.pk]), {"reason": "误封"})
    row.refresh_from_db()
    assert row.lifted_by == moderator
    lines = {line.action: line for line in AdminLog.objects.filter(is_reading=False)}
    assert lines["block.add"].after["scope"] == "writing"
    assert lines["block.lift"].after == {"scope": None}
    assert NETWORK in client.get(reverse("blocks"), {"over": "1"}).content.decode()


def test_a_block_that_is_refused_keeps_what_was_typed():
    sent = {"kind": "address", "value": "banana", "scope": "writing", "reason": "同一网段注册", "until": "2099-01-01"}
    answer = log_in(make_moderator()).post(reverse("blocks"), sent)
    assert answer.status_code == 422
    assert "value" in answer.context["form"].errors
    assert "同一网段注册" in answer.content.decode()
