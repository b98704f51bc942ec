"""Wagtail's admin is Chinese throughout: `locale/wagtail` says what Wagtail's own catalogue does not."""

import json
import re

import polib
import pytest
from django.template import Context, Template
from django.utils.translation import gettext, ngettext, override
from django.views.i18n import JavaScriptCatalog

from portal.embedded import messages

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|</?[a-z][^>]*>")


@pytest.mark.parametrize(("domain", "path"), messages.LIBRARY_CATALOGUES.items())
def test_every_message_of_the_installed_wagtail_has_its_chinese(domain, path):
    assert messages._library_problems(domain, path) == []


@pytest.mark.parametrize("path", messages.LIBRARY_CATALOGUES.values(), ids=lambda path: path.stem)
def test_placeholders_and_tags_are_those_of_the_english(path):
    for entry in polib.pofile(str(path)):
        chinese = entry.msgstr or entry.msgstr_plural[0]
        found = set(PLACEHOLDER.findall(chinese))
        english = {frozenset(PLACEHOLDER.findall(text)) for text in (entry.msgid, entry.msgid_plural or entry.msgid)}
        assert found in english, f"{entry.msgid} => {chinese}"
        assert "您" not in chinese, chinese


def test_a_message_that_wagtail_gains_goes_or_leaves_uncompiled_is_a_problem(tmp_path):
    path = tmp_path / "django.po"
    catalogue = polib.pofile(str(messages.LIBRARY_CATALOGUES["django"]))
    catalogue.save_as_mofile(str(path.with_suffix(".mo")))
    catalogue.remove(catalogue.find("Privacy and access"))
    catalogue.append(polib.POEntry(msgid="Of an older Wagtail", msgstr="旧"))
    catalogue.save(str(path))
    assert messages._library_problems("django", path) == [
        "the compiled catalogue is older than the catalogue",
        "no Chinese for 'Privacy and access'",
        "no longer in Wagtail: 'Of an older Wagtail'",
    ]


def test_editors_read_chinese():
    with override("zh-hans"):
        assert gettext("Save your changes before leaving") == "离开前请先保存修改"
        assert gettext("Privacy and access") == "隐私与访问权限"
        assert gettext("live") == "已上线"
        # The plural of another catalogue is found by the same rule.
        pages = '%(total)s Page <span class="w-sr-only">created in %(site_name)s</span>'
        assert ngettext(pages, pages.replace("Page", "Pages"), 189) == (
            '%(total)s个页面<span class="w-sr-only">（%(site_name)s）</span>'
        )
        ago = Template("{% load i18n %}{% blocktrans trimmed %}{{ time_period }} ago{% endblocktrans %}")
        assert ago.render(Context({"time_period": "10 分钟"})) == "10 分钟前"


def test_the_script_of_the_admin_reads_chinese(rf):
    with override("zh-hans"):
        view = JavaScriptCatalog(packages=["wagtail.admin"])
        said = view.get(rf.get("/")).content.decode()
    assert json.dumps("修改已自动保存。") in said
    assert json.dumps("%(num)s分钟") in said
