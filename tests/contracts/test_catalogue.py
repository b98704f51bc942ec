"""All that people are told is in one catalogue, in both languages, and nothing else is told."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from django.utils.translation import override

from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice, Who, all_notices
from marketplace.notifications.channels import CHANNELS
from marketplace.notifications.models import Channel, NotificationKind
from marketplace.notifications.reach import ON_UNLESS_CHOSEN
from tests.contracts.source import ROOT, modules, text, tree

NOTICES = all_notices()
WORD = re.compile(r"%\((\w+)\)s")
# Told by verification_words.notice_and_words, written by verification_telling.
VERIFICATION = {
    f"account.{who}_{what}"
    for who in ("name", "company")
    for what in ("verified", "refused", "ended", "expired", "revoked")
} | {"account.id_expires", "account.company_expires"}


def test_the_catalogue_is_not_empty_and_its_keys_are_names():
    assert len(NOTICES) > 100
    for notice in NOTICES:
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", notice.key), notice
        assert len(notice.key) <= 50


@pytest.mark.parametrize("notice", NOTICES, ids=str)
def test_every_notice_has_words_in_both_languages_with_the_same_places_for_words(notice):
    for sentence in (notice.title, notice.body):
        if not sentence:
            continue
        with override("en"):
            english = str(sentence)
        with override("zh-hans"):
            chinese = str(sentence)
        assert re.search(r"[一-鿿]", chinese), f"{notice}: {chinese}"
        assert set(WORD.findall(english)) == set(WORD.findall(chinese))


def test_every_way_out_has_somebody_who_goes_it():
    assert set(CHANNELS) == set(Channel)


def test_what_is_for_staff_is_no_news_of_a_kind_of_its_own():
    kinds = {notice.kind for notice in NOTICES if notice.who != Who.STAFF}
    assert kinds == set(NotificationKind)


@cache
def _constants() -> set[str]:
    """`catalogue.orders.DELIVERED` as call sites write it."""
    names = set()
    for path in sorted((ROOT / "marketplace" / "notifications" / "catalogue").glob("*.py")):
        for node in tree(path).body:
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
                continue
            if getattr(node.value.func, "id", "") == "Notice":
                names.add(f"{path.stem}.{node.targets[0].id}")
    return names


def test_every_notice_is_told_somewhere():
    rooms = (*modules("marketplace"), *modules("cms_pages"))
    outside = [path for path in rooms if "notifications/catalogue" not in path.as_posix()]
    source = "\n".join(path.read_text() for path in outside)
    used = set(re.findall(r"\b(?:catalogue\.)?(\w+\.[A-Z][A-Z_]+)\b", source))
    assert len(_constants()) == len(NOTICES)
    assert _constants() - used == set(), "nobody tells this"


def test_nobody_makes_a_line_but_the_service():
    makers = []
    for path in modules("marketplace"):
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("create", "bulk_create")
                and ast.unparse(node.func.value).startswith("Notification.objects")
            ):
                makers.append(path.relative_to(ROOT).as_posix())
    assert makers == ["marketplace/notifications/services.py"]


def _notice(constant: str) -> Notice:
    room, name = constant.split(".")
    return getattr(getattr(catalogue, room), name)


def _told_in(constant: str) -> list[Path]:
    """The modules that name it, the catalogue's own left out."""
    return _tellers().get(constant, [])


@cache
def _tellers() -> dict[str, list[Path]]:
    """Each constant's modules, found in one search of a module for all; one for each would be a hundred thousand searches."""
    found = defaultdict(list)
    for path in modules("marketplace"):
        if "notifications/catalogue" not in path.as_posix():
            # Looked ahead to, so that in a.b.C the first pair does not hide the second.
            for constant in _constants() & set(re.findall(r"\b(?=(\w+\.\w+)\b)", text(path))):
                found[constant].append(path)
    return found


# Modules that name a notice and leave the telling to another, which gives the words.
TOLD_BY = {
    "marketplace/gigs/services/availability.py": "marketplace/gigs/reviewing.py",
    "marketplace/gigs/services/decisions.py": "marketplace/gigs/reviewing.py",
    "marketplace/moderation/subjects.py": "marketplace/moderation/reports.py",
}
# Who names a notice to find its lines again, and tells nothing.
LOOKED_FOR = {"marketplace/reviews/services/masking.py": {"talk.REVIEWED", "talk.REPLIED"}}
TELLERS = {"notify", "notify_latest", "notify_latest_each", "tell"}


