"""Staff tells of incidents: in both languages, never changed afterwards, and written in the staff log."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.moderation.models import AdminLog
from marketplace.moderation.roles import ADMINISTRATOR, SUPPORT, ensure_roles
from marketplace.operations import incidents, status_page
from marketplace.operations.errors import OperationsError, OperationsErrorCode
from marketplace.operations.models import Incident, IncidentKind, IncidentUpdate, Stage
from tests.factories import make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db
TOLD = {
    "kind": "incident",
    "title": "短信验证码晚到",
    "title_en": "Codes come late",
    "parts": ["signing_in", "letters"],
    "text": "短信服务商有故障，可以先用密码登录。",
    "text_en": "The provider of text messages has a fault. You can log in with your password.",
}


@pytest.fixture(autouse=True)
def made_anew():
    status_page.forget()
    yield
    status_page.forget()


def staff_of(role):
    user = make_user()
    user.groups.add(ensure_roles()[role])
    return user


def test_an_administrator_tells_of_an_incident_and_of_its_end_and_everybody_reads_it():
    browser = log_in(staff_of(ADMINISTRATOR))
    assert browser.get("/admin/operations/status/new/").status_code == 200
    answer = browser.post("/admin/operations/status/new/", TOLD)
    incident = Incident.objects.get()
    assert answer.url == reverse("operations_incident", args=[incident.pk])
    public = Client().get("/status/").content.decode()
    assert TOLD["title"] in public
    assert TOLD["text"] in public
    assert TOLD["title_en"] in Client().get("/en/status/").content.decode()
    assert TOLD["title"] in browser.get("/admin/operations/status/").content.decode()

    over = {"stage": "over", "text": "短信已恢复。", "text_en": "Codes arrive again."}
    assert browser.post(answer.url, over).status_code == 302
    incident.refresh_from_db()
    assert incident.closed_at is not None
    assert [update.stage for update in incident.updates.all()] == [Stage.OVER, Stage.LOOKING]
    assert over["text"] in Client().get("/status/").content.decode()
    lines = list(AdminLog.objects.filter(is_reading=False).order_by("pk"))
    assert [line.action for line in lines] == ["status.announce", "status.update"]
    assert lines[1].after == {"stage": "over"}

    again = browser.post(answer.url, over | {"text": "又坏了。"}, follow=True)
    assert str(OperationsError.messages[OperationsErrorCode.CLOSED]) in again.content.decode()
    assert IncidentUpdate.objects.count() == 2


def test_half_of_the_words_is_refused_and_tells_nobody():
    browser = log_in(staff_of(ADMINISTRATOR))
    answer = browser.post("/admin/operations/status/new/", TOLD | {"text_en": ""})
    assert answer.status_code == 422
    assert not Incident.objects.exists()
    assert not AdminLog.objects.filter(action="status.announce").exists()


def test_support_does_not_get_in():
    browser = log_in(staff_of(SUPPORT))
    for path in ("/admin/operations/status/", "/admin/operations/status/new/"):
        assert browser.get(path).status_code == 302
    assert browser.post("/admin/operations/status/new/", TOLD).status_code == 302
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"parts": []}, OperationsErrorCode.UNKNOWN_PART),
        ({"parts": ["weather"]}, OperationsErrorCode.UNKNOWN_PART),
        ({"kind": IncidentKind.MAINTENANCE}, OperationsErrorCode.NO_END),
        ({"kind": IncidentKind.MAINTENANCE, "ends_at": timezone.now()}, OperationsErrorCode.NO_END),
    ],
)
def test_what_is_refused_is_written_nowhere(change, code):
    told = TOLD | {"kind": IncidentKind.INCIDENT, "staff": make_user()}
    with pytest.raises(OperationsError) as refusal:
        incidents.announce(**(told | change))
    assert refusal.value.code == code
    assert not Incident.objects.exists()


def test_maintenance_has_no_cause_to_be_found():
    told = TOLD | {"kind": IncidentKind.MAINTENANCE, "staff": make_user()}
    incident = incidents.announce(**told, ends_at=timezone.now() + timedelta(hours=1))
    with pytest.raises(OperationsError) as refusal:
        incidents.go_on(incident_id=incident.pk, stage=Stage.FOUND, text="。", text_en=".", staff=make_user())
    assert refusal.value.code == OperationsErrorCode.WRONG_STAGE
    assert incident.updates.count() == 1
