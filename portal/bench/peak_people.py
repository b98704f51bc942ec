"""The people of `bin/bench peak`: `PEAK_TOLD=file python -m locust --headless --locustfile portal/bench/peak_people.py`.

The file is JSON of portal/bench/peak_site.py: where the site is, which addresses it has, who has a session. A mix of people
looks around, writes, orders and pays; docs/performance.md says why it is this one. Each has an address of their own, as behind
nginx, and thinks between two pages, so that limits by address and by person stay in force and stop nobody.
"""

import itertools
import json
import os
import random
import re
import time
from collections.abc import Collection, Iterator, Mapping
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from locust import LoadTestShape, between, events, task
from locust.contrib.fasthttp import FastHttpUser
from locust.exception import RescheduleTask

from portal.bench.peak_rules import Answer, Day, Log

TOLD: dict[str, Any] = json.loads(Path(os.environ["PEAK_TOLD"]).read_text())
SPAWN_SECONDS = 5
_KEPT_FIELD = re.compile(r'name="(checkout_key|seen_offer)"[^>]* value="([^"]*)"')
PAGES_OF_A_VISIT = 8  # on average
WAITS_FOR_PAYMENT = 10  # times a second
SAID = (
    "您好，第{0}稿我看过了，整体方向可以，标题再大一点。",
    "颜色想再沉稳一些，编号{0}的那版更合适，麻烦参考。",
    "收到，今天晚上之前把第{0}部分发给您看。",
    "请问第{0}页的配图可以换成实拍的吗？",
    "好的，第{0}处改动已经记下，明天一起交付。",
)
_chance = random.Random()  # noqa: S311 who looks at what, no secret
_numbers: Iterator[int] = itertools.count()
log = Log(TOLD["day"]["limit_ms"])


def some(addresses: list[str]) -> str:
    """One of them: the first most often, the hundredth a hundredth of that (Zipf), as people look at services."""
    return _chance.choices(addresses, weights=[1 / rank for rank in range(1, len(addresses) + 1)])[0]


@events.request.add_listener
def note(name: str, response_time: float, exception: BaseException | None, start_time: float, **_more: Any) -> None:
    """Keep every answer: percentiles of a step are taken from its own."""
    log.answers.append(Answer(start_time, name, response_time, str(exception) if exception else ""))


class Person(FastHttpUser):
    """A browser of somebody; `accounts` names the sessions that people of this kind have, one each while they last."""

    abstract = True
    host = TOLD["site"]
    wait_time = between(3, 9)
    accounts = ""
    _next: dict[str, Iterator[dict[str, Any]]] = {}

    def on_start(self) -> None:
        """Somebody comes."""
        self.who: dict[str, Any] = {}
        if self.accounts:
            found = self._next.setdefault(self.accounts, itertools.cycle(TOLD[self.accounts]))
            self.who = next(found)
        self.begin_visit()

    def begin_visit(self) -> None:
        """A browser that was never here, at an address of its own."""
        first, second, third = (_chance.randint(1, 254) for _ in range(3))
        self.address = f"10.{first}.{second}.{third}"
        self.cookies = {TOLD["session_cookie"]: self.who["session"]} if self.who else {}

    def ask(
        self,
        kind: str,
        address: str,
        *,
        form: Mapping[str, str] | None = None,
        expected: Collection[int] = (200,),
        accept: str = "text/html",
    ) -> Any:
        """The answer; anything but the expected status is a failure and ends what was being done."""
        return self._ask(
            kind,
            address,
            form=form,
            expected=expected,
            headers={
                "Host": TOLD["host"],
                "X-Forwarded-Proto": "https",
                "X-Forwarded-For": self.address,
                "User-Agent": "Mozilla/5.0 (X11; Linux)",
                "Origin": f"https://{TOLD['host']}",
                "Accept": accept,
                "Accept-Encoding": "gzip",
                "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
                "Connection": "close",  # as nginx asks
            },
        )

    def ask_elsewhere(self, address: str, *, form: Mapping[str, str] | None = None) -> str:
        """A page of the payment institution. Returns where it leads to."""
        answer = self._ask("cashier", address, form=form, expected=(302, 303), headers={})
        return str(answer.headers["Location"])

    def _ask(
        self,
        kind: str,
        address: str,
        *,
        form: Mapping[str, str] | None,
        expected: Collection[int],
        headers: dict[str, str],
    ) -> Any:
        number = next(_numbers)
        log.asked(number, kind, time.time())
        with self.client.request(
            "GET" if form is None else "POST",
            address,
            name=kind,
            data=None if form is None else dict(form),
            headers=headers,
            allow_redirects=False,
            catch_response=True,
        ) as answer:
            log.came(number)
            is_right = answer.status_code in expected
            if is_right:
                answer.success()
            else:
                answer.failure(f"{answer.status_code} for {urlsplit(address).path}")
        if not is_right:
            raise RescheduleTask
        if headers:
            self._keep_cookies(answer)
        return answer

    def _keep_cookies(self, answer: Any) -> None:
        """By hand: they are for HTTPS alone, which is left out between the bench and the site."""
        self.client.cookiejar.clear()
        for line in answer.headers.get_all("Set-Cookie") or ():
            for name, cookie in SimpleCookie(line).items():
                self.cookies[name] = cookie.value

    def form_of(self, **values: str) -> dict[str, str]:
        """What every form of ours carries besides: the secret of the cookie that a page before has set."""
        return values | {"csrfmiddlewaretoken": self.cookies.get(TOLD["csrf_cookie"], "")}

    def look(self, kind: str) -> None:
        """Any page of this kind."""
        self.ask(kind, some(TOLD["pages"][kind]))

    def talk(self) -> None:
        """Open a conversation and write in every second one, as the page's script does without a socket."""
        if not self.who["conversations"]:
            raise RescheduleTask
        address = f"/messages/{_chance.choice(self.who['conversations'])}/"
        self.ask("conversation", address)
        if _chance.random() < 0.5:
            said = _chance.choice(SAID).format(next(_numbers))
            form = self.form_of(body=said, client_id=str(uuid4()))
            self.ask("message", address, form=form, expected=(201,), accept="application/json")


