"""No page speaks two languages: nothing Chinese is left on English pages, no English sentence on Chinese ones.

What people and editors wrote carries its language (`lang`) and is skipped; so are names, which stay as they are.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import get_resolver
from wagtail.models import Page

from marketplace.discovery.services import rebuild_index
from marketplace.gigs.models import Gig
from tests import factories
from tests.contracts.access.addresses import routes
from tests.logins import log_in

CHINESE = re.compile(r"[\u3400-\u9fff]")
SENTENCE = re.compile(r"\b[A-Za-z][a-z']+(?:[ ,]+[a-z][a-z']*){3,}")
ATTRIBUTES = ("alt", "title", "aria-label", "placeholder")
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
SILENT = frozenset(("script", "style", "template", "textarea"))
# The house and its people are called so in both languages; languages are named in themselves.
NAMES = ("匠集", "青禾品牌", "买家", "卖家", "服务商", "简体中文", "中文", "微信", "支付宝", "长期")
# By the sellers of the tree, within sentences of ours or where no `lang` can stand; and words that people searched for.
WRITTEN = ("开业海报", "茶饮LOGO", "面馆LOGO", "品牌设计", "做了八年。", "两个方案选一个深化。", "品牌")


class Reader(HTMLParser):
    """Collects what people read, with the language it is in."""

    def __init__(self, only_in: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self.only_in = only_in
        self.open: list[tuple[str, str]] = []
        self.read: list[tuple[str, str]] = []  # language, text

    @property
    def language(self) -> str:
        return self.open[-1][1] if self.open else ""

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        language = (values.get("lang") or self.language).lower()
        if not self.only_in:
            self.read += [(language, values[name]) for name in ATTRIBUTES if values.get(name)]
        if tag == "meta" and values.get("name") == "description":
            self.read.append((language, values.get("content", "")))
        if tag not in VOID:
            self.open.append((tag, language))

    def handle_endtag(self, tag):
        while self.open and any(name == tag for name, _language in self.open):
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data):
        tags = {tag for tag, _language in self.open}
        if not tags & SILENT and (tags & self.only_in or not self.only_in):
            self.read.append((self.language, " ".join(data.split())))


def read(html: str, only_in: frozenset[str]) -> list[tuple[str, str]]:
    reader = Reader(only_in)
    reader.feed(html)
    return reader.read


def leftovers(html: str, only_in: frozenset[str] = frozenset()) -> list[str]:
    """What the page says in the other language."""
    found = []
    for language, text in read(html, only_in):
        for name in (*NAMES, *WRITTEN):
            text = text.replace(name, "")
        is_chinese = len(text) > 1 and CHINESE.search(text)  # the first character of a name stands for a face
        if (is_chinese and language == "en") or (language.startswith("zh") and SENTENCE.search(text)):
            found.append(text[:120])
    return found


def test_the_reader_tells_languages_apart() -> None:
    page = '<html lang="{}"><p>{}</p><p lang="{}">{}</p><img alt="{}"></html>'
    assert leftovers(page.format("en", "Two weeks", "zh-Hans", "两周", "两周")) == ["两周"]
    assert leftovers(page.format("zh-hans", "两周 on sale", "en", "Two weeks to a sign", "")) == []
    assert leftovers(page.format("zh-hans", "Two weeks to a sign", "en", "", "")) == ["Two weeks to a sign"]


def of(client: Client, addresses: Iterator[str], only_in: frozenset[str] = frozenset()) -> tuple[str, int]:
    """What is left over, each with the first address that says it, and how many pages were read."""
    found: dict[str, str] = {}
    count = 0
    for address in addresses:
        answer = client.get(address)
        if (
            answer.status_code == 200
            and answer.headers["Content-Type"].startswith("text/html")
            and not answer.streaming
        ):
            count += 1
            for left in leftovers(answer.content.decode(), only_in):
                found.setdefault(left, address)
    return "\n".join(f"{text} ({address})" for text, address in sorted(found.items())), count


def test_pages_of_the_editors_and_of_services_speak_one_language(tree) -> None:
    rebuild_index()
    addresses = [page.url for page in Page.objects.filter(depth__gt=1, live=True)]
    own = [
        *(gig.get_absolute_url() for gig in Gig.objects.all()),
        Gig.objects.first().seller.profile.get_absolute_url(),
    ]
    own += ["/search/", "/search/?q=LOGO", "/search/?q=nothing-like-it", "/agreements/", "/no-such-page/"]
    found, count = of(Client(raise_request_exception=False), iter([*addresses, *own, *(f"/en{path}" for path in own)]))
    assert count > 40
    assert found == ""


def plain_addresses(prefix: str) -> list[str]:
    """Addresses without parameters."""
    return sorted(
        {
            f"/{route}"
            for _name, route in routes(get_resolver())
            if route.startswith(prefix) and not re.search(r"[<^(]", route)
        }
    )


MEMBERS = [
    address
    for address in plain_addresses("")
    if not address.startswith(("/admin/", "/documents/", "/i18n/", "/styleguide/", "/dev/"))
]


@pytest.mark.parametrize("is_seller", [True, False])
def test_pages_of_members_speak_one_language(tree, is_seller) -> None:
    user = Gig.objects.first().seller if is_seller else factories.make_user()
    browser = log_in(user, client=Client(raise_request_exception=False))
    found, count = of(
        browser, (prefix + address for address in MEMBERS if "logout" not in address for prefix in ("", "/en"))
    )
    assert count > 60
    assert found == ""
