"""What a Sentry is told of errors, by real processes over real HTTP: which ones, from where, and nothing of anybody."""

import json

import pytest

from marketplace.operations.models import FailedTask
from portal.watching import cleaning
from tests.factories import make_user
from tests.payments.sandbox.conftest import eventually
from tests.portal.watching.conftest import CELERY, START_SECONDS
from tests.portal.watching.failing_jobs import MAIL, NAME, PHONE
from tests.portal.watching.test_traces import REQUEST_ID, lines, send

pytestmark = pytest.mark.xdist_group("celery")
# Every page once, asked as the web server's process asks: with a form, cookies, a session and headers that say who it is.
ASKS = f"""
import portal.wsgi
from django.test import Client
from django.test.utils import override_settings
from tests.portal.watching.failing_pages import failing
with override_settings(ROOT_URLCONF="tests.portal.watching.failing_pages", ALLOWED_HOSTS=["localhost"]):
    for page in failing:
        client = Client(raise_request_exception=False)
        client.cookies["session"] = "geheim456"
        headers = {{"host": "localhost", "authorization": "Bearer geheim789", "user-agent": "{MAIL}"}}
        headers["x-request-id"] = "{REQUEST_ID}"
        address, form = f"/{{page.pattern}}?token=geheim123&name={NAME}", {{"name": "{NAME}", "phone": "{PHONE}"}}
        answer = client.post(address, form, headers=headers)
        print("answer", page.name, answer.status_code)
    print("answer", "elsewhere", client.get("/words/", headers={{"host": "{NAME}.example"}}).status_code)
"""
PERSONAL = (
    NAME, NAME.encode("unicode-escape").decode(), PHONE, "138****5678", MAIL, "xiaoman", "Xiaoman", "example.com",
    "geheim",
)  # fmt: skip


@pytest.fixture
def reported(receiver, start):
    """Start a process that reports to the Sentry."""
    return lambda *arguments, **variables: start(*arguments, SENTRY_DSN=receiver.dsn, **variables)


def classes(report):
    """The exceptions of a report, outermost last."""
    return [value["type"] for value in report.get("exception", {}).get("values", [])]


def test_what_a_page_did_not_expect_is_told_and_what_it_refused_is_not(receiver, reported):
    taken = make_user(name=NAME)
    process = reported("-c", ASKS, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url)
    assert process.process.wait(START_SECONDS) == 0, process.log
    answered = dict(line.split()[1:] for line in process.log.splitlines() if line.startswith("answer "))
    assert answered == {
        "words": "500", "taken": "500", "refused": "503", "missing": "404", "forbidden": "403", "suspicious": "400",
        "logged": "200", "unavailable": "503", "elsewhere": "400",
    }  # fmt: skip
    by_page = {report["transaction"]: report for report in receiver.reports if report["logger"] == "django.request"}
    assert set(by_page) == {"words", "taken"}
    assert len(receiver.reports) == 3
    assert classes(by_page["words"]) == ["ValueError"]
    assert classes(by_page["taken"]) == ["UniqueViolation", "IntegrityError"]
    (logged,) = [report for report in receiver.reports if report["logger"] == "tests.portal.watching.failing_pages"]
    assert (classes(logged), logged["logentry"]) == (
        ["LookupError"], {"message": "a job failed for %r; the others go on"},
    )  # fmt: skip

    traces = {line["request_id"]: line for line in lines(process.log) if line["message"] == "request"}
    words = by_page["words"]
    assert words["tags"]["request_id"] == REQUEST_ID
    assert words["tags"]["process"] == "web"
    assert words["tags"]["trace_id"] == words["contexts"]["trace"]["trace_id"]
    assert words["tags"]["trace_id"] in {span.trace for span in receiver.named("POST words")}
    assert REQUEST_ID in traces
    assert (words["environment"], words["level"]) == ("test", "error")
    assert words["release"]
    frame = words["exception"]["values"][0]["stacktrace"]["frames"][-1]
    assert (frame["function"], frame["filename"]) == ("_words", "tests/portal/watching/failing_pages.py")
    assert "raise ValueError" in frame["context_line"]
    assert not {"vars", "abs_path"} & frame.keys()
    assert "accounts_user_username_key" in by_page["taken"]["exception"]["values"][0]["value"]

    said = "".join(json.dumps(without_source(report), ensure_ascii=False) for report in receiver.reports)
    for personal in (*PERSONAL, taken.username):
        assert personal not in said, personal
    assert not {"request", "user", "breadcrumbs", "extra", "modules"} & {
        name for one in receiver.reports for name in one
    }


