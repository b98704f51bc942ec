"""Traces, by the processes that operators start, over real HTTP to a collector of ours: what arrives, from whom, and what not."""

import json
import os
import subprocess
import sys
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from marketplace.notifications.models import OutboundMessage
from marketplace.orders import services as orders
from portal.celery import application
from portal.embedded.valkey import free_port
from portal.env import BASE_DIR
from tests.factories import make_gig, make_order, make_user
from tests.payments.conftest import begin
from tests.payments.sandbox.conftest import eventually, fetch
from tests.payments.test_paying import client_of
from tests.portal.watching.conftest import CELERY, START_SECONDS

pytestmark = pytest.mark.xdist_group("celery")
PHONE, NAME, MAIL = "13812345678", "林小满", "lin.xiaoman@example.com"
PERSONAL = (
    PHONE, "138****5678", NAME, NAME.encode().hex(), "xiaoman", "geheim", "SMS_1", "Mozilla", "LTAItestkey", "9" * 32,
    "biz_content", "sign=",
)  # fmt: skip
BY_CODE = "account_request_login_code"
TEXTS, REFUNDS = "marketplace.notifications.tasks.send_text_message", "marketplace.payments.tasks.pay_due_refunds"
OTHER_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
REQUEST_ID = "0123456789abcdef0123456789abcdef"
WORKER = (*CELERY, "worker", "-l", "INFO", "--without-gossip", "--without-mingle", "-c", "1")
LOADED = """
import json, sys
import portal.wsgi, portal.asgi, portal.urls
from portal.celery import application
application.loader.import_default_modules()
found = {name.split(".")[0] for name, module in sys.modules.items() if module is not None}
print(json.dumps(sorted(found & {"opentelemetry", "sentry_sdk"})))
"""


@pytest.fixture
def aliyun():
    """Takes text messages over HTTP; the headers that came, and its address."""
    came = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            came.append((self.path, dict(self.headers)))
            body = b'{"Code": "OK", "BizId": "1"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments):
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield came, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def traced(receiver, start):
    """Start a process that sends everything to the collector."""

    def begin_traced(*arguments, **variables):
        told = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url, "OTEL_BSP_SCHEDULE_DELAY": "200"}
        return start(*arguments, **told | variables)

    return begin_traced


@pytest.fixture
def serve(traced):
    """Serve pages by gunicorn as deployed, or by uvicorn; returns the process and its address."""

    def begin_serving(program="gunicorn", **variables):
        port = str(free_port())
        command = {
            "gunicorn": ("gunicorn", "-c", "deploy/gunicorn.conf.py", "-b", f"127.0.0.1:{port}", "portal.wsgi"),
            "uvicorn": ("uvicorn", "--port", port, "portal.asgi:application"),
        }[program]
        process = traced("-m", *command, WEB_PROCESSES="1", ALLOWED_HOSTS="127.0.0.1", **variables)
        url = f"http://127.0.0.1:{port}"

        def answers():
            assert process.process.poll() is None, process.log
            try:
                return fetch(f"{url}/healthz?for=web").status == 200
            except OSError:
                return False

        eventually(answers, within=START_SECONDS)
        return process, url

    return begin_serving


def lines(log):
    """The lines of a log that are JSON."""
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]


def by_aliyun(endpoint):
    """Text messages leave by Aliyun."""
    return {
        "SMS_BACKEND": "marketplace.notifications.sms.aliyun.AliyunSmsBackend", "ALIYUN_SMS_ENDPOINT": endpoint,
        "ALIYUN_SMS_ACCESS_KEY_ID": "LTAItestkey", "ALIYUN_SMS_ACCESS_KEY_SECRET": "geheim000",
        "ALIYUN_SMS_TEMPLATES": "code=SMS_1,no_account=SMS_2",
    }  # fmt: skip


def by_alipay(settings, folder):
    """The sandbox as the settings of this test have it, for a process of its own."""
    names = {
        "ALIPAY_APP_PRIVATE_KEY": "app_private_key", "ALIPAY_PUBLIC_KEY": "alipay_public_key",
        "ALIPAY_APP_CERT": "app_cert", "ALIPAY_CERT": "alipay_cert", "ALIPAY_ROOT_CERT": "alipay_root_cert",
    }  # fmt: skip
    files = {f"{name}_FILE": str(folder / f"{file}.pem") for name, file in names.items()}
    known = {"ALIPAY_APP_ID": "app_id", "ALIPAY_SELLER_ID": "seller_id", "ALIPAY_GATEWAY_URL": "gateway_url"}
    return files | {name: settings.ALIPAY[key] for name, key in known.items()}


