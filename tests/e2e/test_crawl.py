"""Every way that the demo's pages offer a visitor leads somewhere, and everything that search engines are told of is led to."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

import pytest
import requests
from bs4 import BeautifulSoup
from defusedxml import ElementTree

pytestmark = pytest.mark.browser

# Ways of a person, each kind tried once: the log-in that asks for what comes next, the booking of a package.
_FOLLOWED_ONCE = ("/accounts/login/", "/checkout/", "/messages/start/", "/gigs/compare/")
# Combinations of filters and later pages make endless addresses: a category and its first pages stand for them.
_FOLLOWED_PARAMETERS = {"category", "page"}
_DEEPEST_PAGE = 3
# Files, and what answers with none: their being there is enough.
_ONLY_ASKED_FOR = ("/static/", "/media/", "/documents/")


@dataclass
class Crawl:
    """What a visitor found."""

    titles: dict[str, str] = field(default_factory=dict)  # address of a page that search engines may keep → its title
    dead: list[str] = field(default_factory=list)
    detours: list[str] = field(default_factory=list)
    led_to: dict[str, str] = field(default_factory=dict)  # address → the page with the first link to it


def is_followed(address: str) -> bool:
    parts = urlsplit(address)
    parameters = parse_qsl(parts.query)
    return {name for name, _value in parameters} <= _FOLLOWED_PARAMETERS and all(
        name != "page" or (value.isdigit() and int(value) <= _DEEPEST_PAGE) for name, value in parameters
    )


def crawl(site: str) -> Crawl:
    """Follow every link from the home pages on, as somebody who is not signed in and sends nothing."""
    found, visitor = Crawl(), requests.Session()
    visitor.headers["User-Agent"] = "Mozilla/5.0 (jiangji crawl test)"
    waiting, tried_kinds = [f"{site}/", f"{site}/en/"], set()
    found.led_to.update(dict.fromkeys(waiting, "(beginning)"))
    while waiting:
        address = waiting.pop()
        kind = next((kind for kind in _FOLLOWED_ONCE if kind in address), None)
        if kind is not None and kind in tried_kinds:
            continue
        tried_kinds.add(kind)
        is_file = urlsplit(address).path.startswith(_ONLY_ASKED_FOR)
        answer = visitor.request("HEAD" if is_file else "GET", address, allow_redirects=True, timeout=60)
        if answer.status_code >= 400:
            found.dead.append(f"{answer.status_code} {address} (from {found.led_to[address]})")
            continue
        if len(answer.history) > 1 and kind is None:
            found.detours.append(f"{address} (from {found.led_to[address]}): {[hop.url for hop in answer.history]}")
        if is_file or answer.history or "text/html" not in answer.headers.get("Content-Type", ""):
            continue
        page = BeautifulSoup(answer.text, "html.parser")
        robots = page.find("meta", attrs={"name": "robots"})
        canonical = page.find("link", rel="canonical")
        is_own = canonical is None or urlsplit(canonical["href"]).path == urlsplit(address).path
        if not (robots and "noindex" in robots["content"]) and "X-Robots-Tag" not in answer.headers and is_own:
            found.titles[address] = page.title.get_text(strip=True) if page.title else ""
        for link in links_of(page, address):
            if urlsplit(link).netloc == urlsplit(site).netloc and link not in found.led_to and is_followed(link):
                found.led_to[link] = address
                waiting.append(link)
    return found


def links_of(page: BeautifulSoup, address: str) -> Iterator[str]:
    for link in page.find_all("a", href=True):
        target = urldefrag(urljoin(address, link["href"])).url
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
