"""All that people are told is in one catalogue, in both languages, and nothing else is told."""

import ast
import re

import pytest
from django.utils.translation import override

from marketplace.notifications.catalogue import Who, all_notices
from marketplace.notifications.channels import CHANNELS
from marketplace.notifications.models import Channel, NotificationKind
from tests.contracts.source import ROOT, modules, tree

NOTICES = all_notices()
WORD = re.compile(r"%\((\w+)\)s")


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
    outside = [path for path in modules("marketplace") if "notifications/catalogue" not in path.as_posix()]
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
