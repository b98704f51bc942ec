"""With Valkey away the editors' pages come, with all the addresses and pictures that stand on them."""

import pytest
from django.test import Client
from wagtail.models import Page

from tests.faults.valkey import take_away

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tree")]


def test_every_page_of_the_editors_comes(settings):
    addresses = [page.url for page in Page.objects.live().public().filter(depth__gt=1) if page.url]
    assert len(addresses) > 10
    take_away(settings)
    browser = Client(raise_request_exception=False)
    found = {address: browser.get(address, follow=True).status_code for address in addresses}
    assert {address: status for address, status in found.items() if status != 200} == {}
