"""Web Push over HTTP: encrypted for one browser, signed by us, to known services, while somebody is logged in there."""

import json
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone
from http_ece import ECEException

from marketplace.accounts.services import end_sessions
from marketplace.core import clock
from marketplace.messaging import services as messaging
from marketplace.notifications import choices, spreading
from marketplace.notifications.channels import push
from marketplace.notifications.errors import NoticeError, NoticeErrorCode
from marketplace.notifications.models import Dispatch, NotificationSettings, PushSubscription
from tests.factories import make_seller, make_user
from tests.logins import log_in
from tests.notifications.people import send_all, tell, ways
from tests.notifications.push_service import Browser, coded, push_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(settings):
    with push_service() as running:
        settings.WEB_PUSH = settings.WEB_PUSH | {"services": [running.origin, "https://*.push.apple.com"]}
        yield running


@pytest.fixture
def reader():
    return make_user(name="林小满")


def subscribe(client: Client, service, browser: Browser, **changes) -> int:
    said = {
        "endpoint": f"{service.origin}/send/abc",
        "keys": {"p256dh": browser.p256dh, "auth": browser.auth},
    } | changes
    url = "/settings/notifications/browser/"
    return client.post(url, json.dumps(said), content_type="application/json").status_code


def test_what_is_told_arrives_in_the_browser_and_nobody_else_can_read_it(service, reader):
    browser = Browser()
    assert subscribe(log_in(reader), service, browser) == 204
    line = tell(reader, about="品牌设计")
    assert send_all() == 1
    ((headers, body),) = service.taken
    said = browser.read(body)
    assert (said["title"], said["body"]) == (line.title, "品牌设计")
    assert said["url"].endswith(f"/notifications/{line.pk}/")
    assert "品牌".encode() not in body
    with pytest.raises(ECEException, match="InvalidTag"):
        Browser().read(body)
    key, claims = service.signed_by(headers)
    assert key == push.public_key()
    assert claims["aud"] == service.origin
    assert claims["sub"].startswith("mailto:")
    assert 0 < claims["exp"] - time.time() <= 24 * 3600  # RFC 8292: no longer
    assert int(headers["ttl"]) > 3600


@pytest.fixture
def told(service):
    """A seller whose browser shows the words of a buyer."""
    seller, buyer, browser = make_seller(), make_user(name="林小满"), Browser()
    subscribe(log_in(seller), service, browser)
    conversation = messaging.start_conversation(buyer=buyer, seller=seller)
    message = messaging.send_message(conversation_id=conversation.pk, sender=buyer, body="张三的电话是这个")
    assert send_all() == 1
    return SimpleNamespace(seller=seller, buyer=buyer, browser=browser, conversation=conversation, message=message)


@pytest.mark.parametrize("meanwhile", ["nothing", "read elsewhere", "night"])
def test_words_that_are_withdrawn_do_not_stay_on_the_screen(service, told, meanwhile):
    if meanwhile == "read elsewhere":
        messaging.mark_read(conversation_id=told.conversation.pk, reader=told.seller)
    elif meanwhile == "night":
        at = timezone.localtime(timezone.now()).time()
        until = (timezone.localtime(timezone.now()) + timedelta(hours=2)).time()
        NotificationSettings.objects.create(user=told.seller, quiet_from=at, quiet_until=until)
    messaging.withdraw_message(conversation_id=told.conversation.pk, sequence=told.message.sequence, user=told.buyer)
    assert [send_all(), send_all()] == [1, 0]
    (first, shown), (second, instead) = ((headers, told.browser.read(body)) for headers, body in service.taken)
    assert (shown["body"], shown["silent"]) == ("张三的电话是这个", False)
    assert (instead["body"], instead["silent"]) == ("[已撤回]", True)
    assert instead["tag"] == shown["tag"]
    assert first["topic"] == second["topic"]  # a service that still holds the first one lets go of it


