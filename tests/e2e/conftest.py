"""The running stack and a real Chromium. The stack is what `bin/run` starts, with a state of its own."""

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from portal.embedded.paths import PROJECT
from portal.embedded.run import DEMO_PASSWORD
from tests.e2e.turns import (  # noqa: F401 pytest finds fixtures and hooks here
    pytest_collection_modifyitems,
    pytest_runtest_protocol,
    quiet_machine,
    time_machine,
    time_machine_from_the_beginning,
)

SCREENSHOTS = PROJECT / "screenshots"
# A whole page as a picture costs Chromium more than the page did, and nobody looks at those of CI.
TAKES_PICTURES = os.environ.get("CI") != "true"
SIZES = {"phone": {"width": 360, "height": 760}, "desktop": {"width": 1280, "height": 900}}
# The first start of a clone makes the database and loads the demo catalogue.
START_SECONDS = 600
# What is looked for may come late on a machine that runs the other tests meanwhile; who finds it at once waits for nothing.
PATIENCE_MILLISECONDS = 30_000
expect.set_options(timeout=PATIENCE_MILLISECONDS)

# Half of the time for which a log-in counts as recent (ACCOUNT_REAUTHENTICATION_TIMEOUT).
SESSION_SECONDS = 150
# The clockwork that these journeys wait for runs every few seconds instead of once or twice a minute.
_QUICK = """
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks
quick, _made = IntervalSchedule.objects.get_or_create(every=3, period="seconds")
names = ["send_due_payouts", "issue_due_invoices", "deliver_invoices"]
changed = PeriodicTask.objects.filter(task__in=[f"marketplace.payments.tasks.{name}" for name in names]).update(interval=quick)
assert changed == len(names), changed
PeriodicTasks.update_changed()
"""


# What the test run set for itself must not reach the stack: it is to find its own database and broker.
_OF_THE_TESTS = {
    *("DATABASE_URL", "REDIS_URL", "DJANGO_ENV", "CACHE_DATABASE", "JIANGJI_STATE", "MEDIA_ROOT", "PRIVATE_MEDIA_ROOT")
}


@dataclass(frozen=True)
class Stack:
    """A running portal."""

    address: str
    sandbox: str
    environment: dict[str, str]
    sessions: dict[str, tuple[float, list]] = field(default_factory=dict)  # login → when, and the cookies it left

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command beside the running stack."""
        command = [sys.executable, "-W", "ignore", "manage.py", *arguments]
        return subprocess.run(command, cwd=PROJECT, env=self.environment, capture_output=True, text=True, timeout=120)


def until(
    page: Page, has_come: Callable[[], object], what: str, *, seconds: int = PATIENCE_MILLISECONDS // 1000
) -> None:
    """Look again and again, as Playwright does, at what it cannot wait for itself. `what` names it when it fails."""
    end = time.monotonic() + seconds
    while not has_come():
        assert time.monotonic() < end, f"waited in vain for {what}"
        page.wait_for_timeout(100)


def port_to_keep() -> int:
    """A port for servers that come up minutes later: below those that the system gives to whoever asks for any."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Start everything as a stranger would, on free ports; stop it as a stranger would."""
    running = os.environ.get("RUNNING_STACK")  # "http://localhost:8000 http://127.0.0.1:8020": while writing a test
    if running:
        address, sandbox = running.split()
        environment = {key: value for key, value in os.environ.items() if key not in _OF_THE_TESTS}
        if "RUNNING_STATE" in environment:  # where it has another than the checkout's own
            environment["JIANGJI_STATE"] = environment["RUNNING_STATE"]
        yield Stack(address, sandbox, environment)
        return
    port, sandbox_port = port_to_keep(), port_to_keep()
    environment = {key: value for key, value in os.environ.items() if key not in _OF_THE_TESTS}
    state = PROJECT / ".jiangji" / "e2e"
    environment |= {"PORT": str(port), "SANDBOX_PORT": str(sandbox_port), "JIANGJI_STATE": str(state)}
    state.mkdir(parents=True, exist_ok=True)
    log = state / "run.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.embedded.run"], cwd=PROJECT, env=environment, stdout=output, stderr=output
        )
    try:
        for _ in range(START_SECONDS):
            if "Ready after" in log.read_text() or process.poll() is not None:
                break
            time.sleep(1)
        assert "Ready after" in log.read_text(), f"the stack did not start:\n{log.read_text()}"
        stack = Stack(f"http://localhost:{port}", f"http://127.0.0.1:{sandbox_port}", environment)
        quickened = stack.manage("shell", "-c", _QUICK)
        assert quickened.returncode == 0, quickened.stderr
        yield stack
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The one that drives all browsers of a run."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def whole_browser(playwright: Playwright) -> Iterator[Browser]:
    """The machine's own Chromium."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    assert executable, "the browser tests need Chromium: install the package chromium"
    yield from _launched(playwright, executable)


@pytest.fixture(scope="session")
def browser(playwright: Playwright, request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Chromium without its windows, which cost more than the pages; where that is not installed, the whole one.

    It shows no notifications, whatever it is allowed to: `person(…, shows_notifications=True)` has the whole one.
    """
    if executable := shutil.which("chromium-headless-shell"):
        yield from _launched(playwright, executable)
    else:
        yield request.getfixturevalue("whole_browser")


