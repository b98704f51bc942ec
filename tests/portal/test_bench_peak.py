"""`bin/bench peak`: how people arrive, when a rise is over, what is told and what counts as failed. No load is started here."""

import http.client
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from portal.bench import peak, peak_site, production, site
from portal.bench.peak_rules import (
    MOST_USERS,
    Answer,
    Day,
    Log,
    Peak,
    Step,
    Window,
    between,
    counted,
    highest_held,
    percentile,
    reasons_against,
)
from portal.embedded.valkey import free_port


def window(users=10, *, milliseconds=(100.0,) * 20, problems=0, kind="home", seconds=10.0):
    answers = [Answer(0.0, kind, each) for each in milliseconds]
    return Window(users, seconds, (*answers, *[Answer(0.0, "service", 5.0, "500")] * problems))


def day_of(breaks_at, *, hold_seconds=60.0, first_users=10):
    """A site that is slow from so many people on."""
    return Day(
        hold_seconds=hold_seconds,
        look=lambda _begins, _ends, users: window(users, milliseconds=(1500.0 if users >= breaks_at else 90.0,) * 20),
        first_users=first_users,
        step_seconds=30.0,
        limit_ms=1000.0,
    )


def lived(day, seconds=3000):
    """What was asked for in each second of it."""
    seen = []
    for now in range(1000, 1000 + seconds):
        seen.append(day.users_at(float(now)))
        if seen[-1] is None:
            break
    return seen


def test_people_arrive_by_a_quarter_more_each_step_until_one_does_not_hold_and_the_one_before_is_held():
    day = day_of(breaks_at=20)
    seen = lived(day)
    assert [step.users for step in day.steps] == [10, 13, 17, 22]
    assert [step.is_held for step in day.steps] == [True, True, True, False]
    # Four steps of half a minute, one step back whose answers count for nothing, a minute held, and nobody.
    assert seen == [10] * 30 + [13] * 30 + [17] * 30 + [22] * 30 + [17] * 30 + [17] * 60 + [None]
    assert {name: at - 1000 for name, at in day.phases.items()} == {"rise": 0, "back": 120, "hold": 150, "over": 210}


def test_a_minute_that_is_too_slow_begins_the_hold_anew_with_fewer_people():
    slow_since = 1000 + 150  # the hold with 17 begins: what a step stood for half a minute does not last

    def look(begins, _ends, users):
        is_slow = users >= 20 or (users >= 17 and begins >= slow_since)
        return window(users, milliseconds=(1500.0 if is_slow else 90.0,) * 20)

    day = Day(hold_seconds=120.0, look=look, first_users=10, step_seconds=30.0)
    seen = lived(day)
    assert day.given_up == [17]
    assert seen == [10] * 30 + [13] * 30 + [17] * 30 + [22] * 30 + [17] * 30 + [17] * 60 + [13] * 30 + [13] * 120 + [
        None
    ]
    assert day.phases["hold"] - 1000 == 240  # the hold that counts


def test_a_wrong_answer_while_the_peak_is_held_does_not_make_it_smaller():
    day = day_of(breaks_at=20)
    day.look = lambda begins, _ends, users: window(
        users, milliseconds=(1500.0 if users >= 20 else 90.0,) * 20, problems=int(begins >= 1150)
    )
    day.hold_seconds = 200.0
    lived(day)
    assert (day.given_up, highest_held(day.steps)) == ([], 17)
    assert day.phases["over"] - day.phases["hold"] == 200


def test_where_no_number_of_people_lasts_nothing_is_held():
    day = Day(
        hold_seconds=120.0,
        look=lambda begins, _ends, users: window(users, milliseconds=(1500.0 if begins > 1030 else 90.0,) * 20),
        first_users=10,
        step_seconds=30.0,
    )
    lived(day)
    assert [step.is_held for step in day.steps] == [True, False]
    assert (day.given_up, day.phase) == ([10], "over")


def test_a_site_that_does_not_stand_the_first_step_has_no_peak_to_hold():
    day = day_of(breaks_at=1)
    assert lived(day) == [10] * 30 + [None]
    assert highest_held(day.steps) == 0
    assert "hold" not in day.phases