def test_the_screen_says_what_else_is_unread_or_what_the_words_are_now(service, told):
    where = {"conversation_id": told.conversation.pk}
    later = messaging.send_message(sender=told.buyer, body="发错人了", **where)
    assert send_all() == 1
    messaging.withdraw_message(sequence=later.sequence, user=told.buyer, **where)
    assert send_all() == 1
    messaging.edit_message(sequence=told.message.sequence, editor=told.buyer, body="电话见订单", **where)
    assert send_all() == 1
    said = [told.browser.read(body) for _headers, body in service.taken]
    assert [one["body"] for one in said] == ["张三的电话是这个", "发错人了", "张三的电话是这个", "电话见订单"]
    assert [one["silent"] for one in said] == [False, False, True, True]
    assert len({headers["topic"] for headers, _body in service.taken}) == 1


def test_words_that_are_withdrawn_while_they_leave_are_replaced_when_they_have_left(service, told, monkeypatch):
    where = {"conversation_id": told.conversation.pk}
    later = messaging.send_message(sender=told.buyer, body="发错人了", **where)
    real = push.PushSender._post

    def slow(*arguments, **options):
        monkeypatch.undo()
        messaging.withdraw_message(sequence=later.sequence, user=told.buyer, **where)
        real(*arguments, **options)

    monkeypatch.setattr(push.PushSender, "_post", slow)
    assert send_all() == 1
    assert send_all() == 1
    said = [told.browser.read(body)["body"] for _headers, body in service.taken]
    assert said[1:] == ["发错人了", "张三的电话是这个"]


def test_words_that_have_not_left_are_not_shown_at_all(service, told):
    where = {"conversation_id": told.conversation.pk}
    messaging.mark_read(reader=told.seller, **where)
    later = messaging.send_message(sender=told.buyer, body="发错人了", **where)
    spreading.spread_lines()
    messaging.withdraw_message(sequence=later.sequence, user=told.buyer, **where)
    assert send_all() == 0
    assert len(service.taken) == 1


def test_each_browser_of_a_person_is_told_once(service, reader):
    for number in range(3):
        assert subscribe(log_in(reader), service, Browser(), endpoint=f"{service.origin}/send/{number}") == 204
    tell(reader)
    assert [send_all(), send_all()] == [3, 0]
    assert len(service.taken) == 3


@pytest.mark.parametrize("way_out", ["log out", "signed out by staff", "new password", "session ran out"])
def test_who_is_logged_out_there_hears_nothing_more(service, reader, way_out):
    client = log_in(reader)
    subscribe(client, service, Browser())
    match way_out:
        case "log out":
            client.post("/accounts/logout/")
        case "signed out by staff":
            end_sessions(user=reader)
        case "new password":
            reader.set_password("ganz-anders-9876")
            reader.save()
        case _run_out:
            client.session.flush()
    line = tell(reader)
    assert send_all() == 0
    assert ways(line) == {"push": "skipped"}
    assert service.taken == []
    assert not PushSubscription.objects.exists()


def test_a_browser_belongs_to_who_is_logged_in_there_last(service, reader):
    other = make_user()
    subscribe(log_in(reader), service, Browser())
    subscribe(log_in(other), service, Browser())
    tell(reader)
    assert send_all() == 0
    tell(other)
    assert send_all() == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_let_go_of_it_is_forgotten(service, reader, status):
    subscribe(log_in(reader), service, Browser())
    service.status = status
    line = tell(reader)
    assert send_all() == 0
    assert ways(line) == {"push": "skipped"}
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_is_busy_is_asked_again(service, reader, status):
    subscribe(log_in(reader), service, Browser())
    service.status = status
    tell(reader)
    assert send_all() == 0
    service.status = 201
    with clock.moved_to(timezone.now() + timedelta(minutes=2)):
        assert send_all() == 1


def test_a_service_that_refuses_is_on_staffs_list(service, reader):
    subscribe(log_in(reader), service, Browser())
    service.status = 400
    line = tell(reader)
    send_all()
    assert ways(line) == {"push": "dead"}
    assert Dispatch.objects.get().problem == "the push service said 400"


