"""Two people talk about an order at two browsers: quoting, taking back, quick replies, files, and what is warned of."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

# A window gets its counts at most every two seconds (messaging/live/hub.py): here once for the message, once for its being read.
_COUNTS_HAVE_COME_MILLISECONDS = 5_000
BUYER, SELLER = "buyer@jiangji.example", "seller@jiangji.example"


@pytest.fixture
def two(person):
    """The demo's buyer on a phone and its seller at a desk, in the conversation of the order that shows what can be done."""
    people = []
    for name, login, size in (("buyer", BUYER, "phone"), ("seller", SELLER, "desktop")):
        somebody = person(name, size=size)
        somebody.log_in(login)
        page = somebody.visit("/messages/?show=orders&q=")
        page.locator("main a.talk", has=page.locator("b", has_text=" · ")).first.wait_for()
        people.append(somebody)
    shared = [set(addresses(somebody.page)) for somebody in people]
    (path, *_others) = [address for address in addresses(people[0].page) if address in shared[1]]
    for somebody in people:
        somebody.visit(path)
        expect(somebody.page.locator("[data-chat][data-connection=open]")).to_be_attached()
    return people


def addresses(page: Page) -> list[str]:
    return page.locator("main a.talk").evaluate_all("links => links.map((link) => link.getAttribute('href'))")


def box(page: Page):
    return page.locator("[data-chat-form] [name=body]")


def send(page: Page) -> None:
    page.locator("[data-chat-form] button[type=submit][aria-label]").click()


def bubble(page: Page, words: str):
    return page.locator(".room__thread .bubble", has_text=words).last


def act(page: Page, words: str, name: str) -> None:
    """Open what can be done with a message, and do it, as long as a finger presses."""
    bubble(page, words).hover()
    bubble(page, words).locator(".bubble__more summary").click(delay=120)
    bubble(page, words).locator(".bubble__acts").get_by_text(name, exact=True).click(delay=120)


def fresh(words: str) -> str:
    return f"{words}{time.time_ns() % 10**8}"


def test_a_quote_leads_back_to_what_was_quoted_on_both_screens(two):
    buyer, seller = two
    asked, answered = fresh("几点交"), fresh("六点前")
    box(buyer.page).fill(asked)
    send(buyer.page)
    expect(bubble(seller.page, asked)).to_be_visible()
    act(seller.page, asked, "引用")
    expect(seller.page.locator("[data-chat-quoted]")).to_contain_text(asked)
    expect(box(seller.page)).to_be_focused()
    box(seller.page).fill(answered)
    send(seller.page)
    for somebody in two:
        expect(bubble(somebody.page, answered).locator(".bubble__quote")).to_contain_text(asked)
    expect(seller.page.locator("[data-chat-quoted]")).to_be_hidden()
    seller.snap("quoted")
    buyer.snap("quoted")


def test_what_is_taken_back_is_gone_from_both_screens_at_once(two):
    buyer, seller = two
    hasty = fresh("发错了")
    box(buyer.page).fill(hasty)
    send(buyer.page)
    expect(bubble(seller.page, hasty)).to_be_visible()
    act(buyer.page, hasty, "撤回")
    for somebody in two:
        expect(somebody.page.get_by_text(hasty)).to_have_count(0)
        expect(somebody.page.locator(".bubble__withdrawn").last).to_be_visible()
    seller.page.reload()
    expect(seller.page.get_by_text(hasty)).to_have_count(0)
    buyer.snap("withdrawn")


