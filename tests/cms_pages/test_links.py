"""A typed address of a link leads to a page, and runs nothing."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from cms_pages.addresses import may_be_linked
from cms_pages.blocks import LinkBlock
from cms_pages.models import LandingPage
from cms_pages.page_links import address_leads_somewhere

GOOD = ("/help/", "#live", "https://example.com/a?b=1", "http://example.com", "mailto:hi@example.com", "tel:+8610", "/")
BAD = (
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "help/",
    "vbscript:x",
)


def link(address: str):
    return {"text": "看看", "page": None, "search": "", "address": address}


@pytest.mark.parametrize("address", GOOD)
def test_addresses_of_pages_mail_and_telephones_may_be_linked(address: str) -> None:
    assert may_be_linked(address)
    block = LinkBlock()
    assert block.clean(block.to_python(link(f" {address} ")))["address"] == address


@pytest.mark.parametrize("address", BAD, ids=range(len(BAD)))
def test_other_addresses_are_refused_at_their_field_and_called_broken(address: str) -> None:
    block = LinkBlock()
    with pytest.raises(ValidationError) as refusal:
        block.clean(block.to_python(link(address)))
    assert set(refusal.value.block_errors) == {"address"}
    assert not address_leads_somewhere(address)


def test_one_that_was_stored_before_is_not_on_the_page(tree, client: Client) -> None:
    landing = LandingPage.objects.filter(locale__language_code="zh-hans").first()
    landing.body = [("call_to_action", {"heading": "试", "text": "", "link": link("javascript:alert(1)")})]
    landing.save_revision().publish()
    html = client.get(landing.url).content.decode()
    assert "试" in html
    assert "javascript:alert" not in html
