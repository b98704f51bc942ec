"""One English word with two meanings: our catalogue wins over those of Wagtail, Django and allauth, everywhere."""

import ast
from pathlib import Path

import allauth
import django
import polib
import pytest
import wagtail
from django.conf import settings
from django.utils.translation import gettext, override, pgettext

from tests.contracts.source import modules, name_of, tree

# Said in our own words, and meant the same: 退出登录 for 注销, 筛选 for 过滤器, 格式 for 格式化.
MEANS_THE_SAME = {
    "Account", "Action", "Add", "Administration", "All", "Approve", "Approved", "Clear", "Code", "Description", "Enter a number.",
    "Filter", "Filters",
    "Format", "IP address", "Image", "Incorrect code.", "Lock", "Log out", "Name", "Note", "Number", "Order", "Page not found",
    "Add %(model_name)s", "Passkey",
    "Privacy", "Profile", "Recovery codes", "Rejected", "Remove", "Rename", "Reports", "Save draft", "Sessions",
    "Show", "Timeline",
    "checksum", "created at", "expires at", "finished at", "key", "name", "slug", "Live version",
}  # fmt: skip
WORDS = 2


def test_a_word_of_ours_gives_no_library_s_page_another_meaning():
    path = Path(settings.BASE_DIR) / "locale/zh_Hans/LC_MESSAGES/django.po"
    ours = {entry.msgid: entry.msgstr for entry in polib.pofile(str(path)) if entry.msgctxt is None}
    clashes = set()
    for library in (wagtail, django, allauth):
        for catalogue in Path(library.__file__).parent.rglob("locale/zh_Hans/LC_MESSAGES/django.po"):
            for entry in polib.pofile(str(catalogue)):
                is_word = entry.msgctxt is None and len(entry.msgid.split()) <= WORDS and entry.msgstr
                if is_word and ours.get(entry.msgid, entry.msgstr) != entry.msgstr:
                    clashes.add(entry.msgid)
    # Another meaning gets a context (pgettext, {% trans … context … %}); the same meaning in better words stands above.
    assert clashes <= MEANS_THE_SAME


@pytest.mark.parametrize(
    ("context", "word", "chinese"),
    [
        (None, "Try again", "重试"),
        ("a refund", "Try again", "重新退款"),
        ("reports", "Waiting", "待处理"),
        ("a message", "Waiting", "待发送"),
        ("of the decision about a report", "Reason", "处理说明"),
        (None, "In progress", "进行中"),
        ("an order", "In progress", "制作中"),
        (None, "Reports", "报表"),
        ("about a person", "Reports", "举报"),
        (None, "Select", "选择"),
        ("seller level", "Select", "甄选"),
        ("by a moderator", "review", "审核"),
    ],
)
def test_each_meaning_has_its_own_chinese(context, word, chinese):
    with override("zh-hans"):
        assert (gettext(word) if context is None else pgettext(context, word)) == chinese


def test_every_sentence_is_asked_for_under_a_name_that_the_extraction_knows():
    """`gettext as _now` is not found by makemessages: its sentences stay English for ever."""
    known = {"_", None}
    strangers = []
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
                names = {alias.name: alias.asname for alias in node.names if "gettext" in alias.name and alias.asname}
                strangers += [
                    f"{name_of(path)}: {name} as {other}" for name, other in names.items() if other not in known
                ]
    assert strangers == []
