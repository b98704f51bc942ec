import pytest
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import ConsentDocument
from marketplace.accounts.services import give_consent
from marketplace.discovery import services
from tests.discovery.conftest import _words_of_this_test_only  # noqa: F401 autouse here too
from tests.factories import make_gig

BROWSER = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140 Mobile Safari/537.36"


@pytest.fixture
def posters(db):
    """Three posters and a logo on sale."""
    gigs = [make_gig(title=title) for title in ("海报设计一", "海报设计二", "海报设计三", "品牌标志")]
    services.rebuild_index()
    return gigs


@pytest.fixture
def visitor(db) -> Client:
    """Somebody with a browser who never signed in."""
    return Client(HTTP_USER_AGENT=BROWSER)


@pytest.fixture
def open_gig():
    """Open a gig's page from the results of `query`, as a browser does."""

    def _open(client: Client, gig, **query):
        address = reverse("discovery:search") + "?" + "&".join(f"{name}={value}" for name, value in query.items())
        return client.get(gig.get_absolute_url(), HTTP_REFERER=f"http://testserver{address}")

    return _open


@pytest.fixture
def willing_client(buyer_client, buyer) -> Client:
    """The buyer, who lets us keep their searches."""
    give_consent(user=buyer, document=ConsentDocument.SEARCHES)
    return buyer_client