def _launched(playwright: Playwright, executable: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
    yield browser
    browser.close()


class Person:
    """Somebody at a screen of one size, who takes a picture of every step."""

    def __init__(self, context: BrowserContext, stack: Stack, folder: Path, name: str) -> None:
        self.stack = stack
        self.page: Page = context.new_page()
        self.folder = folder
        self.name = name
        self.problems: list[str] = []
        # A script error or a refused resource is a failure even when the page looks right.
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._on_console)

    def _on_console(self, message) -> None:
        # Leaving a page while it asks for something aborts that; whatever else goes wrong has an event of its own.
        is_left = message.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))
        if message.type == "error" and "favicon" not in message.text and not is_left:
            self.problems.append(f"{self.page.url}: {message.text}")

    def visit(self, path: str) -> Page:
        """Open an address of the portal."""
        self.page.goto(self.stack.address + path)
        return self.page

    def log_in(self, login: str, password: str = DEMO_PASSWORD) -> None:
        """Log in by the form. Who of the demo did so a moment ago, for another test, is logged in still."""
        if self._is_still_logged_in(login):
            return
        self.visit("/accounts/login/")
        self.page.fill("main [name=login]", login)
        self.page.fill("main [name=password]", password)
        self.page.click("main form:has([name=password]) button[type=submit]")
        self.page.wait_for_url(lambda url: "/accounts/login" not in url)
        refused = ""
        for _try in range(3):  # a code opens one door: who was quick waits for the next one
            if "/2fa/authenticate/" not in self.page.url:
                break
            # A code stands for half a minute.
            until(self.page, lambda: self.app_code(login) != refused, "the app's next code", seconds=60)  # noqa: B023
            code = self.app_code(login)
            self.page.fill("main [name=code]", code)
            with self.page.expect_navigation():
                self.page.click("main form:has([name=code]) button[type=submit]")
            refused = code
        if password == DEMO_PASSWORD:
            self.stack.sessions[login] = time.monotonic(), self.page.context.cookies()

    def _is_still_logged_in(self, login: str) -> bool:
        since, cookies = self.stack.sessions.get(login, (0.0, []))
        if not cookies or time.monotonic() - since > SESSION_SECONDS:
            return False
        self.page.context.add_cookies(cookies)
        self.visit("/settings/")  # where what an earlier test left unread is told, too
        if "/accounts/login" not in self.page.url:
            return True
        self.page.context.clear_cookies()  # signed out meanwhile
        return False

    def app_code(self, login: str) -> str:
        """What this login's authenticator app shows, as the demo's outbox tells who has none."""
        outbox = self._outbox()
        code = outbox.locator(f'[data-app-code="{login}"]').inner_text()
        outbox.close()
        return code

    def code_sent_to(self, recipient: str) -> str:
        """The code of the newest text message or mail to `recipient`, as the demo's outbox shows it.

        Read when the page asks for it: before, the newest may be an old one.
        """
        self.page.locator("main [name=code]").wait_for()
        outbox = self._outbox()
        text = outbox.locator("main").inner_text()
        outbox.close()
        found = re.search(rf"{re.escape(recipient)}.*?\b(\d{{6}})\b", text, re.DOTALL)
        assert found, f"no code for {recipient} in the outbox"
        return found[1]

    def sign_up(self, phone: str, name: str, password: str) -> None:
        """Open an account by the form, with a number."""
        self.visit("/accounts/signup/")
        self.page.fill("main [name=phone]", phone)
        self.page.fill("main [name=display_name]", name)
        self.page.fill("main [name=password1]", password)
        self.page.check("main [name=consent]")
        self.page.click("main form:has([name=password1]) button[type=submit]")
        self.page.fill("main [name=code]", self.code_sent_to(phone))
        self.page.click("main form:has([name=code]) button[type=submit]")
        self.page.wait_for_url(lambda url: "/accounts/" not in url)

    def put_away_gig(self, address: str) -> None:
        """As its seller: the demo's seller has room for a few services only. `address` is any of its pages on the desk."""
        number = re.search(r"/desk/gigs/(\d+)/", address)[1]
        self.visit(f"/desk/gigs/{number}/archive/")
        self.page.locator("main button[name=deed]").click()
        self.page.wait_for_url(lambda url: "/together/" not in url and "/archive/" not in url)

    def _outbox(self) -> Page:
        outbox = self.page.context.new_page()
        outbox.goto(f"{self.stack.address}/dev/outbox/")
        return outbox

    def snap(self, step: str) -> None:
        """A picture of the whole page, but in CI; a page wider than the screen is a failure.

        A click comes back with the first byte of the next page: until all of it is here, scripts included, it is waited for.
        """
        self.page.wait_for_load_state()
        slug = re.sub(r"[^a-z0-9]+", "-", step.lower()).strip("-")
        if TAKES_PICTURES:
            self.page.screenshot(path=self.folder / f"{self.name}-{slug}.png", full_page=True)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= self.page.viewport_size["width"], f"{step}: the page is {width} px wide"


@pytest.fixture
def person(stack: Stack, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Person]]:
    """A factory of people: `person("buyer", size="phone")`. Their script errors fail the test at its end."""
    folder = SCREENSHOTS / re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")
    folder.mkdir(parents=True, exist_ok=True)
    contexts: list[BrowserContext] = []
    people: list[Person] = []

    def build(
        name: str,
        *,
        size: str = "phone",
        user_agent: str | None = None,
        script: bool = True,
        shows_notifications: bool = False,
    ) -> Person:
        window = request.getfixturevalue("whole_browser") if shows_notifications else browser
        context = window.new_context(
            viewport=SIZES[size],
            locale="zh-CN",
            is_mobile=size == "phone",
            has_touch=size == "phone",
            user_agent=user_agent,
            java_script_enabled=script,
        )
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        contexts.append(context)
        people.append(Person(context, stack, folder, name))
        return people[-1]

    yield build
    problems = [problem for somebody in people for problem in somebody.problems]
    for context in contexts:
        context.close()
    assert not problems, problems
