"""What reaches people: the page of choices, the bell of an open page, a push in a real service worker, a mail's way out."""

import json
import re
import time
from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import expect

from portal.embedded.run import DEMO_PASSWORD

pytestmark = pytest.mark.browser
BUYER, SELLER = "buyer@jiangji.example", "seller@jiangji.example"
# Tells the demo's buyer something, as a service would; the jobs of the stack do the rest.
_TELL = """
from marketplace.accounts.models import User
from marketplace.notifications import catalogue, services
buyer = User.objects.get(email="buyer@jiangji.example")
services.notify(recipient_id=buyer.pk, notice=catalogue.orders.REQUIREMENTS_WANTED, about="{about}", url="/orders/")
"""


def tell_buyer(stack, about: str) -> None:
    told = stack.manage("shell", "-c", _TELL.format(about=about))
    assert told.returncode == 0, told.stderr


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_what_is_chosen_is_kept_and_the_centre_can_be_narrowed(person, size):
    buyer = person("buyer", size=size)
    buyer.log_in(BUYER)
    page = buyer.visit("/settings/notifications/")
    buyer.snap("choices")
    page.locator("#id_review-push").uncheck()
    page.fill("#id_quiet_from", "22:00")
    page.fill("#id_quiet_until", "08:00")
    page.get_by_role("button", name="保存通知设置").click()
    expect(page.get_by_text("已保存，从下一条通知开始生效。")).to_be_visible()
    expect(page.locator("#id_review-push")).not_to_be_checked()
    expect(page.locator("#id_quiet_until")).to_have_value("08:00")
    page.fill("#id_quiet_from", "")
    page.fill("#id_quiet_until", "")
    page.locator("#id_review-push").check()
    page.get_by_role("button", name="保存通知设置").click()
    expect(page.locator("#id_quiet_until")).to_have_value("")

    page = buyer.visit("/notifications/")
    buyer.snap("centre")
    page.get_by_role("navigation", name="筛选通知").get_by_role("link", name="订单").click()
    expect(page).to_have_url(re.compile(r"kind=order"))
    buyer.snap("orders")


def test_the_bell_of_an_open_page_follows_and_a_mail_leads_out_again(person, stack):
    about = f"铃铛测试的订单{time.time_ns() % 10**8}"
    buyer = person("buyer", size="desktop")
    buyer.log_in(BUYER)
    buyer.page.clock.install()
    page = buyer.visit("/orders/")
    bell = page.locator('[data-unread="notifications"]').first
    before = bell.get_attribute("aria-label")
    tell_buyer(stack, about)
    page.clock.fast_forward(90_000)  # without a socket it asks each minute
    expect(bell).not_to_have_attribute("aria-label", before)
    expect(bell.locator(".dot")).to_be_visible()

    mail = person("mailbox", size="phone")
    outbox = mail.visit("/dev/outbox/")
    for _again in range(20):  # the job runs every five seconds
        if outbox.get_by_text(about).count():
            break
        outbox.wait_for_timeout(1_500)
        outbox.reload()
    letter = outbox.locator("article", has_text=about).first
    letter.locator('a[href*="/unsubscribe/"]').click()
    page = mail.page
    mail.snap("unsubscribe")
    page.get_by_role("button", name="退订这类邮件").click()
    expect(page.get_by_role("status")).to_contain_text("已退订")
    mail.snap("unsubscribed")
    page.get_by_role("button", name="重新接收这类邮件").click()
    expect(page.get_by_text("已恢复接收这类邮件。")).to_be_visible()


def test_a_push_is_shown_by_the_worker_and_opens_only_pages_of_ours(person, stack):
    buyer = person("buyer", size="desktop", shows_notifications=True)
    buyer.page.context.grant_permissions(["notifications"], origin=stack.address)
    buyer.log_in(BUYER)
    page = buyer.visit("/settings/notifications/")
    expect(page.get_by_role("button", name="在这个浏览器接收通知")).to_be_visible()
    expect(page.locator("[data-push-none]")).to_be_hidden()

    # The push service itself is Google's and out of reach here: Chromium hands the same bytes to the worker by its debugger.
    debugger = page.context.new_cdp_session(page)
    registrations: list[str] = []
    debugger.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(one["registrationId"] for one in event["registrations"]),
    )
    debugger.send("ServiceWorker.enable")
    page.evaluate(
        "async () => { await navigator.serviceWorker.register('/push-worker.js', { scope: '/' });"
        " await navigator.serviceWorker.ready; }"
    )
    page.wait_for_timeout(500)
    said = {"title": "你的订单已交付", "body": "品牌设计", "url": f"{stack.address}/notifications/1/", "tag": "order-1"}
    for _twice in range(2):
        push = {"origin": stack.address, "registrationId": registrations[-1], "data": json.dumps(said)}
        debugger.send("ServiceWorker.deliverPushMessage", push)
    shown = page.wait_for_function(
        "async () => { const all = await (await navigator.serviceWorker.ready).getNotifications();"
        " return all.length ? all.map((one) => [one.title, one.body, one.data.url]) : null; }"
    ).json_value()
    assert shown == [[said["title"], said["body"], said["url"]]]  # the second one took the place of the first

    withdrawn = said | {"body": "[已撤回]", "silent": True}
    push = {"origin": stack.address, "registrationId": registrations[-1], "data": json.dumps(withdrawn)}
    debugger.send("ServiceWorker.deliverPushMessage", push)
    page.wait_for_function(
        "async () => { const all = await (await navigator.serviceWorker.ready).getNotifications();"
        " return all.length === 1 && all[0].body === '[已撤回]' && all[0].silent && !all[0].renotify; }"
    )


