"""The paper of an invoice: what stands on it, read back from the PDF; amounts in capitals; nothing fetched; who gets it."""

import smtplib
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.files.storage import storages
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st
from weasyprint import HTML

from marketplace.core.paper_printing import NothingFromElsewhere
from marketplace.notifications.models import Notification
from marketplace.payments import invoice_selectors, tasks
from marketplace.payments.invoicing.capitals import capital_yuan
from marketplace.payments.invoicing.document import paper_html
from marketplace.payments.models import Invoice, InvoiceStatus
from marketplace.payments.services import invoice_delivery, invoices
from tests.factories import make_finance
from tests.payments.invoice_office import COMPANY, COMPANY_NUMBER, ask, give_back, invoiced_order, issued, let_jobs_run
from tests.payments.pdf import text_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("amount_fen", "capitals"),
    [
        # The examples of 支付结算办法, appendix 1.
        (1_409_50, "壹仟肆佰零玖圆伍角整"),
        (6_007_14, "陆仟零柒圆壹角肆分"),
        (107_000_53, "壹拾万柒仟圆伍角叁分"),
        (16_409_02, "壹万陆仟肆佰零玖圆零贰分"),
        (325_04, "叁佰贰拾伍圆零肆分"),
        (1_680_32, "壹仟陆佰捌拾圆叁角贰分"),
        (0, "零圆整"),
        (5, "伍分"),
        (50, "伍角整"),
        (1_00, "壹圆整"),
        (1_280_00, "壹仟贰佰捌拾圆整"),
        (100_100_00, "壹拾万零壹佰圆整"),
        (10_001_000_00, "壹仟万壹仟圆整"),
        (100_010_000_00, "壹亿零壹万圆整"),
        (1_000_000_001_00, "壹拾亿零壹圆整"),
        (-1_280_00, "（负数）壹仟贰佰捌拾圆整"),
    ],
)
def test_amounts_are_written_out_as_the_rules_write_them(amount_fen, capitals):
    assert capital_yuan(amount_fen) == capitals


def read(capitals: str) -> int:
    """The amount in fen again, by adding up: an independent way back."""
    sign = -1 if capitals.startswith("（负数）") else 1
    text = capitals.removeprefix("（负数）").removesuffix("整")
    whole, _yuan, rest = text.rpartition("圆")
    units = {"拾": 10, "佰": 100, "仟": 1_000}
    total = group = digit = 0
    for character in whole:
        if character in units:
            group, digit = group + digit * units[character], 0
        elif character in ("万", "亿"):
            total, group, digit = total + (group + digit) * {"万": 10_000, "亿": 10**8}[character], 0, 0
        else:
            digit = "零壹贰叁肆伍陆柒捌玖".index(character)
    fen = (total + group + digit) * 100
    rest = rest.replace("零", "")
    for number, unit in zip(rest[::2], rest[1::2], strict=True):
        fen += "零壹贰叁肆伍陆柒捌玖".index(number) * (10 if unit == "角" else 1)
    return sign * fen


@given(amount_fen=st.integers(-(10**14 - 1), 10**14 - 1))
def test_capitals_say_the_amount_and_nothing_else(amount_fen):
    capitals = capital_yuan(amount_fen)
    assert read(capitals) == amount_fen
    assert "零零" not in capitals


def test_what_is_too_much_to_write_out_is_refused():
    with pytest.raises(ValueError, match="too many"):
        capital_yuan(10**14)


# ── the paper ──


def words_of(invoice):
    invoice.refresh_from_db()
    with invoice.file.open("rb") as file:
        return "".join(text_of(file.read()).split())