def test_what_can_be_done_with_a_message_stays_where_it_is_while_one_reaches_for_it(two):
    buyer, _seller = two
    page, words = buyer.page, fresh("先别急")
    box(page).fill(words)
    send(page)
    expect(bubble(page, words).locator("[data-mark=sent], [data-mark=delivered], [data-mark=read]")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/bubbles/" in request.url else None)
    bubble(page, words).locator(".bubble__more summary").click()
    withdraw = bubble(page, words).locator("[data-chat-withdraw] button")
    withdraw.focus()
    page.wait_for_timeout(1_500)
    expect(withdraw).to_be_focused()
    assert len(asked) <= 2, asked  # what can be done is asked for once, and its end once


def test_words_are_changed_in_the_box_and_what_stood_there_comes_back(two):
    buyer, seller = two
    wrong, right, waiting = fresh("下周一"), fresh("下周二"), "写到一半"
    page = buyer.page
    box(page).fill(wrong)
    send(page)
    expect(bubble(seller.page, wrong)).to_be_visible()
    # The list of conversations beside the room quotes what was said last; nothing that is still on its way asks for it anew.
    seller.page.wait_for_timeout(_COUNTS_HAVE_COME_MILLISECONDS)
    expect(seller.page.locator("[data-talk-excerpt]", has_text=wrong)).to_be_visible()
    box(page).fill(waiting)
    act(page, wrong, "编辑")
    expect(page.locator("[data-chat-edited]")).to_be_visible()
    expect(box(page)).to_have_value(wrong)
    buyer.snap("editing")
    box(page).fill(right)
    send(page)
    for somebody in two:
        expect(bubble(somebody.page, right)).to_contain_text("已编辑")
        expect(somebody.page.get_by_text(wrong)).to_have_count(0)
    expect(page.locator("[data-chat-edited]")).to_be_hidden()
    expect(box(page)).to_have_value(waiting)
    act(page, right, "编辑")
    page.keyboard.press("Escape")
    expect(box(page)).to_have_value(waiting)


def test_what_was_taken_back_is_said_in_another_way(two):
    buyer, seller = two
    hasty = fresh("算了不改了")
    box(buyer.page).fill(hasty)
    send(buyer.page)
    expect(bubble(seller.page, hasty)).to_be_visible()
    act(buyer.page, hasty, "撤回")
    buyer.page.locator("[data-chat-reword]").last.click()
    expect(box(buyer.page)).to_have_value(hasty)
    expect(seller.page.locator("[data-chat-reword]")).to_have_count(0)


def test_who_reads_further_up_is_told_of_what_is_new_and_has_read_it_only_then(two):
    buyer, seller = two
    page, words = buyer.page, fresh("新的一句")
    thread = page.locator("[data-chat-thread]")
    thread.evaluate("thread => thread.scrollTo(0, 0)")
    expect(page.locator("[data-chat-newer]")).to_be_hidden()
    box(seller.page).fill(words)
    send(seller.page)
    newer = page.locator("[data-chat-newer]")
    expect(newer).to_be_visible()
    expect(bubble(seller.page, words)).to_contain_text("已送达")
    newer.click()
    expect(bubble(page, words)).to_be_in_viewport()
    expect(newer).to_be_hidden()
    expect(bubble(seller.page, words)).to_contain_text("已读")


def test_on_the_page_of_the_order_a_message_is_read_when_it_is_in_sight(two):
    buyer, seller = two
    page = buyer.page
    order = page.locator(".room__about").get_attribute("href")
    buyer.visit(order)
    expect(page.locator("[data-chat][data-connection=open]")).to_be_attached()
    page.evaluate("scrollTo(0, 0)")
    words = fresh("在订单页")
    box(seller.page).fill(words)
    send(seller.page)
    expect(bubble(seller.page, words)).to_contain_text("已送达")
    seller.page.wait_for_timeout(1_000)
    expect(bubble(seller.page, words)).not_to_contain_text("已读")
    page.locator("[data-chat-thread] .bubble", has_text=words).scroll_into_view_if_needed()
    expect(bubble(seller.page, words)).to_contain_text("已读")


def test_a_quick_reply_is_put_in_by_slash_with_the_keyboard_alone(two):
    buyer, seller = two
    page = seller.page
    box(page).press_sequentially("/关于订单")
    reply = page.locator("[data-chat-reply]:visible")
    expect(reply).to_have_count(1)
    seller.snap("slash")
    page.keyboard.press("ArrowDown")
    expect(reply).to_be_focused()
    page.keyboard.press("Enter")
    expect(box(page)).to_be_focused()
    filled = box(page).input_value()
    assert "{" not in filled
    assert not filled.startswith("/")
    marker = fresh(" ")
    box(page).press_sequentially(marker)
    page.keyboard.press("Enter")
    expect(bubble(buyer.page, marker.strip())).to_contain_text(filled[:12])


def test_a_picture_opens_over_the_page_and_closes_again(two):
    buyer, _seller = two
    picture = buyer.page.locator(".bubble__picture").last
    picture.click()
    whole = buyer.page.locator("#viewer .whole-picture")
    expect(whole).to_be_visible()
    assert whole.evaluate(
        "image => image.complete ? image.naturalWidth : image.decode().then(() => image.naturalWidth)"
    )
    buyer.snap("picture")
    buyer.page.locator("#viewer [data-close]").click()
    expect(whole).to_be_hidden()


def test_what_is_warned_of_stands_in_the_box_again_and_goes_when_it_is_confirmed(two):
    buyer, seller = two
    page = buyer.page
    words = f"加我微信 wx_abc{time.time_ns() % 10**6} 聊"
    box(page).fill(words)
    send(page)
    anyway = page.locator("[data-chat-anyway]")
    expect(anyway).to_be_visible()
    expect(box(page)).to_have_value(words)
    expect(page.locator("[data-chat-status]")).not_to_be_empty()
    expect(page.locator("[data-unsent]")).to_have_count(0)
    buyer.snap("warned")
    box(page).press_sequentially("吧")
    expect(anyway).to_be_hidden()  # other words are looked at anew
    send(page)
    expect(anyway).to_be_visible()
    anyway.click()
    expect(bubble(seller.page, f"{words}吧")).to_be_visible()
    expect(box(page)).to_have_value("")
    expect(anyway).to_be_hidden()
    expect(page.locator(".bubble", has_text=f"{words}吧")).to_have_count(1)


def test_words_beside_a_file_that_was_refused_stay_until_it_is_taken_away(two):
    buyer, seller = two
    page, words = buyer.page, fresh("附件见下")
    box(page).fill(words)
    page.set_input_files(
        "[data-chat-form] [name=files]", {"name": "安装.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"}
    )
    row = page.locator("[data-upload-list] > *")
    expect(row).to_have_class(re.compile("shot--error"))
    send(page)
    expect(page.locator("[data-chat-status]")).to_contain_text("有文件没传成功")
    expect(box(page)).to_have_value(words)
    expect(bubble(seller.page, words)).to_have_count(0)
    buyer.snap("refused file")
    row.locator("[data-shot-remove]").click()
    send(page)
    expect(bubble(seller.page, words)).to_be_visible()
    buyer.problems.clear()  # that the file was refused


def test_a_file_with_words_that_are_warned_of_goes_when_it_is_confirmed(two, tmp_path):
    buyer, seller = two
    page = seller.page
    name = f"{time.time_ns() % 10**8}-报价.txt"
    (tmp_path / name).write_text("报价")
    page.set_input_files("[data-chat-form] [name=files]", tmp_path / name)
    expect(page.locator("[data-shot][data-state=ready]")).to_be_attached()  # looked into by now
    box(page).fill("微信 wx_qwe123 上说")
    send(page)
    anyway = page.locator("[data-chat-anyway]")
    expect(anyway).to_be_visible()
    expect(page.locator("[data-chat-form] [name=sent]:enabled")).to_be_attached()
    # A refusal that the page handles is told to the browser's console all the same.
    seller.problems[:] = [
        problem for problem in seller.problems if not re.search(r"Failed to load resource.* 4\d\d", problem)
    ]
    anyway.click()
    expect(buyer.page.locator(".bubble__file", has_text=name)).to_be_visible()
    expect(page.locator("[data-upload-list] li")).to_have_count(0)


def test_without_scripts_a_warned_message_is_sent_by_the_second_button(person):
    somebody = person("plain", script=True)
    somebody.log_in(BUYER)
    plain = person("plain-without", script=False)
    plain.page.context.add_cookies(somebody.page.context.cookies())
    page = plain.visit("/messages/?show=orders")
    page.locator("main a.talk").first.click()
    words = f"加微信 wx_plain{time.time_ns() % 10**6}"
    box(page).fill(words)
    send(page)
    expect(box(page)).to_have_value(words)
    plain.snap("warned")
    page.locator("[data-chat-anyway]").click()
    expect(page.locator(".bubble__text", has_text=words)).to_be_visible()
    plain.problems[:] = [problem for problem in plain.problems if "422" not in problem]
