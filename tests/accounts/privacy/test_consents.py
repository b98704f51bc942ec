"""Consents: given one by one, taken back with effect, asked for again when the terms change."""

import pytest
from django.urls import reverse

from marketplace.accounts import selectors, services
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import ConsentDocument, ConsentRecord
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.models import SearchHistory
from marketplace.discovery.services import record_search
from tests.logins import log_in

pytestmark = pytest.mark.django_db
SEARCHES = ConsentDocument.SEARCHES


def test_no_optional_consent_is_given_beforehand(buyer):
    services.record_consent(user=buyer)
    assert not any(choice.record for choice in selectors.choices_of(buyer))
    record_search(user=buyer, request=SearchRequest(query="logo"), result_count=3)
    assert SearchHistory.objects.get().user is None


def test_a_consent_that_is_taken_back_stays_on_record_and_loses_its_effect(buyer):
    client = log_in(buyer)
    address = reverse("accounts:consent_choose", args=["searches"])
    client.post(address, {"given": "1"})
    record_search(user=buyer, request=SearchRequest(query="logo"), result_count=3)
    assert SearchHistory.objects.get().user == buyer

    client.post(address, {"given": "0"})

    assert not selectors.has_consent(buyer, SEARCHES)
    assert ConsentRecord.objects.get(user=buyer, document=SEARCHES).withdrawn_at is not None
    assert not SearchHistory.objects.exists()  # what was kept is deleted
    record_search(user=buyer, request=SearchRequest(query="海报"), result_count=1)
    assert not SearchHistory.objects.filter(user=buyer).exists()


def test_it_can_be_given_again_and_both_records_stand(buyer):
    for _time in range(2):
        services.give_consent(user=buyer, document=SEARCHES)
        services.give_consent(user=buyer, document=SEARCHES)  # sent twice
        services.withdraw_consent(user=buyer, document=SEARCHES)
    assert ConsentRecord.objects.filter(user=buyer, document=SEARCHES).count() == 2


@pytest.mark.parametrize("document", [ConsentDocument.TERMS, ConsentDocument.PRIVACY])
def test_the_terms_are_left_by_closing_the_account_only(buyer, document):
    services.record_consent(user=buyer)
    with pytest.raises(AccountError) as refusal:
        services.withdraw_consent(user=buyer, document=document)
    assert refusal.value.code == AccountErrorCode.NOT_OPTIONAL
    assert not ConsentRecord.objects.exclude(withdrawn_at=None).exists()


def test_an_unknown_document_is_not_found(buyer):
    assert log_in(buyer).post(reverse("accounts:consent_choose", args=["cookies"]), {"given": "1"}).status_code == 404


@pytest.fixture
def new_terms(buyer, settings):
    services.record_consent(user=buyer)
    settings.CONSENT_VERSIONS = settings.CONSENT_VERSIONS | {"terms": "2027-01"}


def test_a_new_edition_is_asked_about_once_and_the_way_goes_on(buyer, new_terms):
    client = log_in(buyer)
    wanted = "/orders/?group=open"
    asked = client.get(wanted)
    assert asked.status_code == 302
    assert asked.url.startswith(reverse("accounts:consent_renew"))
    page = client.get(asked.url)
    text = page.content.decode()
    assert str(ConsentDocument.TERMS.label) in text
    assert 'href="/terms/"' in text
    assert 'href="/privacy/"' not in text.split("<form", 1)[0].rpartition("<main")[2]  # that one is as it was
    refused = client.post(reverse("accounts:consent_renew"), {"next": wanted})
    assert refused.status_code == 200  # the box was not ticked
    assert not ConsentRecord.objects.filter(version="2027-01").exists()
    accepted = client.post(reverse("accounts:consent_renew"), {"next": wanted, "consent": "on"})
    assert (accepted.status_code, accepted.url) == (302, wanted)
    assert client.get(wanted).status_code == 200
    assert ConsentRecord.objects.filter(user=buyer, document="terms").count() == 2


def test_what_somebody_sends_is_not_lost_to_the_question(buyer, new_terms):
    client = log_in(buyer)
    answer = client.post(reverse("accounts:settings"), {"display_name": "新名字", "languages": ["zh"]})
    assert "consent" not in answer.headers.get("Location", "")
    buyer.profile.refresh_from_db()
    assert buyer.profile.display_name == "新名字"


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Accept": "application/json"}, {"Accept": "*/*"}])
def test_parts_of_a_page_and_programs_are_not_sent_elsewhere(buyer, new_terms, headers):
    assert log_in(buyer).get("/orders/", headers=headers).status_code == 200


def test_who_will_not_agree_still_reaches_privacy_and_the_way_out(buyer, new_terms):
    client = log_in(buyer)
    assert client.get(reverse("accounts:privacy")).status_code == 200
    assert client.get(reverse("accounts:close")).status_code == 200
    assert "consent" not in client.get(reverse("account_logout")).headers.get("Location", "")


def test_the_way_on_leads_to_no_other_site(buyer, new_terms):
    answer = log_in(buyer).post(reverse("accounts:consent_renew"), {"next": "https://evil.example/", "consent": "on"})
    assert answer.url == "/"


def test_once_nothing_is_open_no_page_asks_the_database_again(buyer):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    services.record_consent(user=buyer)
    client = log_in(buyer)
    client.get("/orders/")
    with CaptureQueriesContext(connection) as captured:
        client.get("/orders/")
    assert not [query for query in captured.captured_queries if "accounts_consentrecord" in query["sql"]]
