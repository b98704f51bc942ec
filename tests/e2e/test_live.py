"""Two people at two browsers: they write, see and read each other at once, also when the server dies between them."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.error import HTTPError

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect
from psycopg import sql

from portal.embedded.paths import PROJECT
from tests.e2e.conftest import port_to_keep, until

pytestmark = pytest.mark.browser

BUYER, SELLER = "buyer@jiangji.example", "seller@jiangji.example"
# What a browser says of a server that is away, and of a network that lets no socket through.
EXPECTED = re.compile(r"WebSocket|ERR_CONNECTION|ERR_EMPTY_RESPONSE|Failed to fetch|Failed to load resource")


class WebProcess:
    """A web process of the running portal, beside its own: one that can die."""

    def __init__(self, stack) -> None:
        told = stack.manage(
            "shell", "-c", "import os; print('URLS', os.environ['DATABASE_URL'], os.environ['REDIS_URL'])"
        )
        database, broker = re.search(r"URLS (\S+) (\S+)", told.stdout).groups()
        self.port = port_to_keep()
        self.address = f"http://localhost:{self.port}"
        self.environment = stack.environment | {
            "DATABASE_URL": database,
            "REDIS_URL": broker,
            "SITE_URL": self.address,
            "DEMO_CLOCK": "0",
            "PYTHONWARNINGS": "ignore",
        }
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "uvicorn",
                "--log-level",
                "warning",
                "--port",
                str(self.port),
                "portal.asgi:application",
            ],
            cwd=PROJECT,
            env=self.environment,
        )
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{self.address}/robots.txt", timeout=5).close()
                return
            except HTTPError:
                return
            except OSError:
                time.sleep(0.25)
        raise RuntimeError("the web process did not start")

    def die(self) -> None:
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait(20)


@pytest.fixture(scope="module")
def web(stack) -> Iterator[WebProcess]:
    process = WebProcess(stack)
    yield process
    process.die()


@pytest.fixture
def two(person, stack, web):
    """The demo's buyer and seller, each in the conversation that they have."""
    if web.process.poll() is not None:  # an earlier test left it dead
        web.start()
    people = []
    for name, login, size in (("buyer", BUYER, "phone"), ("seller", SELLER, "desktop")):
        somebody = person(name, size=size)
        somebody.log_in(login)
        somebody.stack = replace(stack, address=web.address)
        people.append(somebody)
    names = [somebody.page.locator(".menu__who b").first.text_content().strip() for somebody in people]
    for somebody, other in zip(people, reversed(names), strict=True):
        open_talk(somebody, other)
    yield people
    for somebody in people:
        somebody.problems[:] = [problem for problem in somebody.problems if not EXPECTED.search(problem)]


def open_talk(somebody, name: str) -> None:
    page = somebody.visit("/messages/")
    page.locator("main a.talk", has_text=name).first.click()
    page.wait_for_url(re.compile(r"/messages/\d+/"))
    expect(page.locator("[data-chat][data-connection=open]")).to_be_attached()


def write(page: Page, words: str) -> None:
    page.locator("[data-chat-form] [name=body]").fill(words)
    page.locator("[data-chat-form] button[type=submit]").last.click()


def quote(page: Page, bubble: Locator) -> None:
    bubble.locator("summary").click()
    bubble.locator("[data-chat-quote]").click()
    expect(page.locator("[data-chat-quoted]")).to_be_visible()


def words_in(page: Page, marker: str) -> list[str]:
    """What stands in the thread with this marker, from the top."""
    return [text.strip() for text in page.locator(".bubble__text", has_text=marker).all_text_contents()]