def test_the_paper_says_who_whom_what_how_much_and_that_it_is_a_demo():
    order = invoiced_order()
    invoice = issued(order, title=COMPANY)
    words = words_of(invoice)
    for text in (
        invoice.number,
        f"名称：{COMPANY.name}",
        f"统一社会信用代码/纳税人识别号：{COMPANY_NUMBER}",
        "名称：林青山（个人）",
        "销售方林青山为自然人，由税务机关代开。",
        order.gig_title.replace(" ", ""),
        "1,267.33",
        "1%",
        "12.67",
        "壹仟贰佰捌拾圆整",
        "¥1,280.00",
        f"订单号：{order.number}",
        "演示发票，不作报销凭证",
        timezone.localtime(invoice.issued_at).strftime("%Y年%m月%d日"),
    ):
        assert text in words, text


def test_the_paper_of_the_fee_is_the_platforms(settings):
    order = invoiced_order()
    invoice = ask(order, order.seller)
    let_jobs_run()
    words = words_of(invoice)
    company = settings.PLATFORM_COMPANY
    for text in (company["name"], company["tax_number"], "平台服务费", "6%", "¥128.00", "壹佰贰拾捌圆整"):
        assert text in words, text


def test_a_reversal_is_red_negative_and_names_its_original():
    order = invoiced_order()
    original = issued(order)
    give_back(order, 28_000)
    let_jobs_run()
    original.refresh_from_db()
    words = words_of(original.reversal)
    for text in (
        "红字",
        f"被红冲蓝字发票号码：{original.number}",
        "红冲原因：订单部分退款",
        "（负数）壹仟贰佰捌拾圆整",
        "¥-1,280.00",
        "-1,267.33",
        "-12.67",
    ):
        assert text in words, text
    assert f"原发票号码{original.number}" in words_of(original.successor)


def test_the_paper_is_chinese_whoever_runs_the_job(rf):
    invoice = issued(invoiced_order())
    with translation.override("en"):
        html = paper_html(invoice)
    assert "价税合计" in html
    assert "Total" not in html


def test_a_paper_of_ours_beside_a_real_invoice_says_where_the_real_one_is(office):
    words = words_of(issued(invoiced_order()))
    assert "发票信息单" in words
    assert "发票原件以电子税务局中同号码的数电发票为准" in words
    assert "演示" not in words


def test_a_document_of_the_provider_is_kept_as_it_is(office):
    office.faults.append(lambda paper: type(paper())(**vars(paper()) | {"document": b"%PDF-1.7 of the office"}))
    invoice = issued(invoiced_order())
    with invoice.file.open("rb") as file:
        assert file.read() == b"%PDF-1.7 of the office"


def test_what_people_typed_is_text_on_the_paper():
    title = invoices.InvoiceTitle(COMPANY.kind, '<img src="http://127.0.0.1:1/x.png">公司&', COMPANY_NUMBER)
    invoice = issued(invoiced_order(), title=title)
    assert "<img" not in paper_html(invoice).replace("&lt;img", "")
    assert '<imgsrc="http://127.0.0.1:1/x.png">公司&' in words_of(invoice)


def test_a_paper_fetches_nothing_from_the_network_or_the_disk(tmp_path, capfd):
    asked = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    html = f'<link rel=stylesheet href="{address}/a.css"><img src="{address}/b.png"><a rel=attachment href="file://{secret}">x</a>'
    plain = HTML(string=html).write_pdf()
    assert asked == ["/a.css", "/b.png"]  # the listener would see it
    asked.clear()
    pdf = HTML(string=html, url_fetcher=NothingFromElsewhere()).write_pdf()
    server.shutdown()
    server.server_close()
    assert asked == []
    assert b"EmbeddedFile" in plain
    assert b"EmbeddedFile" not in pdf


# ── how it reaches people ──


def test_papers_lie_in_private_storage():
    invoice = issued(invoiced_order())
    assert storages["private"].exists(invoice.file.name)
    assert not storages["default"].exists(invoice.file.name)


