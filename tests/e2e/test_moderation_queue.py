"""A moderator clears a queue of twenty by keyboard, another one takes other cases meanwhile, a third works by thumb."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Person, Stack, until

pytestmark = pytest.mark.browser
CASES = 20
# As people would report them, by the services; whoever of the demo has no open report of that service.
_REPORTS = """
from marketplace.accounts.models import User
from marketplace.gigs.models import Gig
from marketplace.moderation import reports
from marketplace.moderation.models import Report, ReportReason
from marketplace.moderation.queue.services import take_in
known = Report.objects.filter(status="open").values_list("object_id", flat=True)
gigs = Gig.objects.filter(status="live").exclude(pk__in=list(known)).exclude(seller__email__startswith="seller@").order_by("-pk")
people = User.objects.filter(is_staff=False, groups=None, is_active=True, profile__seller_since=None).order_by("-pk")
for gig, person in zip(gigs[:{number}], people[:{number}], strict=True):
    reports.report_gig(gig=gig, reporter=person, reason=ReportReason.OTHER, words="价格和介绍对不上，请核实。")
take_in()
"""


def _report(stack: Stack, number: int) -> None:
    made = stack.manage("shell", "-c", _REPORTS.format(number=number))
    assert made.returncode == 0, made.stderr


def _case_number(page: Page) -> str:
    return re.search(r"/admin/queue/(\d+)/", page.url)[1]


def _decide_by_keys(page: Page) -> None:
    """Reason 1, which brings its answer and effect, and on to the next."""
    before = page.url
    page.keyboard.press("1")
    expect(page.locator("[name=reason]").first).to_be_checked()
    expect(page.locator("[name=words]")).not_to_have_value("")
    expect(page.locator("[name=effect][value=nothing]")).to_be_checked()
    page.keyboard.press("g")
    page.wait_for_url(lambda url: url != before)
    page.wait_for_load_state()


def test_a_queue_of_twenty_is_cleared_by_keyboard_alone(person, stack: Stack) -> None:
    _report(stack, CASES)
    first, second = person("first", size="desktop"), person("second", size="desktop")
    first.log_in("moderator@jiangji.example")
    page = first.visit("/admin/queue/?kind=report")
    first.snap("1 the queue")
    page.keyboard.press("?")
    expect(page.locator("[data-keys]")).to_have_attribute("open", "")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("[data-row]").nth(1).locator("[data-open]")).to_be_focused()
    page.keyboard.press("c")
    page.wait_for_load_state()
    expect(page.locator("[data-open]:focus")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/admin/queue/\d+/"))
    first.snap("2 a case")
    own = {_case_number(page)}

    # While somebody types, no letter is a key; with the switch off, none is anywhere.
    page.keyboard.press("a")
    expect(page.locator("[name=words]")).to_be_focused()
    page.keyboard.type("rgc1")
    expect(page.locator("[name=words]")).to_have_value("rgc1")
    page.locator("[name=words]").fill("")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.locator("[data-keys-on]").uncheck()
    page.keyboard.press("w")
    expect(page.locator("[name=effect][value=warn]")).not_to_be_checked()
    page.locator("[data-keys-on]").check()

    second.log_in("mediator@jiangji.example")
    other = second.visit("/admin/queue/?kind=report")
    other.keyboard.press("t")
    other.wait_for_url(re.compile(r"/admin/queue/\d+/"))
    theirs = _case_number(other)
    assert theirs not in own

    for _each in range(CASES):
        own.add(_case_number(page))
        _decide_by_keys(page)
    assert len(own) >= CASES
    assert theirs not in own
    first.snap("3 twenty later")
    second.visit(f"/admin/queue/{theirs}/?kind=report")
    expect(other.locator("[data-decide]")).to_have_count(1)
    other.keyboard.press("r")
    other.wait_for_url(re.compile(r"/admin/queue/\?kind=report"))

    page = first.visit("/admin/queue/?kind=report&show=decided")
    expect(page.locator("[data-row]").first).to_contain_text("审核 周宁")
    first.snap("4 decided")


def test_a_case_is_decided_by_thumb(person, stack: Stack) -> None:
    _report(stack, 1)
    moderator: Person = person("moderator", size="phone")
    moderator.log_in("moderator@jiangji.example")
    page = moderator.visit("/admin/queue/?kind=report")
    moderator.snap("1 the queue on a phone")
    page.locator("[data-act=take]").tap()
    page.wait_for_url(re.compile(r"/admin/queue/\d+/"))
    number = _case_number(page)
    moderator.snap("2 a case on a phone")
    page.locator("label:has([name=reason])").first.tap()
    expect(page.locator("[name=words]")).not_to_have_value("")
    page.locator("[data-act=decide]").tap()
    until(page, lambda: f"/admin/queue/{number}/" not in page.url, "the next case")
    moderator.visit(f"/admin/queue/{number}/")
    expect(page.locator("[data-decide]")).to_have_count(0)
    moderator.snap("3 decided on a phone")
