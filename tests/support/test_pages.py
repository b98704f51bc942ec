"""Where people ask support, and where it answers."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from marketplace.messaging.models import Message, MessageKind
from marketplace.moderation.models import AdminLog
from marketplace.support import selectors, services
from marketplace.support.models import CannedAnswer, SupportCase, Topic
from marketplace.support.states import CaseStatus
from tests.factories import make_moderator, make_order, make_paid_order
from tests.logins import log_in
from tests.support.test_cases import ask, make_support

pytestmark = pytest.mark.django_db


def test_a_question_is_asked_on_a_plain_form_and_leads_to_its_conversation(buyer, buyer_client):
    order = make_paid_order(buyer=buyer)
    page = buyer_client.get(reverse("support:new"), {"order": order.number})
    assert f'value="{order.number}" selected' in page.content.decode()
    told = {"topic": "order", "order": order.number, "subject": "怎么改需求", "body": "付款后想改尺寸。"}
    answer = buyer_client.post(reverse("support:new"), told)
    case = SupportCase.objects.get()
    assert answer.url == case.get_absolute_url()
    assert (case.order, case.topic) == (order, Topic.ORDER)
    page = buyer_client.get(answer.url)
    assert page.status_code == 200
    assert "付款后想改尺寸。" in page.content.decode()


def test_the_form_says_by_its_mark_that_it_was_sent_before(buyer_client):
    page = buyer_client.get(reverse("support:new")).content.decode()
    mark = re.search(r'name="client_id"[^>]*value="([^"]+)"', page)[1]
    told = {"topic": "other", "subject": "问", "body": "问", "client_id": mark}
    first = buyer_client.post(reverse("support:new"), told)
    assert buyer_client.post(reverse("support:new"), told).url == first.url
    other = buyer_client.post(reverse("support:new"), told | {"body": "另一件事"})
    assert other.status_code == 422
    assert "另一件事" in other.content.decode()
    assert mark not in other.content.decode()
    assert SupportCase.objects.count() == 1


def test_somebody_elses_order_cannot_be_asked_about(buyer_client):
    order = make_paid_order()
    told = {"topic": "order", "order": order.number, "subject": "问", "body": "问"}
    assert buyer_client.post(reverse("support:new"), told).status_code == 422
    assert not SupportCase.objects.exists()


def test_an_order_older_than_the_newest_ones_can_be_asked_about_from_its_page(buyer, buyer_client, monkeypatch):
    old = make_order(buyer=buyer)
    newer = [make_order(buyer=buyer) for _number in range(2)]
    monkeypatch.setattr(selectors.orders_to_ask_about, "__kwdefaults__", {"number": "", "limit": 2})
    page = buyer_client.get(f"/support/new/?order={old.number}")
    assert page.context["form"]["order"].value() == old.number
    assert list(page.context["form"].orders) == [old.number, *[order.number for order in reversed(newer)]]
    told = {"topic": "order", "order": old.number, "subject": "问", "body": "问"}
    answer = buyer_client.post("/support/new/", told)
    assert answer.status_code == 302
    assert SupportCase.objects.get().order == old


def test_ones_questions_are_listed_and_marked_as_solved_by_oneself_alone(buyer, buyer_client, seller_client):
    case = ask(buyer)
    assert case.subject in buyer_client.get(reverse("support:list")).content.decode()
    assert case.subject not in seller_client.get(reverse("support:list")).content.decode()
    address = reverse("support:solve", args=[case.pk])
    assert seller_client.post(address).status_code == 404
    case.refresh_from_db()
    assert case.status == CaseStatus.WAITING
    buyer_client.post(address)
    case.refresh_from_db()
    assert case.status == CaseStatus.SOLVED


def test_support_answers_assigns_notes_and_solves_in_the_admin(buyer):
    staff, colleague = make_support(), make_support("小林")
    client = log_in(staff)
    case = ask(buyer)
    CannedAnswer.objects.create(title="退款进度", topic=Topic.MONEY, body="退款一般一到三个工作日到账。")
    assert case.subject in client.get(reverse("support_inbox")).content.decode()
    page = client.get(reverse("support_case", args=[case.pk])).content.decode()
    assert "退款三天了还没到。" in page
    assert "退款一般一到三个工作日到账。" in page
    client.post(reverse("support_assign", args=[case.pk]), {"to": colleague.pk})
    client.post(reverse("support_note", args=[case.pk]), {"text": "银行通道延迟"})
    client.post(reverse("support_answer", args=[case.pk]), {"body": "已催，今天到账。", "solve": "1", "seen": "1"})
    case.refresh_from_db()
    assert (case.assigned_to, case.status, case.notes.get().text) == (colleague, CaseStatus.SOLVED, "银行通道延迟")
    assert Message.objects.filter(kind=MessageKind.TEXT).latest("pk").body == "已催，今天到账。"
    assert "银行通道延迟" in client.get(reverse("support_case", args=[case.pk])).content.decode()


def test_an_empty_answer_is_refused_on_the_page_and_nothing_is_sent(buyer):
    client = log_in(make_support())
    case = ask(buyer)
    assert client.post(reverse("support_answer", args=[case.pk]), {"body": " "}).status_code == 422
    assert Message.objects.count() == 1


def test_notes_for_colleagues_are_nowhere_on_the_persons_page(buyer, buyer_client):
    case = ask(buyer)
    services.note_case(case_id=case.pk, author=make_support(), text="此人多次投诉")
    assert "此人多次投诉" not in buyer_client.get(case.get_absolute_url()).content.decode()


def test_who_is_not_of_support_finds_no_inbox(buyer, buyer_client):
    case = ask(buyer)
    for name, arguments in (("support_inbox", []), ("support_case", [case.pk])):
        assert buyer_client.get(reverse(name, args=arguments)).status_code in (302, 403)


def test_the_help_and_order_pages_lead_there(buyer, buyer_client):
    order = make_paid_order(buyer=buyer)
    assert (
        f"{reverse('support:new')}?order={order.number}" in buyer_client.get(order.get_absolute_url()).content.decode()
    )
    assert reverse("support:list") in buyer_client.get(reverse("orders:list")).content.decode()


def test_files_sent_to_support_are_for_who_works_on_cases_and_leave_one_line(buyer, django_capture_on_commit_callbacks):
    case = ask(buyer, files=[SimpleUploadedFile("流水.txt", b"1")])
    file = Message.objects.get(conversation=case.conversation).attachments.get()
    address = reverse("messaging:attachment", args=[file.pk])
    assert log_in(make_moderator()).get(address).status_code == 404
    assert not AdminLog.objects.exists()
    staff = make_support()
    client = log_in(staff)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.get(address).status_code == 200
    assert client.get(address).status_code == 200
    lines = AdminLog.objects.filter(action="message.file_read").values_list("actor", "data__file")
    assert list(lines) == [(staff.pk, file.pk)]
    assert log_in(buyer).get(address).status_code == 200
    assert AdminLog.objects.filter(actor=buyer).count() == 0


def test_support_reads_an_order_of_the_person_who_asks_and_no_other(buyer):
    case, own, foreign = ask(buyer), make_paid_order(buyer=buyer), make_paid_order()
    client = log_in(make_support())
    assert (
        reverse("support_case_order", args=[case.pk, own.number])
        in client.get(reverse("support_case", args=[case.pk])).content.decode()
    )
    page = client.get(reverse("support_case_order", args=[case.pk, own.number])).content.decode()
    assert own.gig_title in page
    assert own.seller.display_name in page
    assert page.count("<li><small>") == own.events.count() > 0
    assert client.get(reverse("support_case_order", args=[case.pk, foreign.number])).status_code == 404