class Visitor(Person):
    """Looks around without a session: most people, most of the time."""

    weight = 80

    @task(10)
    def home(self) -> None:
        self._look("home")

    @task(12)
    def category(self) -> None:
        self._look("category")

    @task(18)
    def filtered(self) -> None:
        self._look("list")

    @task(15)
    def search(self) -> None:
        self._look("search")

    @task(40)
    def service(self) -> None:
        self._look("service")

    @task(5)
    def seller(self) -> None:
        self._look("seller")

    def _look(self, kind: str) -> None:
        self.look(kind)
        if _chance.random() < 1 / PAGES_OF_A_VISIT:
            self.begin_visit()


class Member(Person):
    """Has a session and something under way."""

    weight = 12
    accounts = "buyers"

    @task(4)
    def service(self) -> None:
        self.look("service")

    @task(2)
    def filtered(self) -> None:
        self.look("list")

    @task(3)
    def orders(self) -> None:
        self.ask("orders", "/orders/")

    @task(3)
    def order(self) -> None:
        if not self.who["orders"]:
            raise RescheduleTask
        self.ask("order", f"/orders/{_chance.choice(self.who['orders'])}/")

    @task(2)
    def inbox(self) -> None:
        self.ask("inbox", "/messages/")

    @task(4)
    def conversation(self) -> None:
        self.talk()

    @task(1)
    def notifications(self) -> None:
        self.ask("notifications", "/notifications/")


class Buyer(Person):
    """Compares a few services, then orders one and pays at the institution's own page."""

    weight = 5
    accounts = "buyers"

    @task(3)
    def compare(self) -> None:
        self.look("service")

    @task(1)
    def search(self) -> None:
        self.look("search")

    @task(1)
    def buy(self) -> None:
        """The way of a browser: checkout, cashier, back. The institution's notification comes meanwhile, by itself."""
        offer = _chance.choice(TOLD["offers"])
        self.ask("service", offer["service"])
        checkout = f"/checkout/{offer['package']}/"
        kept = dict(_KEPT_FIELD.findall(self.ask("checkout", checkout).text))
        form = self.form_of(gateway="alipay", **kept)
        sent = self.ask("order placed", checkout, form=form, expected=(303,))
        cashier = self.ask_elsewhere(sent.headers["Location"])
        cashier = cashier if cashier.startswith("http") else TOLD["sandbox"] + cashier
        back = urlsplit(self.ask_elsewhere(cashier, form={"pay": "1"}))
        for _turn in range(WAITS_FOR_PAYMENT):
            answer = self.ask("paid", f"{back.path}?{back.query}", expected=(200, 302))
            if answer.status_code == 302:
                self.ask("order", urlsplit(answer.headers["Location"]).path)
                return
            time.sleep(1)  # the page that waits asks again
        events.request.fire(
            request_type="GET",
            name="paid",
            response_time=0.0,
            response_length=0,
            exception=TimeoutError("still not paid"),
            start_time=time.time(),
            context={},
        )


class Seller(Person):
    """Looks after orders at the desk."""

    weight = 3
    accounts = "sellers"

    @task(2)
    def desk(self) -> None:
        self.ask("desk", "/desk/")

    @task(3)
    def orders(self) -> None:
        self.ask("desk orders", "/desk/orders/")

    @task(2)
    def order(self) -> None:
        if not self.who["orders"]:
            raise RescheduleTask
        self.ask("order", f"/orders/{_chance.choice(self.who['orders'])}/")

    @task(1)
    def services(self) -> None:
        self.ask("desk services", "/desk/gigs/")

    @task(1)
    def wallet(self) -> None:
        self.ask("wallet", "/wallet/")

    @task(3)
    def conversation(self) -> None:
        self.talk()


class ShoppingDay(LoadTestShape):
    """People come and go as portal/bench/peak_rules.py says; each phase is written down as it begins."""

    def __init__(self) -> None:
        super().__init__()
        self.day = Day(look=log.window, **TOLD["day"])
        self._wanted: tuple[int, float] = (0, 1.0)
        shapes.append(self)

    def tick(self) -> tuple[int, float] | None:
        """How many people there are to be, and how many come or go a second; None when nobody is to come any more."""
        known = dict(self.day.phases)
        users = self.day.users_at(time.time())
        with Path(TOLD["phases"]).open("a") as lines:
            lines.writelines(
                f"{json.dumps([name, at])}\n" for name, at in self.day.phases.items() if known.get(name) != at
            )
        if users is None:
            return None
        if users != self._wanted[0]:
            self._wanted = (users, max(1.0, abs(users - self._wanted[0]) / SPAWN_SECONDS))
        return self._wanted


shapes: list[ShoppingDay] = []


@events.quitting.add_listener
def tell(**_more: Any) -> None:
    """Everything that was answered, for the process that judges."""
    day = shapes[-1].day
    told = {
        "steps": [vars(step) for step in day.steps],
        "phases": day.phases,
        "given_up": day.given_up,
        "answers": [[answer.asked_at, answer.kind, answer.milliseconds, answer.problem] for answer in log.answers],
    }
    Path(TOLD["result"]).write_text(json.dumps(told))