def ask_for_a_code(url):
    """Somebody types a telephone number to log in by a code, from an address with more in it than is good."""
    token = "c" * 32
    address = f"{url}/accounts/login/code/?next=/%3Ftoken%3Dgeheim123%26name%3D{urllib.parse.quote(NAME)}"
    return fetch(
        address,
        urllib.parse.urlencode({"phone": PHONE}).encode(),
        Cookie=f"csrf={token}; session=geheim456",
        X_CSRFToken=token,
        X_Request_ID=REQUEST_ID,
        Authorization="Bearer geheim789",
        User_Agent=f"Mozilla/5.0 ({MAIL})",
        Traceparent=f"00-{'9' * 32}-{'8' * 16}-01",
        Tracestate=f"x={NAME.encode().hex()}",
        Baggage="name=xiaoman",
    )


def test_one_trace_runs_from_the_page_through_the_job_to_the_call_of_an_institution(
    receiver, traced, serve, aliyun, settings, alipay_sandbox, postbox
):
    came, endpoint = aliyun
    make_user(phone=f"+86{PHONE}", name=NAME)
    paid = begin(alipay_sandbox, postbox, price_fen=12_800)
    paid.pay()
    assert paid.deliver() == "success"
    orders.cancel_order(order_id=paid.order.pk, user=paid.order.seller)  # its money is to go back
    waiting = make_order(gig=make_gig(price_fen=9_900))
    payer = client_of(waiting.buyer)
    payer.post(f"/pay/{waiting.number}/", {"gateway": "alipay", "scene": "qr"})
    OutboundMessage.objects.all().delete()

    told = by_aliyun(endpoint) | by_alipay(settings, alipay_sandbox.data_dir)
    worker = traced(*WORKER, **told)
    web, url = serve(**told)
    assert ask_for_a_code(url).status == 302
    scanned = fetch(f"{url}/pay/{waiting.number}/scan/alipay/", Cookie=f"session={payer.cookies['session'].value}")
    assert scanned.status == 200
    send(REFUNDS, worker.broker, traceparent=f"00-{OTHER_TRACE}-00f067aa0ba902b7-01")
    last = (f"run/{TEXTS}", f"run/{REFUNDS}", f"POST {BY_CODE}", "GET payments:scan")
    eventually(lambda: all(receiver.named(name) for name in last), within=START_SECONDS)
    web.end()
    worker.end()

    page = is_one_trace(receiver, endpoint)
    # The same number stands in the log of both, beside the request's.
    for process, what in ((web, "request"), (worker, "job")):
        (line,) = [
            line for line in lines(process.log) if line.get("request_id") == REQUEST_ID and line["message"] == what
        ]
        assert line["trace_id"] == page.trace
    # Alipay, by its SDK: a page that asks for a code, a job that gives money back.
    (asked,), (ran,) = receiver.named("GET payments:scan"), receiver.named(f"run/{REFUNDS}")
    assert (ran.trace, ran.parent) == (OTHER_TRACE, "00f067aa0ba902b7")
    for around in (asked, ran):
        calls = [span for span in calls_to(alipay_sandbox.url, receiver) if span.trace == around.trace]
        assert {(span.service, span.kind) for span in calls} == {(around.service, "client")}

    # Aliyun is told nothing of it, and the collector nothing of anybody.
    ((path, headers),) = came
    assert PHONE in path
    assert not {"traceparent", "tracestate", "baggage"} & {name.lower() for name in headers}
    everything = "".join(span.everything for span in receiver.spans)
    for personal in (*PERSONAL, waiting.number, waiting.buyer.username):
        assert personal not in everything, personal


def is_one_trace(receiver, endpoint):
    """Page, job handed over, job, call: each within the one before. Returns the page."""
    (page,) = receiver.named(f"POST {BY_CODE}")
    (sent,), (run,) = receiver.named(f"apply_async/{TEXTS}"), receiver.named(f"run/{TEXTS}")
    (call,) = calls_to(endpoint, receiver)
    assert {page.trace} == {sent.trace, run.trace, call.trace}
    assert (page.parent, run.parent, call.parent) == ("", sent.number, run.number)
    assert (page.kind, sent.kind, run.kind) == ("server", "producer", "consumer")
    assert {page.service, sent.service} == {"jiangji-web"}
    assert {run.service, call.service} == {"jiangji-worker"}
    assert {span.attributes["jiangji.request_id"] for span in (page, sent, run, call)} == {REQUEST_ID}
    assert int(page.attributes["http.response.status_code"]) == 302
    assert int(call.attributes["http.response.status_code"]) == 200
    statements = [span for span in receiver.spans if span.trace == page.trace and "db.query.text" in span.attributes]
    assert {span.service for span in statements} == {"jiangji-web", "jiangji-worker"}
    assert any("INSERT INTO" in span.attributes["db.query.text"] for span in statements)
    assert page.resource["deployment.environment.name"] == "test"
    assert page.resource["service.version"] not in ("", "unknown")
    return page