def test_no_redirect_leads_us_elsewhere(service, reader):
    with push_service() as inner:
        subscribe(log_in(reader), service, Browser())
        service.status, service.elsewhere = 307, f"{inner.origin}/internal"
        tell(reader)
        assert send_all() == 0
        assert inner.taken == []


@pytest.mark.parametrize(
    "endpoint",
    ["http://127.0.0.1:1/", "https://169.254.169.254/latest/", "https://evil.example/", "https://push.apple.com.evil.example/",
     "https://evilpush.apple.com.cn/", "http://web.push.apple.com/x", "https://user@web.push.apple.com/x",
     "https://web.push.apple.com:8443/x", "file:///etc/passwd", "", "https://web.push.apple.com:x/", "//web.push.apple.com/",
     "https://127.0.0.1\\.push.apple.com/x", "https://evil.example#.push.apple.com/", "https://evil.example?.push.apple.com/",
     "https://127.0.0.1%2f.push.apple.com/", "https://127.0.0.1\t.push.apple.com/", "https://[::1].push.apple.com/",
     "https://[x", "https://push.apple.com/", "https://web.push.apple.com/a\nb", "https://.push.apple.com/"],
)  # fmt: skip
def test_only_known_push_services_are_ever_called(service, reader, endpoint):
    assert subscribe(log_in(reader), service, Browser(), endpoint=endpoint) == 409
    assert not PushSubscription.objects.exists()


def test_the_refusal_names_its_reason(service, reader):
    with pytest.raises(NoticeError) as refusal:
        choices.add_browser(
            user=reader, session_key="a", endpoint="https://evil.example/", p256dh="", auth="", user_agent=""
        )
    assert refusal.value.code == NoticeErrorCode.NOT_A_BROWSER


def test_a_service_that_is_no_longer_known_is_not_called(service, reader, settings):
    subscribe(log_in(reader), service, Browser())
    settings.WEB_PUSH = settings.WEB_PUSH | {"services": ["https://*.push.apple.com"]}
    tell(reader)
    assert send_all() == 0
    assert service.taken == []


def test_a_part_of_apples_address_is_known(service):
    assert push.is_push_service("https://web.push.apple.com/QGuQyavXutnMH")


@pytest.mark.parametrize(
    "keys",
    [{"p256dh": "AAAA", "auth": coded(b"x" * 16)}, {"p256dh": Browser().p256dh, "auth": "kurz"}, {"auth": "a"}, "x"],
)
def test_keys_that_are_none_are_refused(service, reader, keys):
    assert subscribe(log_in(reader), service, Browser(), keys=keys) in (400, 409)
    assert not PushSubscription.objects.exists()


def test_nobody_takes_away_the_browser_of_another(service, reader):
    subscribe(log_in(reader), service, Browser())
    said = json.dumps({"endpoint": f"{service.origin}/send/abc"})
    url = "/settings/notifications/browser/remove/"
    log_in(make_user()).post(url, said, content_type="application/json")
    assert PushSubscription.objects.count() == 1
    log_in(reader).post(url, said, content_type="application/json")
    assert not PushSubscription.objects.exists()


def test_a_person_has_ten_browsers_and_the_oldest_makes_room(service, reader):
    for number in range(12):
        subscribe(log_in(reader), service, Browser(), endpoint=f"{service.origin}/send/{number}")
    kept = sorted(PushSubscription.objects.values_list("endpoint", flat=True))
    assert len(kept) == 10
    assert not any(one.endswith(("/0", "/1")) for one in kept)


def test_the_worker_is_one_for_the_whole_site_in_each_language(client):
    answer = client.get("/push-worker.js")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert b"showNotification" in answer.content
    page = log_in(make_user()).get("/en/settings/notifications/").content.decode()
    assert 'data-worker="/push-worker.js"' in page


def test_without_a_key_nobody_is_asked(reader, settings):
    settings.WEB_PUSH = settings.WEB_PUSH | {"private_key": ""}
    assert "data-push=" not in log_in(reader).get("/settings/notifications/").content.decode()
    assert spreading.spread_lines() == 0
