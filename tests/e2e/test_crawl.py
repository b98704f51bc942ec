"""Every way that the demo's pages offer a visitor leads somewhere, and everything that search engines are told of is led to."""

import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

import pytest
import requests
from defusedxml import ElementTree

pytestmark = pytest.mark.browser

# Ways that stand beside every service, review and seller. They lead to one view each, which has tests of its own and often limits
# how often it is asked: a few of a kind are tried.
_KINDS_TRIED = re.compile(
    r"/(accounts/login|checkout|messages/start|gigs/compare|reviews/pictures|support/new|help-feedback)/|/poster\.png|/report/|/reviews/\d+/"
)
_TRIES = 3
# Every service and piece of work in Chinese, every third in English: the same rows by the same templates.
_TRIED_SELDOM = re.compile(r"/en/(?:gigs|u/[^/]+/pieces)/(\d+)/")
# Combinations of filters and later pages make endless addresses: a category and its first pages stand for them.
_FOLLOWED_PARAMETERS = {"category", "page"}
_DEEPEST_PAGE = 3
# Files, and what answers with none: their being there is enough.
_ONLY_ASKED_FOR = ("/static/", "/media/", "/documents/")
# Our own pages, whose attributes stand in double quotes (djlint): a parser of everything would take longer than the site.
_LINK = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_CANONICAL = re.compile(r'<link rel="canonical" href="([^"]*)"')
_NOINDEX = re.compile(r'<meta name="robots" content="[^"]*noindex')
_AT_ONCE = 6


@dataclass
class Crawl:
    """What a visitor found."""

    site: str
    titles: dict[str, str] = field(default_factory=dict)  # address of a page that search engines may keep → its title
    dead: list[str] = field(default_factory=list)
    detours: list[str] = field(default_factory=list)
    led_to: dict[str, str] = field(default_factory=dict)  # address → the page with the first link to it
    tries: Counter[str] = field(default_factory=Counter)
    visitors: threading.local = field(default_factory=threading.local)

    def may_try(self, address: str) -> bool:
        """Whether this way is one of its own, or among the first of its kind."""
        kind = _KINDS_TRIED.search(address)
        if kind is None:
            seldom = _TRIED_SELDOM.search(address)
            return seldom is None or not int(seldom[1]) % 3
        name = re.sub(r"\d+", "", kind[0])
        self.tries[name] += 1
        return self.tries[name] <= _TRIES

    def answer_of(self, address: str) -> requests.Response:
        """As somebody who is not signed in and sends nothing; each thread keeps its connection."""
        visitor = getattr(self.visitors, "session", None)
        if visitor is None:
            visitor = self.visitors.session = requests.Session()
            visitor.headers["User-Agent"] = "Mozilla/5.0 (jiangji crawl test)"
        visitor.cookies.clear()
        is_file = urlsplit(address).path.startswith(_ONLY_ASKED_FOR)
        return visitor.request("HEAD" if is_file else "GET", address, allow_redirects=True, timeout=60)

    def take(self, address: str, answer: requests.Response) -> list[str]:
        """Note what an answer says; returns where it leads for the first time."""
        if answer.status_code >= 400:
            self.dead.append(f"{answer.status_code} {address} (from {self.led_to[address]})")
            return []
        is_door = any("/accounts/login/" in hop.url for hop in [*answer.history, answer])
        if len(answer.history) > 1 and not is_door:
            self.detours.append(f"{address} (from {self.led_to[address]}): {[hop.url for hop in answer.history]}")
        if (
            answer.request.method == "HEAD"
            or answer.history
            or "text/html" not in answer.headers.get("Content-Type", "")
        ):
            return []
        canonical = _CANONICAL.search(answer.text)
        is_own = canonical is None or urlsplit(unescape(canonical[1]))[2:4] == urlsplit(address)[2:4]
        if not _NOINDEX.search(answer.text) and "X-Robots-Tag" not in answer.headers and is_own:
            title = _TITLE.search(answer.text)
            self.titles[address] = unescape(title[1]).strip() if title else ""
        new = []
        for link in links_of(answer.text, address):
            is_ours = urlsplit(link).netloc == urlsplit(self.site).netloc
            if is_ours and link not in self.led_to and is_followed(link):
                self.led_to[link] = address
                new.append(link)
        return [link for link in new if self.may_try(link)]


def is_followed(address: str) -> bool:
    parts = urlsplit(address)
    parameters = parse_qsl(parts.query)
    if _KINDS_TRIED.search(address):
        return True
    return {name for name, _value in parameters} <= _FOLLOWED_PARAMETERS and all(
        name != "page" or (value.isdigit() and int(value) <= _DEEPEST_PAGE) for name, value in parameters
    )


def crawl(site: str) -> Crawl:
    """Follow every link from the home pages on."""
    found = Crawl(site)
    beginnings = [f"{site}/", f"{site}/en/"]
    found.led_to.update(dict.fromkeys(beginnings, "(beginning)"))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        asked: dict[Future[requests.Response], str] = {pool.submit(found.answer_of, one): one for one in beginnings}
        while asked:
            done, _waiting = wait(asked, return_when=FIRST_COMPLETED)
            for answer in done:
                for link in found.take(asked.pop(answer), answer.result()):
                    asked[pool.submit(found.answer_of, link)] = link
    return found


def links_of(page: str, address: str) -> Iterator[str]:
    for link in _LINK.findall(page):
        target = urldefrag(urljoin(address, unescape(link))).url
        if urlsplit(target).scheme in ("http", "https"):
            yield target


def told_to_search_engines(site: str) -> set[str]:
    """Every address of the sitemap and its parts."""

    def addresses(address: str) -> list[str]:
        tree = ElementTree.fromstring(requests.get(address, timeout=60).content)
        return [element.text for element in tree.iter() if element.tag.endswith("}loc") and "image" not in element.tag]

    parts = addresses(f"{site}/sitemap.xml")
    found: set[str] = set()
    for part in parts:
        for address in addresses(site + urlsplit(part).path):
            found.add(site + urlsplit(address).path)
    return found


def test_no_link_of_the_demo_is_dead_and_no_page_is_an_orphan(stack) -> None:
    found = crawl(stack.address)
    assert len(found.titles) > 300
    assert found.dead == []
    assert found.detours == []
    pages_of: dict[str, list[str]] = defaultdict(list)
    for address, title in found.titles.items():
        pages_of[title].append(address)
    assert {title: addresses for title, addresses in pages_of.items() if len(addresses) > 1 or not title} == {}
    orphans = told_to_search_engines(stack.address) - {
        urlsplit(link)._replace(query="").geturl() for link in found.led_to
    }
    assert sorted(orphans) == []