def test_a_site_that_stands_everything_is_held_at_the_most_people_there_may_be():
    day = day_of(breaks_at=MOST_USERS + 1, first_users=MOST_USERS - 1)
    lived(day, 300)
    assert [step.users for step in day.steps] == [MOST_USERS - 1, MOST_USERS]
    assert day.phases.keys() == {"rise", "back", "hold", "over"}


def test_only_the_second_half_of_a_step_is_looked_at_while_people_still_arrive_in_the_first():
    looked = []

    def look(begins, ends, users):
        looked.append((begins - 1000, ends - 1000, users))
        return window(users)

    lived(Day(hold_seconds=10, look=look, first_users=8, step_seconds=30.0), 61)
    assert looked == [(15, 30, 8), (45, 60, 10)]


@pytest.mark.parametrize(
    ("seen", "is_held"),
    [
        (window(), True),
        (window(problems=1), False),  # one wrong answer, however fast
        (window(milliseconds=(90.0,) * 19 + (9000.0,)), True),  # five percent may be slow
        (window(milliseconds=(90.0,) * 18 + (1001.0,) * 2), False),
        (window(milliseconds=()), False),  # nothing was answered at all
        (window(milliseconds=(9000.0,) * 20, kind="cashier"), False),  # none of them was ours
    ],
)
def test_a_step_holds_when_every_answer_was_right_and_95_of_100_in_time(seen, is_held):
    assert Step.of(seen, 1000.0).is_held is is_held


def test_the_institutions_own_pages_are_no_pages_of_ours_but_their_errors_are_errors():
    seen = Window(5, 2.0, (Answer(0, "home", 100.0), Answer(0, "cashier", 8000.0), Answer(0, "cashier", 1.0, "502")))
    assert (seen.per_second, seen.ours) == (0.5, [100.0])
    assert [answer.problem for answer in seen.problems] == ["502"]
    assert seen.of_kinds()["cashier"] == {"number": 2, "p50_ms": 1.0, "p95_ms": 8000.0, "p99_ms": 8000.0}


def test_percentiles_are_values_that_were_measured():
    values = [float(value) for value in range(1, 101)]
    assert [percentile(values, share) for share in (50, 95, 99)] == [50.0, 95.0, 99.0]
    assert percentile([7.0], 95) == 7.0
    assert percentile([], 95) == 0.0


def test_an_answer_belongs_to_when_it_was_asked_for():
    answers = [
        Answer(9.9, "home", 500.0),
        Answer(10.0, "home", 500.0),
        Answer(19.9, "home", 500.0),
        Answer(20.0, "home", 1),
    ]
    assert len(between(answers, 10.0, 20.0, 5).answers) == 2


def test_who_waits_longer_than_the_limit_counts_as_slow_so_that_a_site_that_hangs_holds_nothing():
    log = Log(1000.0, answers=[Answer(100.0, "home", 90.0), Answer(102.0, "service", 50.0)])
    log.asked(1, "service", 95.0)  # by somebody who came in the first half of the step, and waits ever since
    log.asked(2, "service", 102.0)
    log.came(2)
    log.asked(3, "home", 109.9)  # not slow yet
    seen = log.window(100.0, 110.0, 5, now=110.0)
    assert seen.ours == [90.0, 50.0, 15_000.0]
    assert not Step.of(seen, 1000.0).is_held
    assert log.window(80.0, 90.0, 5, now=110.0).ours == []  # nobody had asked by then


def held_peak(**others):
    found = {
        "held": window(),
        "limit_ms": 1000.0,
        "paid_orders": 3,
        "wrong": {},
        "untold_payments": 0,
        "drained_seconds": 12.0,
        "violations": 0,
        "foreign": 0.02,
        "foreign_limit": 0.15,
    }
    return Peak(**(found | others))


def test_a_peak_that_was_stood_has_nothing_against_it():
    assert reasons_against(held_peak()) == []


