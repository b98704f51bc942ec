"""Where somebody is logged in: the list, signing out elsewhere, new devices, what it costs."""

import re
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.accounts import devices, services, tasks
from marketplace.accounts.models import NewDevice
from marketplace.notifications.models import Notification, NotificationSettings, OutboundMessage
from tests.factories import PASSWORD, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db

LOGIN, DEVICES = "/accounts/login/", "/accounts/sessions/"
PHONE = "13800138000"
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.50"
)


@pytest.fixture
def person():
    return make_user(name="林小满", phone=f"+86{PHONE}")


def browser(person, agent=WINDOWS, minutes_ago=0):
    client = Client(headers={"User-Agent": agent})
    log_in(person, client=client, minutes_ago=minutes_ago)
    assert client.get("/settings/").status_code == 200
    return client


def is_logged_in(client):
    return client.get("/settings/").status_code == 200


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (WINDOWS, "Windows上的Chrome"),
        (WECHAT, "iOS上的微信"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.4 Safari/605.1.15",
            "macOS上的Safari",
        ),
        (
            "Mozilla/5.0 (Linux; Android 13; V2241A; wv) AppleWebKit/537.36 Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36",
            "Android上的Chrome",
        ),
        ("", "未知浏览器"),
    ],
)
def test_a_device_is_named_in_plain_words(agent, words):
    assert devices.describe(agent) == words


def test_the_list_shows_each_device_and_marks_this_one(person):
    here, _there = browser(person), browser(person, WECHAT)
    browser(make_user(), "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0")
    page = here.get(DEVICES).content.decode()
    main = page.split("<main", 1)[1].split("</main>")[0]
    assert [device.name for device in here.get(DEVICES).context["devices"]] == ["Windows上的Chrome", "iOS上的微信"]
    assert main.count("本设备") == 1
    assert "Firefox" not in main
    assert main.count('action="/accounts/sessions/') == 2, "one device and all others"


def test_one_device_is_signed_out_and_nobody_elses(person):
    here, there, stranger = browser(person), browser(person, WECHAT), browser(make_user())
    of = {session.user_agent: session.pk for session in UserSession.objects.filter(user=person)}
    assert stranger.post(f"{DEVICES}{of[WECHAT]}/end/").status_code == 404
    assert is_logged_in(there)
    assert here.post(f"{DEVICES}{of[WECHAT]}/end/")["Location"] == DEVICES
    assert (is_logged_in(here), is_logged_in(there), is_logged_in(stranger)) == (True, False, True)


def test_all_other_devices_are_signed_out(person):
    here, others = browser(person), [browser(person, WECHAT), browser(person)]
    stranger = browser(make_user())
    assert here.post(f"{DEVICES}end-others/")["Location"] == DEVICES
    assert [is_logged_in(client) for client in (here, *others, stranger)] == [True, False, False, True]
    assert UserSession.objects.filter(user=person).count() == 1


def test_signing_out_others_asks_who_this_is_and_ends_nothing_before(person):
    here, there = browser(person, minutes_ago=6), browser(person, WECHAT)
    asked = here.post(f"{DEVICES}end-others/")
    assert asked["Location"].startswith("/accounts/reauthenticate/?next=")
    assert is_logged_in(there)
    here.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": f"{DEVICES}end-others/"})
    assert (is_logged_in(here), is_logged_in(there)) == (True, False)


def test_a_new_password_ends_the_other_devices(person):
    here, there = browser(person), browser(person, WECHAT)
    form = {"oldpassword": PASSWORD, "password1": "西湖边的桂花开了", "password2": "西湖边的桂花开了"}
    assert here.post("/accounts/password/change/", form).status_code == 302
    assert (is_logged_in(here), is_logged_in(there)) == (True, False)
    assert [device.is_this for device in here.get(DEVICES).context["devices"]] == [True]


def test_being_active_writes_one_row_in_five_minutes(person):
    client = browser(person)
    with CaptureQueriesContext(connection) as captured:
        for _request in range(5):
            client.get("/settings/")
    assert not [query["sql"] for query in captured.captured_queries if "usersessions" in query["sql"]]
    before = UserSession.objects.get().last_seen_at
    cache.delete(f"accounts:device_seen:{client.session.session_key}")  # five minutes later
    client.get("/settings/")
    assert UserSession.objects.get().last_seen_at > before


def test_a_guest_leaves_no_row():
    client = Client()
    client.get(LOGIN)
    client.get("/")
    assert not UserSession.objects.exists()


