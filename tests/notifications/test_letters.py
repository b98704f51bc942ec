"""Mails: in our design, whole without anything to fetch, and the same as text."""

import re
from datetime import timedelta
from email.header import decode_header, make_header

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from marketplace.core import clock
from marketplace.notifications import catalogue, letters
from tests.notifications.people import reachable, send_all, tell

pytestmark = pytest.mark.django_db


def html_of(mail: EmailMultiAlternatives) -> str:
    ((content, kind),) = [(part.content, part.mimetype) for part in mail.alternatives]
    assert kind == "text/html"
    return content


@pytest.fixture
def mail(mailoutbox):
    tell(reachable(), about="青禾茶馆<b>品牌</b>设计")
    send_all()
    return mailoutbox[0]


def test_nothing_in_a_mail_has_to_be_fetched_and_no_style_is_left_outside_the_elements(mail):
    html = html_of(mail)
    (by_night,) = re.findall(r"<style>(.*?)</style>", html, flags=re.S)
    assert by_night.startswith("@media (prefers-color-scheme: dark) {")
    assert not re.search(r"<(img|link|script|iframe)\b|url\(|@import", html)
    assert [tag for tag in re.findall(r"<[^>]+ class=[^>]+>", html) if " style=" not in tag] == []
    assert re.search(r'<a class="button" href="[^"]+" style="[^"]*background-color: ?#2a2521', html)
    assert 'lang="zh-hans"' in html


def test_both_forms_say_the_same_and_lead_to_the_line(mail):
    for text in (mail.body, html_of(mail)):
        assert "你的订单已交付" in text or "订单" in text
        assert "/notifications/" in text
    assert "青禾茶馆<b>品牌</b>设计" in mail.body
    assert "青禾茶馆&lt;b&gt;品牌&lt;/b&gt;设计" in html_of(mail)
    assert "<b>品牌" not in html_of(mail)


def test_a_name_with_a_line_break_makes_no_header(mailoutbox):
    tell(reachable(), catalogue.talk.MESSAGE, words={"name": "甲\r\nBcc: all@example.com"}, about="x")
    assert send_all() == 0  # it waits a few minutes
    with clock.moved_to(timezone.now() + timedelta(minutes=6)):
        send_all()
    sent = mailoutbox[0].message()
    assert sent["Bcc"] is None
    assert "Bcc: all@example.com" in str(make_header(decode_header(sent["Subject"])))


def test_what_rooms_write_themselves_wears_the_same_dress():
    mail = letters.text_letter(subject="提现账户", text="新账户。\n\nhttps://jiangji.example/x/", to="a@b.cn")
    assert mail.body == "新账户。\n\nhttps://jiangji.example/x/\n"
    assert 'href="https://jiangji.example/x/"' in html_of(mail)
    assert "#c23b29" in html_of(mail)


def test_an_address_right_after_chinese_words_is_a_link_and_markup_is_none():
    text = "如果不是，请修改密码：https://jiangji.example/a/?b=1&c=<x>。无需处理。https://jiangji.example/d/. <b>"
    html = html_of(letters.text_letter(subject="提醒", text=text, to="a@b.cn"))
    assert re.findall(r'<a href="([^"]+)"', html)[-2:] == [
        "https://jiangji.example/a/?b=1&amp;c=",
        "https://jiangji.example/d/",
    ]
    assert "&lt;b&gt;" in html


def test_allauths_mails_wear_it_too(client, mailoutbox):
    reachable()
    client.post("/accounts/login/code/", {"email": "lin@example.com", "phone": "", "login": "lin@example.com"})
    client.post("/accounts/password/reset/", {"email": "lin@example.com"})
    assert mailoutbox
    for mail in mailoutbox:
        assert "#c23b29" in html_of(mail)
        assert mail.body.strip()