def without_source(report):
    """A report without lines of our source, in which these tests name their people."""
    copy = json.loads(json.dumps(report))
    for value in copy.get("exception", {}).get("values", []):
        for frame in value.get("stacktrace", {}).get("frames", []):
            for name in ("pre_context", "context_line", "post_context"):
                frame.pop(name, None)
    return copy


@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_each_job_that_fails_is_told_once_whatever_the_pool(receiver, reported, pool):
    worker = reported(
        *CELERY, "worker", "-I", "tests.portal.watching.failing_jobs", "-P", pool, "-c", "1", "-l", "INFO"
    )
    for job, arguments in (("fail_with_words", [NAME]), ("fail_by_rule", []), ("fail_twice", [])):
        send(f"tests.portal.watching.failing_jobs.{job}", worker.broker, arguments)
    eventually(lambda: FailedTask.objects.count() == 3, within=START_SECONDS)
    worker.end()
    told = {report["transaction"].rsplit(".", 1)[-1]: classes(report) for report in receiver.reports}
    assert told == {"fail_with_words": ["ValueError"], "fail_by_rule": ["BusyError"], "fail_twice": ["LookupError"]}
    assert len(receiver.reports) == 3
    assert "busy" in {value["value"] for report in receiver.reports for value in report["exception"]["values"]}
    numbers = {report["tags"]["task_id"] for report in receiver.reports}
    assert numbers == set(FailedTask.objects.values_list("task_id", flat=True))
    said = "".join(json.dumps(without_source(report), ensure_ascii=False) for report in receiver.reports)
    for personal in PERSONAL:
        assert personal not in said, personal


@pytest.mark.parametrize(
    ("sql", "left"),
    [
        ("SELECT a FROM b WHERE c = %s AND d = 'Lin''s' LIMIT 21", "SELECT a FROM b WHERE c = %s AND d = ? LIMIT ?"),
        ("INSERT INTO t (a) VALUES (%s, %s, %s), (%s, %s, %s)", "INSERT INTO t (a) VALUES (%s, …), (%s, …)"),
        (r"SELECT E'it\'s 林', 'a\', 'b'", "SELECT ?, ?, ?"),
        ("DO $$ 'x' $$; SELECT $a$ 13812345678 $a$", "DO ?; SELECT ?"),
        ("SELECT 'no end", ""),
        ('SELECT "t"."c1" FROM "t" WHERE x = 13812345678', 'SELECT "t"."c1" FROM "t" WHERE x = ?'),
    ],
)
def test_a_statement_has_no_value_in_it(sql, left):
    assert cleaning.statement(sql) == left


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ('duplicate key value violates unique constraint "a_b_key"\nDETAIL:  Key (name)=(Lin) already exists.',
         "duplicate key value violates unique constraint a_b_key"),
        ("invalid literal for int() with base 10: 'Lin'", "invalid literal for int() with base 10: …"),
        ("林小满 is not there", "… is not there"),
        ('invalid input syntax for type integer: "lin_xiaoman"', "invalid input syntax for type integer: …"),
        ("no <User: Lin Xiaoman> (Lin)", "no … …"),
        ("asked for 13812345678 with token=abc", "asked for … with …"),
        ("", ""),
    ],
)  # fmt: skip
def test_the_words_of_an_error_name_nobody(said, left):
    assert cleaning.of_error(said) == left