# The push service that browsers ask for an address is out of reach here: this one hands out one, and keeps it over log-outs.
_PUSH_SERVICE = """
const subscription = {
  endpoint: "https://fcm.googleapis.com/fcm/send/known-again",
  toJSON: () => ({ endpoint: subscription.endpoint, keys: { p256dh: "%(p256dh)s", auth: "%(auth)s" } }),
  unsubscribe: async () => localStorage.removeItem("subscribed"),
};
PushManager.prototype.getSubscription = async () => (localStorage.getItem("subscribed") ? subscription : null);
PushManager.prototype.subscribe = async () => {
  localStorage.setItem("subscribed", "yes");
  return subscription;
};
"""


def test_a_browser_stays_known_to_who_asked_for_it_and_is_nobody_elses(person, stack):
    key = (
        ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    )
    keys = {"p256dh": urlsafe_b64encode(key).decode(), "auth": urlsafe_b64encode(bytes(16)).decode()}
    shared = person("shared", size="desktop", shows_notifications=True)
    page = shared.page
    page.context.grant_permissions(["notifications"], origin=stack.address)
    page.context.add_init_script(_PUSH_SERVICE % keys)
    made_known: list[int] = []
    page.on("response", lambda answer: made_known.append(answer.status) if answer.url.endswith("/browser/") else None)

    def log_in_again(login: str) -> None:
        page.context.clear_cookies()
        shared.visit("/accounts/login/")
        page.fill("main [name=login]", login)
        page.fill("main [name=password]", DEMO_PASSWORD)
        page.click("main form:has([name=password]) button[type=submit]")
        page.wait_for_url(lambda url: "/accounts/login" not in url)
        for path in ("/orders/", "/messages/"):
            shared.visit(path)
            page.wait_for_load_state("networkidle")

    def is_subscribed() -> bool:
        return page.evaluate("localStorage.getItem('subscribed')") is not None

    shared.log_in(BUYER)
    shared.visit("/settings/notifications/")
    page.get_by_role("button", name="在这个浏览器接收通知").click()
    expect(page.get_by_role("button", name="不再在这个浏览器接收")).to_be_visible()
    assert made_known == [204]
    log_in_again(BUYER)
    assert made_known == [204, 204]
    assert is_subscribed()

    log_in_again(SELLER)
    assert made_known == [204, 204]
    assert not is_subscribed()
    shared.visit("/settings/notifications/")
    expect(page.get_by_role("button", name="在这个浏览器接收通知")).to_be_visible()
    log_in_again(BUYER)
    assert made_known == [204, 204]


@pytest.mark.parametrize("browser_is", ["WeChat's own", "without scripts"])
def test_who_cannot_be_told_in_this_browser_reads_why_and_what_else_there_is(person, browser_is):
    inside = (
        "Mozilla/5.0 (Linux; Android 14; V2324A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/122.0 "
        "Mobile Safari/537.36 XWEB/1220 MicroMessenger/8.0.50"
    )
    is_in_wechat = browser_is == "WeChat's own"
    buyer = person("buyer", user_agent=inside if is_in_wechat else None, script=is_in_wechat)
    buyer.log_in(BUYER)
    page = buyer.visit("/settings/notifications/")
    expect(page.get_by_text("仍可以通过微信和邮件接收通知")).to_be_visible()
    expect(page.locator("[data-push]")).to_be_hidden()
    buyer.snap("choices")


# As after the last attempt of a mail, and a text message that was refused.
_DEAD = """
from django.utils import timezone
from marketplace.accounts.models import User
from marketplace.notifications import catalogue, services
from marketplace.notifications.models import Dispatch
buyer = User.objects.get(email="buyer@jiangji.example")
line = services.notify(recipient_id=buyer.pk, notice=catalogue.orders.CANCELLED, about="没有送达的订单", url="/orders/")
for channel, problem in (("email", "the mail server said 550"), ("wechat", "WeChat: 45009")):
    Dispatch.objects.create(
        notification=line, channel=channel, status="dead", due_at=timezone.now(), attempts=6, problem=problem
    )
"""


def test_staff_see_what_did_not_arrive_and_send_it_again(person, stack):
    told = stack.manage("shell", "-c", _DEAD)
    assert told.returncode == 0, told.stderr
    for size in ("phone", "desktop"):
        support = person(f"support-{size}", size=size)
        support.log_in("support@jiangji.example")
        page = support.visit("/admin/undelivered/")
        rows = page.locator("tr", has_text="订单已取消")
        expect(rows.first).to_be_visible()
        support.snap("desk")
    before = rows.count()
    rows.filter(has_text="550").first.get_by_role("button", name="重试").click()
    expect(page.locator("tr", has_text="订单已取消")).to_have_count(before - 1)