def test_two_people_see_each_other_write_and_read(two):
    buyer, seller = two
    marker = f"看得见{time.time_ns() % 10**8}"
    expect(buyer.page.locator("[data-chat-presence]")).to_have_text("在线")

    box, sign = buyer.page.locator("[data-chat-form] [name=body]"), seller.page.locator("[data-chat-typing]")
    # It is told every three seconds and shown for five: looked for while somebody types.
    until(seller.page, lambda: box.press_sequentially("您") or sign.is_visible(), "the sign that somebody is typing")
    write(buyer.page, f"{marker} 一")
    expect(seller.page.locator(".bubble", has_text=f"{marker} 一")).to_be_visible()
    own = buyer.page.locator(".bubble--mine", has_text=f"{marker} 一")
    expect(own.locator("[data-mark=read]")).to_be_visible()  # the seller's page is in front

    write(seller.page, f"{marker} 二")
    expect(buyer.page.locator(".bubble", has_text=f"{marker} 二")).to_be_visible()
    own = seller.page.locator(".bubble--mine", has_text=f"{marker} 二")
    expect(own.locator("[data-mark=read]")).to_be_visible()  # or the badge of the next page counts it, for a moment

    # On another page the badge counts.
    buyer.visit("/")
    badge = buyer.page.locator("nav.tabbar [data-unread=messages] .dot")
    before = int(badge.text_content()) if badge.count() else 0
    write(seller.page, f"{marker} 三")
    expect(badge).to_have_text(str(before + 1))
    own = seller.page.locator(".bubble--mine", has_text=f"{marker} 三")
    expect(own.locator("[data-mark=delivered]")).to_be_visible()
    buyer.page.locator("nav.tabbar a[href*='/messages/']").click()
    buyer.page.locator("main a.talk").first.click()
    expect(own.locator("[data-mark=read]")).to_be_visible()
    seller.snap("the conversation")
    buyer.snap("the conversation")


def test_withdrawn_words_leave_the_quotes_of_open_windows_too(two):
    buyer, seller = two
    marker = f"收回去{time.time_ns() % 10**8}"
    write(buyer.page, f"{marker} 电话")
    said = seller.page.locator(".bubble", has_text=f"{marker} 电话").first
    quote(seller.page, said)
    write(seller.page, "记下了")
    for page in (buyer.page, seller.page):
        expect(page.locator(".bubble__quote", has_text=marker)).to_be_visible()
    quote(seller.page, said)  # in an answer that is not sent yet
    own = buyer.page.locator(".bubble--mine", has_text=f"{marker} 电话").last
    own.locator("summary").click()
    own.locator("[data-chat-withdraw] button").click()
    for page in (buyer.page, seller.page):
        expect(page.locator("[data-chat-thread]").get_by_text(marker)).to_have_count(0)
        expect(page.locator(".bubble__quote").last).to_contain_text("已撤回")
    expect(seller.page.locator("[data-chat-quoted]")).to_be_hidden()


def test_what_was_written_while_the_server_was_dead_arrives_once_and_in_order(two, web):
    buyer, seller = two
    marker = f"断线{time.time_ns() % 10**8}"
    write(buyer.page, f"{marker} 前")
    expect(seller.page.locator(".bubble", has_text=f"{marker} 前")).to_be_visible()

    web.die()
    expect(buyer.page.locator("[data-chat][data-connection=down]")).to_be_attached()
    for number in range(3):
        write(buyer.page, f"{marker} 买{number}")
        write(seller.page, f"{marker} 卖{number}")
    expect(buyer.page.locator("[data-unsent]")).to_have_count(3)
    web.start()

    for page in (buyer.page, seller.page):
        expect(page.locator("[data-chat][data-connection=open]")).to_be_attached(timeout=60_000)
        expect(page.locator("[data-unsent]")).to_have_count(0, timeout=60_000)
        expect(page.locator(".bubble__text", has_text=marker)).to_have_count(7)
    for somebody in (buyer, seller):  # the list of conversations may have asked while the server was away
        somebody.problems[:] = [problem for problem in somebody.problems if "htmx:sendError" not in problem]
    seen = words_in(buyer.page, marker)
    assert seen == words_in(seller.page, marker)
    assert [words for words in seen if "买" in words] == [f"{marker} 买{number}" for number in range(3)]
    assert [words for words in seen if "卖" in words] == [f"{marker} 卖{number}" for number in range(3)]
    for somebody in (buyer, seller):
        somebody.page.reload()
        assert words_in(somebody.page, marker) == seen


