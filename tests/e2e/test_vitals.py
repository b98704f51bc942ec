"""How long a visitor on a slow phone waits, and whether the page jumps: Core Web Vitals of the pages that people land on.

The browser is held to the speed of a phone, to 1.6 Mbit/s and to 150 ms a round trip, and has nothing in its cache. The phone
is as fast as a quarter of the machine on which the budget was set: rented machines have half their speed from one minute to
the next, and a quarter of what is there just then would be another phone in each run. A faster machine is held the harder.
The page itself is warm in ours, as it is for nearly everybody. The quickest of a few visits counts: the portal's own jobs and
whatever else this machine does only ever add to what the page itself costs, which is what is guarded here. No visit may jump.
"""

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import SIZES, Stack

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_machine")]

LARGEST_PAINT_MILLISECONDS = 1_800
LAYOUT_SHIFT = 0.05
_MOST_VISITS = 6
# How many times a second it puts ten thousand letters together: a quarter of 6,600, the usual speed of that machine.
_PHONE_SPEED = 1_650
_SPEED = """() => {
  const found = [];
  for (let turn = 0; turn < 5; turn += 1) {
    const start = performance.now();
    let words = 0;
    for (; performance.now() - start < 100; words += 1) {
      let text = "";
      for (let letter = 0; letter < 10_000; letter += 1) text += "a";
      if (text.length !== 10_000) throw new Error();
    }
    found.push(words * 10);
  }
  return found.sort((one, other) => one - other)[2];
}"""
_SETTLE_MILLISECONDS = 1_500
_WATCH = """
window.vitals = {lcp: 0, cls: 0, what: "", jumps: []};
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    window.vitals.lcp = entry.startTime;
    window.vitals.what = `${entry.element?.tagName} ${entry.element?.className} ${entry.url}`;
  }
}).observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;
    window.vitals.cls += entry.value;
    window.vitals.jumps.push(...entry.sources.map((source) => `${source.node?.nodeName} ${source.node?.className}`));
  }
}).observe({type: "layout-shift", buffered: true});
"""


def slow_phone(browser: Browser) -> tuple[Page, float]:
    """A phone of 360 px that has never been here, and what part of this machine it has (4: a quarter)."""
    context = browser.new_context(viewport=SIZES["phone"], locale="zh-CN", is_mobile=True, has_touch=True)
    page = context.new_page()
    rate = max(1, page.evaluate(_SPEED) / _PHONE_SPEED)
    page.add_init_script(_WATCH)
    control = context.new_cdp_session(page)
    control.send("Network.enable")
    bytes_a_second = 1.6e6 / 8
    control.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 150,
            "downloadThroughput": bytes_a_second,
            "uploadThroughput": bytes_a_second / 2,
        },
    )
    control.send("Emulation.setCPUThrottlingRate", {"rate": rate})
    return page, rate


def visit(browser: Browser, address: str) -> dict:
    page, rate = slow_phone(browser)
    page.goto(address, wait_until="load")
    page.wait_for_timeout(_SETTLE_MILLISECONDS)
    found = page.evaluate("window.vitals")
    page.context.close()
    return found | {"rate": rate}


@pytest.fixture(scope="module")
def addresses(stack: Stack, whole_browser: Browser) -> dict[str, str]:
    """One page of each kind, as somebody finds them."""
    page = whole_browser.new_page()

    def first(start: str, pattern: str) -> str:
        page.goto(stack.address + start)
        links = page.locator("main a[href]").evaluate_all("found => found.map((link) => link.getAttribute('href'))")
        return next(link for link in links if re.fullmatch(pattern, link.removeprefix(stack.address)))

    section = first("/help/", r"/help/[^/]+/")
    found = {
        "home": "/",
        "category": "/design/",
        "gig": first("/design/", r"/gigs/\d+/.*"),
        "landing": first("/topics/", r"/topics/[^/]+/"),
        "article": first(section, r"/help/[^/]+/[^/]+/"),
        "search": "/search/?q=logo",
    }
    page.close()
    return found


@pytest.mark.parametrize("kind", ["home", "category", "gig", "landing", "article", "search"])
def test_a_slow_phone_sees_the_page_soon_and_it_does_not_jump(kind, stack, whole_browser, addresses) -> None:
    address = stack.address + addresses[kind]
    visits = [visit(whole_browser, address)]
    while len(visits) < _MOST_VISITS and not 0 < quickest(visits) <= LARGEST_PAINT_MILLISECONDS:
        visits.append(visit(whole_browser, address))
    rates = [round(one["rate"], 1) for one in visits]
    print(
        kind, [round(one["lcp"]) for one in visits], rates, [round(one["cls"], 3) for one in visits], visits[-1]["what"]
    )
    assert 0 < quickest(visits) <= LARGEST_PAINT_MILLISECONDS, visits
    assert max(one["cls"] for one in visits) <= LAYOUT_SHIFT, visits


def quickest(visits: list[dict]) -> float:
    """The largest paint of the quickest visit, in milliseconds."""
    return min(one["lcp"] for one in visits)