def test_who_begins_no_trace_sends_nothing_and_who_goes_on_with_one_follows_its_beginning(receiver, traced, serve):
    """A ratio of none: pages begin none; a worker takes up what another process decided to keep, and that alone."""
    worker = traced(*WORKER, OTEL_TRACES_SAMPLER_ARG="0")
    web, url = serve(OTEL_TRACES_SAMPLER_ARG="0")
    assert fetch(f"{url}/robots.txt").status == 200
    job, numbers = "marketplace.gigs.tasks.pause_unnamed_gigs", ("1" * 32, "2" * 32)
    for number, kept in zip(numbers, ("00", "01"), strict=True):
        send(job, worker.broker, traceparent=f"00-{number}-00f067aa0ba902b7-{kept}")
    send(job, worker.broker)
    eventually(lambda: worker.log.count('"message": "job"') == 3, within=START_SECONDS)
    web.end()
    worker.end()
    assert {(span.trace, span.service) for span in receiver.spans} == {(numbers[1], "jiangji-worker")}
    (page,) = [line for line in lines(web.log) if line.get("route") == "robots"]
    assert "trace_id" not in page
    jobs = [line for line in lines(worker.log) if line["message"] == "job"]
    assert [line.get("trace_id") for line in jobs] == [None, numbers[1], None]


def test_beat_begins_a_trace_for_each_job_and_none_for_its_own_looks_into_the_database(receiver, traced):
    beat = traced(*CELERY, "beat", "--pidfile=", "-l", "INFO")
    eventually(lambda: len({span.trace for span in receiver.spans}) > 2, within=START_SECONDS)
    beat.end()
    firsts = [span for span in receiver.spans if not span.parent]
    assert {(span.service, span.kind) for span in firsts} == {("jiangji-beat", "producer")}
    assert len({span.trace for span in firsts}) == len(firsts)
    assert {span.service for span in receiver.spans} == {"jiangji-beat"}


def test_a_command_is_one_trace_by_its_name_without_what_follows_it(receiver, traced):
    command = traced("manage.py", "audit_ledger", "--verbosity", "1")
    command.process.wait(START_SECONDS)
    (first,) = [span for span in receiver.spans if not span.parent]
    assert (first.service, first.name) == ("jiangji-command", "command audit_ledger")
    assert {span.trace for span in receiver.spans} == {first.trace}
    assert any("db.query.text" in span.attributes for span in receiver.spans)


def test_a_server_that_answers_pages_and_sockets_alike_traces_its_pages(receiver, serve):
    server, url = serve("uvicorn")
    assert fetch(f"{url}/robots.txt", X_Request_ID=REQUEST_ID).status == 200
    wrong = fetch(f"{url}/robots.txt", Host="elsewhere.example")
    assert wrong.status == 400
    server.end()
    (page,) = receiver.named("GET robots")
    assert (page.service, page.kind, page.attributes["jiangji.request_id"]) == ("jiangji-live", "server", REQUEST_ID)
    assert not [
        span for span in receiver.spans if "healthz" in span.name or (not span.parent and span.kind == "client")
    ]
    (line,) = [line for line in lines(server.log) if line.get("request_id") == REQUEST_ID]
    assert line["trace_id"] == page.trace


def test_a_collector_that_is_away_keeps_neither_a_page_nor_the_end_of_a_process_waiting(serve):
    web, url = serve(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    assert fetch(f"{url}/robots.txt").status == 200
    assert web.end() < 25  # an orchestrator leaves it 30 seconds and more


@pytest.mark.parametrize(
    ("told", "loaded"),
    [({}, set()), ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}, {"opentelemetry"}),
     ({"SENTRY_DSN": "http://public@127.0.0.1:9/7"}, {"sentry_sdk"})],
)  # fmt: skip
def test_without_an_address_nothing_of_it_is_loaded(told, loaded):
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"} | told
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOADED], cwd=BASE_DIR, env=environment, capture_output=True, text=True
    )
    assert set(json.loads(done.stdout.splitlines()[-1])) == loaded, done.stderr


def test_a_ratio_that_is_none_is_refused():
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings", "OTEL_TRACES_SAMPLER_ARG": "2"}
    command = [sys.executable, "-W", "ignore", "-c", "from django.conf import settings; settings.DEBUG"]
    done = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert "OTEL_TRACES_SAMPLER_ARG is 2.0; it must be from 0 to 1." in done.stderr


def calls_to(address, receiver):
    """The spans of calls of a server."""
    port = int(address.rsplit(":", 1)[-1])
    return [span for span in receiver.spans if span.kind == "client" and span.attributes.get("server.port") == port]


def send(job, broker, arguments=(), **headers):
    """Hand a job to another broker than the tests' own."""
    with application.connection_for_write(url=broker) as connection:
        application.send_task(job, args=arguments, headers=headers, connection=connection, ignore_result=True)