@contextmanager
def not_writable(web, words: str) -> Iterator[None]:
    """PostgreSQL refuses a message with these words."""
    with psycopg.connect(web.environment["DATABASE_URL"], autocommit=True) as database:
        planted = sql.SQL("ALTER TABLE messaging_message ADD CONSTRAINT planted CHECK (body <> {}) NOT VALID")
        database.execute(planted.format(sql.Literal(words)))
        try:
            yield
        finally:
            database.execute("ALTER TABLE messaging_message DROP CONSTRAINT planted")


def test_what_the_server_cannot_write_is_given_back_after_a_while_and_keeps_nothing_waiting(two, web):
    buyer, seller = two
    marker = f"写不进{time.time_ns() % 10**8}"
    with not_writable(web, f"{marker} 卡住"):
        for words in ("卡住", "后面"):
            write(buyer.page, f"{marker} {words}")
        expect(seller.page.locator(".bubble", has_text=f"{marker} 后面")).to_be_visible(timeout=60_000)
        stuck = buyer.page.locator(".bubble--failed", has_text=f"{marker} 卡住")
        expect(stuck).to_contain_text("没有发出去")
        expect(stuck.locator("[data-drop]")).to_be_visible()
        buyer.snap("a message that cannot be written")
    stuck.locator("[data-again]").click()
    expect(seller.page.locator(".bubble", has_text=f"{marker} 卡住")).to_be_visible()
    expect(buyer.page.locator("[data-unsent]")).to_have_count(0)
    assert [words.split()[-1] for words in words_in(seller.page, marker)] == ["后面", "卡住"]


def test_files_go_both_ways(two, tmp_path):
    buyer, seller = two
    for somebody, other, name in ((buyer, seller, "菜单.txt"), (seller, buyer, "初稿.txt")):
        name = f"{time.time_ns() % 10**8}-{name}"
        (tmp_path / name).write_text(f"内容 {name}")
        somebody.page.set_input_files("[data-chat-form] [name=files]", tmp_path / name)
        expect(somebody.page.locator("[data-chat-form] [name=sent]:enabled")).to_be_attached()
        somebody.page.locator("[data-chat-form] [type=submit]").last.click()
        link = other.page.locator("a", has_text=name).first
        expect(link).to_be_visible()
        with other.page.expect_download() as download:
            link.click()
        assert download.value.path().read_text() == f"内容 {name}"


def test_without_a_socket_the_page_asks_and_sends_all_the_same(two):
    buyer, seller = two
    marker = f"轮询{time.time_ns() % 10**8}"
    buyer.page.context.add_init_script(
        "window.WebSocket = class { constructor() { throw new DOMException('blocked'); } };"
    )
    buyer.page.reload()
    write(seller.page, f"{marker} 来")
    expect(buyer.page.locator(".bubble", has_text=f"{marker} 来")).to_be_visible(timeout=30_000)
    write(buyer.page, f"{marker} 去")
    expect(seller.page.locator(".bubble", has_text=f"{marker} 去")).to_be_visible(timeout=30_000)
    expect(buyer.page.locator(".bubble__text", has_text=f"{marker} 去")).to_have_count(1)
    expect(seller.page.locator(".bubble--mine", has_text=f"{marker} 来").locator("[data-mark=read]")).to_be_visible()


def test_a_window_of_a_session_that_ended_elsewhere_says_so(two, web):
    buyer, _seller = two
    other = buyer.page.context.new_page()
    other.goto(f"{web.address}/accounts/logout/")
    other.locator("main form button[type=submit]").click()
    expect(buyer.page.locator("[data-chat][data-connection=over]")).to_be_attached(timeout=30_000)
    buyer.stack.sessions.clear()
