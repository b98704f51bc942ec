"""Every template is whole, speaks only of this host, and carries nothing that a strict content policy refuses."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory

from tests.contracts.source import text

ROOT = Path(__file__).parents[2]
FOLDERS = [
    folder
    for folder in (ROOT / "templates", ROOT / "cms_pages" / "templates", *ROOT.glob("marketplace/*/templates"))
    if folder.is_dir()
]
NAMES = {path.relative_to(folder).as_posix(): path for folder in FOLDERS for path in sorted(folder.rglob("*.html"))}
# Mail programs know no style sheets; staff pages live in Wagtail's frame.
PAGES = {name: path for name, path in NAMES.items() if "email" not in name and not name.startswith("wagtailadmin/")}
ICONS = set(re.findall(r'<symbol id="i-([\w-]+)"', (ROOT / "static/img/icons.svg").read_text()))

# Where links may lead, besides this host: the filings that the law wants linked.
OTHER_HOSTS = {"beian.miit.gov.cn", "beian.mps.gov.cn", "www.12377.cn", "schema.org", "www.w3.org"}


def visible(text: str) -> str:
    """The template without its comments."""
    text = re.sub(r"{%\s*comment\b.*?%}.*?{%\s*endcomment\s*%}", "", text, flags=re.S)
    return re.sub(r"{#.*?#}", "", text)


def tags(text: str) -> list[str]:
    """The opening tags of a template, its own tags and variables taken out."""
    bare = re.sub(r"{%.*?%}|{{.*?}}", "", visible(text), flags=re.S)
    return re.findall(r"<[a-zA-Z][^<>]*>", bare, flags=re.S)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(name):
    get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_template_includes_or_extends_exists(name):
    text = visible(NAMES[name].read_text())
    for target in re.findall(r'{%\s*(?:include|extends)\s+"([^"]+)"', text):
        get_template(target)


@pytest.mark.parametrize("name", PAGES)
def test_no_style_or_script_stands_inside_a_page(name):
    for tag in tags(PAGES[name].read_text()):
        assert not re.search(r"\sstyle\s*=", tag), tag
        assert not re.search(r"\son[a-z]+\s*=", tag), tag
        assert not re.search(r"\shx-on[:\w-]*\s*=|=\s*[\"']?js:|javascript:", tag), tag
        assert not tag.lower().startswith("<style"), tag
        if tag.lower().startswith("<script"):
            assert " src=" in tag or 'type="application/ld+json"' in tag, tag


@pytest.mark.parametrize("name", PAGES)
def test_no_template_speaks_of_another_host(name):
    hosts = set(re.findall(r"https?://([\w.-]+)", visible(PAGES[name].read_text())))
    assert hosts <= OTHER_HOSTS


@pytest.mark.parametrize("name", PAGES)
def test_every_icon_is_in_the_sprite(name):
    used = set(re.findall(r'{%\s*icon\s+"([\w-]+)"', visible(PAGES[name].read_text())))
    assert used <= ICONS


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("components/")])
def test_a_component_begins_with_the_list_of_its_variables(name):
    text = NAMES[name].read_text()
    opening = re.match(r"\s*{% comment %}\n(.*?)\n{% endcomment %}", text, flags=re.S)
    assert opening, "the first thing in a component is a comment"
    lines = [line.strip() for line in opening[1].splitlines() if line.strip()]
    assert len(lines) >= 2, "one sentence on what it is, then its variables, or “no variables”"
    assert any(re.match(r"[\w, ]+: |no variables|reads |see ", line) for line in lines[1:]), lines


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("components/")])
def test_a_component_is_used(name):
    texts = [text(path) for other, path in NAMES.items() if other != name]
    code = [text(path) for path in python_files()]
    assert any(f'"{name}"' in one for one in [*texts, *code])


@cache
def python_files() -> list[Path]:
    """Ours, migrations included."""
    return [path for folder in ("marketplace", "portal", "cms_pages") for path in ROOT.glob(f"{folder}/**/*.py")]


@pytest.mark.parametrize(
    "name", ["404.html", "403.html", "403_csrf.html", "429.html", "500.html", "503.html", "errors/refused.html"]
)
def test_error_pages_need_no_context(name):
    """Something has failed already; the page that says so asks nothing of anybody."""
    html = engines["django"].get_template(name).template.render(make_context())
    assert "<h1" in html


def make_context():
    from django.template import Context

    return Context({})


@pytest.mark.parametrize("name", PAGES)
def test_a_sentence_does_not_touch_the_one_before(name):
    """In English: the blank between the two belongs to the second message, since Chinese has none."""
    touching = re.findall(r'[.?!:]"[^%]*%\}</(?:strong|b|em)>\{% (?:trans|translate) "[^ "][^"]*"', text(PAGES[name]))
    assert touching == []


def test_the_skeleton_survives_without_what_the_context_processor_gives():
    html = engines["django"].get_template("base.html").template.render(make_context())
    assert 'id="main"' in html
    assert "htmx.min.js" in html


def test_the_page_says_which_language_it_speaks():
    from django.utils import translation

    with translation.override("en"):
        assert '<html lang="en"' in render_to_string("500.html")
    with translation.override("zh-hans"):
        assert '<html lang="zh-hans"' in render_to_string("500.html")


def test_the_style_guide_shows_every_component_with_sample_data(settings, db, rf: RequestFactory):
    from django.contrib.auth.models import AnonymousUser

    from portal.styleguide import styleguide

    settings.DEBUG = True
    request = rf.get("/styleguide/")
    request.user = AnonymousUser()
    html = styleguide(request).content.decode()
    assert html.count('class="gig') >= 6
    assert html.count("field__error") >= 4


def test_the_style_guide_is_closed_to_the_public(settings, rf: RequestFactory):
    from django.contrib.auth.models import AnonymousUser
    from django.http import Http404

    from portal.styleguide import styleguide

    settings.DEBUG = False
    request = rf.get("/styleguide/")
    request.user = AnonymousUser()
    with pytest.raises(Http404):
        styleguide(request)