@pytest.mark.parametrize(
    ("others", "says"),
    [
        ({"held": None, "rise_wrong": {"home: 503": 4}}, "No number of people could be held.*4 × home: 503"),
        ({"wrong": {"order placed: 500": 2}}, "2 answers were wrong.*2 × order placed: 500"),
        ({"held": window(milliseconds=(1200.0,) * 20)}, "p95 was 1200 ms, the limit is 1000"),
        ({"paid_orders": 0}, "Nobody paid"),
        ({"untold_payments": 1}, "1 paid orders were never told"),
        ({"drained_seconds": None}, "not empty 600 s after"),
        ({"violations": 2}, "2 violations"),
        ({"failed_jobs": 1}, "1 jobs failed"),
        ({"closed_windows": 5}, "5 open windows lost"),
        ({"foreign": 0.4}, "Others used 40% of the machine where 15% is allowed"),
    ],
)
def test_each_thing_that_went_wrong_is_a_sentence_of_its_own(others, says):
    [reason] = reasons_against(held_peak(**others))
    assert re.search(says, reason)


def test_wrong_answers_are_counted_by_what_they_were():
    problems = [Answer(0, "home", 1, "503"), Answer(0, "service", 1, "500"), Answer(1, "home", 1, "503")]
    assert counted(problems) == {"home: 503": 2, "service: 500": 1}


def result(**others):
    return peak.Result(
        held_peak(**others),
        users=17,
        minutes=0.5,
        paid=3,
        steps=[Step(17, 2.0, 100.0, 0, True), Step(22, 2.0, 1500.0, 0, False)],
        deepest={"queue": 9, "notices_to_send": 4, "refunds": 0},
        shares={"pages": 0.5, "people (Locust)": 0.2},
        windows={"open": 60, "lost": 0, "frames": 12},
        messages=4,
    )


def test_what_is_told_has_every_key_and_the_rates_are_of_the_time_held():
    found = result().as_json()
    assert (found["sustained_per_second"], found["orders_paid_per_minute"], found["messages_per_minute"]) == (
        2.0,
        6.0,
        8.0,
    )
    assert found["pages"] == {"number": 20, "p50_ms": 100.0, "p95_ms": 100.0, "p99_ms": 100.0}
    assert (found["errors"], found["reasons"], found["drained_seconds"]) == (0, [], 12.0)
    documented = {line.split("`")[1] for line in peak.__doc__.splitlines() if line.startswith("`")} - {"bin/bench peak"}
    assert documented <= found.keys()
    table = result().as_table()
    assert "did not hold" in table
    assert "at most waited: queue 9, notices_to_send 4\n" in table
    assert "others 2%" in table


def test_a_failed_peak_is_not_valid_and_says_why_a_sentence_a_line():
    failed = result(violations=1, drained_seconds=None)
    assert not failed.is_valid()
    assert len(failed.refusal().splitlines()) == 2
    assert "not in time" in failed.as_table()
    assert result().is_valid()


def test_another_database_of_the_same_server_keeps_the_folder_of_its_socket():
    url = "postgres://postgres@/jiangji_pages?host=/home/somebody/postgres"
    assert site.database_url(url, "jiangji_peak") == "postgres://postgres@/jiangji_peak?host=/home/somebody/postgres"


def test_notifications_reach_the_portal_as_nginx_would_pass_them_on():
    came = []

    class Portal(BaseHTTPRequestHandler):
        def do_POST(self):
            came.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"success")

        def log_message(self, *_arguments):
            pass

    port = free_port()
    with HTTPServer(("127.0.0.1", 0), Portal) as portal:
        threading.Thread(target=portal.serve_forever, daemon=True).start()
        with peak_site.edge(port, portal.server_port):
            sender = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            sender.request("POST", "/pay/alipay/notify/", b"a=1", {"Content-Type": "application/x-www-form-urlencoded"})
            answer = sender.getresponse()
            assert (answer.status, answer.read()) == (200, b"success")
            sender.close()
        portal.shutdown()
    [(path, headers, body)] = came
    assert (path, body) == ("/pay/alipay/notify/", b"a=1")
    assert (headers["Host"], headers["X-Forwarded-Proto"]) == (production.HOST, "https")