def test_at_night_what_is_over_goes_and_what_is_not_stays(person):
    kept, gone = browser(person), browser(person, WECHAT)
    UserSession.objects.get(session_key=gone.session.session_key)
    gone.session.flush()
    assert tasks.forget_ended_sessions() == 1
    assert UserSession.objects.get().session_key == kept.session.session_key
    assert tasks.forget_ended_sessions() == 0


# New devices


def by_form(client, **typed):
    client.post(LOGIN, {"login": PHONE, "password": PASSWORD} | typed)
    assert client.session.get("_auth_user_id")
    client.post("/accounts/logout/")


def test_a_log_in_from_a_browser_that_is_new_to_the_account_is_told_once_by_bell_and_mail(person):
    client = Client(headers={"User-Agent": WINDOWS}, REMOTE_ADDR="114.55.10.20")
    by_form(client)
    assert mail.outbox == []  # never inside the request
    bell = Notification.objects.get()
    assert (bell.recipient, bell.url) == (person, DEVICES)
    assert "Windows上的Chrome" in bell.body
    assert [tasks.tell_of_new_devices() for _twice in range(2)] == [1, 0]
    (sent,) = mail.outbox
    assert sent.to == [person.email]
    for words in ("Windows上的Chrome", "114.55.*.*", f"http://localhost:8000{DEVICES}"):
        assert words in sent.body
    assert "114.55.10.20" not in sent.body
    assert re.search(r"\d\d:\d\d", sent.body)
    by_form(client)
    assert NewDevice.objects.count() == 1, "the browser is known now"


def test_a_browser_is_known_for_each_account_by_itself(person):
    other = make_user(phone="+8613900139000")
    client = Client()
    by_form(client)
    by_form(client, login="13900139000")
    by_form(client)
    assert [noted.user for noted in NewDevice.objects.order_by("pk")] == [person, other]


def test_a_mark_that_somebody_made_up_is_no_mark(person):
    client = Client()
    client.cookies["known"] = f"{devices._mark(person)}:1:forged"
    by_form(client)
    assert NewDevice.objects.count() == 1


def test_the_browser_in_which_an_account_is_opened_is_no_news():
    client = Client()
    client.post(
        "/accounts/signup/",
        {"phone": PHONE, "display_name": "林小满", "password1": "西湖边的桂花开了", "consent": "on"},
    )
    code = re.search(r"\d{6}", OutboundMessage.objects.get().body)[0]
    client.post("/accounts/phone/verify/", {"code": code})
    assert client.session.get("_auth_user_id")
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200, "who has just signed up is not asked again"
    client.post("/accounts/logout/")
    by_form(client, password="西湖边的桂花开了")
    assert not NewDevice.objects.exists()


def test_who_has_no_mailbox_gets_a_text_message(person):
    type(person).objects.filter(pk=person.pk).update(email="")
    by_form(Client())
    assert tasks.tell_of_new_devices() == 1
    assert OutboundMessage.objects.get().recipient == f"+86{PHONE}"
    assert mail.outbox == []


def test_who_chose_english_is_told_in_english(person):
    """Whatever the job, or who logged in, reads."""
    NotificationSettings.objects.create(user=person, language="en")
    by_form(Client())
    assert tasks.tell_of_new_devices() == 1
    assert mail.outbox[0].subject == "Your account was logged in to on a new device"
    assert "/en/" in mail.outbox[0].body
    assert not re.search(r"[一-鿿]", mail.outbox[0].subject)


def test_a_mail_server_that_does_not_answer_is_asked_again(person, settings):
    by_form(Client())
    kept = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    assert tasks.tell_of_new_devices() == 0
    settings.EMAIL_BACKEND = kept
    assert tasks.tell_of_new_devices() == 1


def test_a_log_in_that_was_told_long_ago_is_forgotten(person):
    by_form(Client())
    tasks.tell_of_new_devices()
    services.forget_ended_sessions()
    assert NewDevice.objects.exists()
    NewDevice.objects.update(told_at=timezone.now() - timedelta(days=91))
    services.forget_ended_sessions()
    assert not NewDevice.objects.exists()


@pytest.mark.parametrize(("ip", "rough"), [("114.55.10.20", "114.55.*.*"), ("240e:390:1:2::5", "240e:0390:0001:…")])
def test_an_address_is_told_roughly(ip, rough):
    assert devices.rough_address(ip) == rough