@cache
def _words_given(path: Path) -> set[str]:
    """Names of words as a module gives them: keys of its dicts, names of arguments."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Dict):
            found |= {key.value for key in node.keys if isinstance(key, ast.Constant)}
        if isinstance(node, ast.keyword) and node.arg:
            found.add(node.arg)
    return found


@pytest.mark.parametrize("constant", sorted(_constants()))
def test_whoever_tells_a_notice_gives_each_of_its_words(constant):
    for path in _told_in(constant):
        name = path.relative_to(ROOT).as_posix()
        if constant in LOOKED_FOR.get(name, ()):
            continue
        given = _words_given(ROOT / TOLD_BY.get(name, name))
        assert _notice(constant).wants <= given, f"{name}: {constant}"


def _calls_that_name_a_notice() -> list[tuple[str, str, ast.Call]]:
    """Where, which, and the call, for each `notify(notice=catalogue.room.NAME, …)` written out."""
    constants, found = _constants(), []
    for path in modules("marketplace"):
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in TELLERS:
                continue
            said = next((word.value for word in node.keywords if word.arg == "notice"), None)
            constant = ast.unparse(said).removeprefix("catalogue.") if said is not None else ""
            if constant in constants:
                found.append((f"{path.relative_to(ROOT)}:{node.lineno}", constant, node))
    return found


def test_a_notice_told_where_it_is_named_has_its_words_in_that_very_call():
    calls = _calls_that_name_a_notice()
    assert len(calls) >= 9
    for place, constant, call in calls:
        words = next((word.value for word in call.keywords if word.arg == "words"), None)
        if words is None and not any(word.arg == "lines" for word in call.keywords):
            assert not _notice(constant).wants, f"{place}: {constant} has no words"
        if isinstance(words, ast.Dict) and None not in words.keys:
            given = {ast.literal_eval(key) for key in words.keys}
            assert _notice(constant).wants == given, f"{place}: {constant}"


def test_no_room_tells_a_kind_in_words_of_its_own():
    """Lines come from the catalogue: who looks for lines, or makes the demo's, may name a kind, nobody else."""
    by_kind = []
    for path in modules("marketplace"):
        if "marketplace/notifications/" in path.as_posix():
            continue
        source = path.read_text()
        if re.search(r"from marketplace\.notifications(\.models)? import .*NotificationKind", source):
            by_kind.append(path.relative_to(ROOT).as_posix())
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("notify", "notify_latest", "tell"):
                given = {word.arg for word in node.keywords}
                assert not given & {"kind", "title", "body"}, f"{path}:{node.lineno}"
    assert by_kind == [
        "marketplace/messaging/own_data.py",
        "marketplace/messaging/services/changing.py",
        "marketplace/messaging/services/emptying.py",
        "marketplace/reviews/services/masking.py",
    ]


def test_only_what_has_a_letter_of_its_own_and_codes_are_written_past_the_catalogue():
    """Each module that sends a mail or a text message itself, with the notices whose letters these are; () for codes."""
    found = {}
    for path in modules("marketplace"):
        if "marketplace/notifications/" in path.as_posix():
            continue
        calls = {
            getattr(node.func, "id", getattr(node.func, "attr", ""))
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Call)
        }
        if calls & {"send_sms", "text_letter", "send_mail", "EmailMessage", "EmailMultiAlternatives", "email_user"}:
            found[path.relative_to(ROOT).as_posix()] = sorted(
                notice.key
                for constant in _constants()
                for notice in [_notice(constant)]
                if notice.has_own_letter and path in _told_in(constant)
            )
    for path in found.keys() - {"marketplace/accounts/adapter.py", "marketplace/accounts/contacts.py"}:
        assert "language_of(" in (ROOT / path).read_text(), f"{path} writes in whose language?"
    told = {key for keys in found.values() for key in keys} | VERIFICATION
    assert {notice.key for notice in NOTICES if notice.has_own_letter} <= told
    assert {path for path, keys in found.items() if not keys} == {
        "marketplace/accounts/adapter.py",  # codes to log in and to prove an address, which somebody asks for
        "marketplace/accounts/contacts.py",  # the same for the new address of an account
        "marketplace/accounts/services/contacts.py",  # to the number that was left: the catalogue's goes to the new one
        "marketplace/accounts/services/verification_telling.py",  # VERIFICATION, by way of verification_words
    }


def test_nothing_in_the_catalogue_is_advertising():
    """What is sold is told to nobody unasked: a notice is about something that its reader did, has, or signed up for.

    Advertising by mail or text message needs a consent of its own (Advertising Law §43, PIPL §24), which nobody is asked for
    here; whoever adds some adds the consent, a kind of its own that is off, and a way out in each message.
    """
    for notice in NOTICES:
        with override("zh-hans"):
            chinese = f"{notice.title}{notice.body}"
        assert not re.search(r"优惠|促销|折扣|特价|活动|限时|红包|推荐|新品|抽奖", chinese), notice
    assert "marketing" not in NotificationKind.values


def test_nobody_is_sent_a_text_message_for_what_can_wait():
    """It rings and costs: only a clock or money, and unless it cannot be muted only for who ticked it (reach.py)."""
    assert ON_UNLESS_CHOSEN[Channel.SMS] is False
    urgent = {notice.kind for notice in NOTICES if Channel.SMS in notice.channels}
    assert urgent == {
        NotificationKind.ORDER,
        NotificationKind.DISPUTE,
        NotificationKind.MONEY,
        NotificationKind.SECURITY,
    }