def test_the_recipient_is_told_and_mailed_once_and_the_seller_is_told_without_the_title(mailoutbox):
    order = invoiced_order()
    Notification.objects.all().delete()
    invoice = issued(order)
    let_jobs_run()
    (mail,) = mailoutbox
    assert mail.to == ["xiaoman@example.com"]
    assert invoice.number in mail.subject
    assert "演示发票，不作报销凭证" in mail.body
    assert invoice.get_absolute_url() in mail.body
    ((name, content, kind),) = mail.attachments
    assert (name, kind) == (f"发票_{invoice.number}.pdf", "application/pdf")
    assert "壹仟贰佰捌拾圆整" in text_of(content)
    told = Notification.objects.get(recipient=order.buyer)
    assert (told.title, told.url) == ("发票已开好", invoice.get_absolute_url())
    seller_told = Notification.objects.get(recipient=order.seller)
    assert seller_told.url == invoice.get_absolute_url()
    assert invoice.number in seller_told.body
    assert "¥1,280.00" in seller_told.body
    assert "林小满" not in seller_told.title + seller_told.body


def test_a_reversal_is_told_and_mailed_with_its_reason(mailoutbox):
    order = invoiced_order()
    original = issued(order)
    invoices.reverse_by_hand(invoice_id=original.pk, staff=make_finance(), reason="抬头写错")
    let_jobs_run()
    mail = mailoutbox[-1]
    assert original.number in mail.body
    assert "抬头写错" in mail.body
    assert Notification.objects.filter(recipient=order.buyer, title="你的一张发票已红冲").count() == 1


def test_without_an_address_no_mail_is_sent(mailoutbox):
    invoice = issued(invoiced_order(), title=COMPANY)
    invoice.refresh_from_db()
    assert mailoutbox == []
    assert invoice.delivered_at is not None


def test_a_mail_server_that_is_down_keeps_neither_the_paper_nor_the_notice_back(mailoutbox, monkeypatch):
    def refuse(_mail):
        raise smtplib.SMTPServerDisconnected("down")

    order = invoiced_order()
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", refuse)
        invoice = ask(order)
        tasks.issue_due_invoices()
    invoice.refresh_from_db()
    assert (bool(invoice.file), invoice.delivered_at, invoice.attempts) == (True, None, 1)
    assert Notification.objects.filter(recipient=order.buyer, title="发票已开好").count() == 1
    let_jobs_run(after=timedelta(minutes=1))
    invoice.refresh_from_db()
    assert invoice.delivered_at is not None
    assert len(mailoutbox) == 1
    assert Notification.objects.filter(recipient=order.buyer, title="发票已开好").count() == 1


def test_a_mail_that_never_leaves_is_given_up_and_shown_to_finance_who_may_send_it_again(mailoutbox, monkeypatch):
    def refuse(_mail):
        raise smtplib.SMTPRecipientsRefused({})

    invoice = ask(invoiced_order())
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", refuse)
        tasks.issue_due_invoices()
        for _ in range(10):
            Invoice.objects.update(next_attempt_at=timezone.now())
            tasks.deliver_invoices()
    invoice.refresh_from_db()
    assert invoice.attempts == 8
    assert list(invoice_selectors.invoices_that_need_a_person()) == [invoice]
    invoices.retry_invoice(invoice_id=invoice.pk, staff=make_finance())
    let_jobs_run()
    assert len(mailoutbox) == 1
    assert not invoice_selectors.invoices_that_need_a_person().exists()


def test_a_paper_that_could_not_be_made_is_made_later_and_the_number_is_not_lost(monkeypatch):
    def fail(_invoice):
        raise MemoryError

    invoice = ask(invoiced_order())
    with monkeypatch.context() as broken:
        broken.setattr(invoice_delivery, "render_paper", fail)
        tasks.issue_due_invoices()
    invoice.refresh_from_db()
    number = invoice.number
    assert (invoice.status, bool(number), bool(invoice.file)) == (InvoiceStatus.ISSUED, True, False)
    let_jobs_run(after=timedelta(minutes=1))
    invoice.refresh_from_db()
    assert invoice.number == number
    assert number in words_of(invoice)
