"""Whose searches belong together, without knowing who it is; and what of a request is nobody's search."""

import re

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from marketplace.core import clock
from marketplace.gigs import counting
from marketplace.safety.contact_patterns import ContactKind
from marketplace.safety.contacts import find_contacts

# Numbers of papers, cards and telephones. Prices and sizes are shorter.
_LONG_NUMBER = re.compile(r"\d{8,}|(?<!\d)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)")
_ALWAYS_PERSONAL = frozenset({ContactKind.PHONE, ContactKind.EMAIL})
_ACCOUNT_CHARACTERS = re.compile(r"[A-Za-z][A-Za-z0-9_-]{5,}|\d{5,}")


def visitor_of(request: HttpRequest) -> str:
    """The same for the same browser within a month of China's. Nobody can go back from it to the session or the address."""
    month = timezone.localdate(clock.now()).strftime("%Y-%m")
    mark = request.session.session_key
    if not mark:
        mark = f"{get_adapter(request).get_client_ip(request)} {request.headers.get('User-Agent', '')}"
    return salted_hmac(f"discovery.visitor.{month}", mark).hexdigest()[:32]


def apart(visitor: str) -> str:
    """The same browser where its searches are not kept under an account: nothing leads from these to those that are."""
    return salted_hmac("discovery.visitor.apart", visitor).hexdigest()[:32] if visitor else ""


def is_person(request: HttpRequest) -> bool:
    """Whether somebody wants to see a page: no program, no browser that fetches ahead, no staff looking as somebody."""
    ahead = "prefetch" in (request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", ""))
    looked_at = getattr(request, "viewing", None)
    # Programs do not sign in, whatever they call themselves.
    machine = not request.user.is_authenticated and counting.is_machine(request.headers.get("User-Agent", ""))
    return request.method == "GET" and not (ahead or looked_at or machine)


def has_personal_data(query: str) -> bool:
    """Whether the query holds a telephone number, an address, an account or the number of a paper: it is not kept then."""
    if _LONG_NUMBER.search(query):
        return True
    return any(
        hint.kind in _ALWAYS_PERSONAL
        or (hint.kind is not ContactKind.LINK and _ACCOUNT_CHARACTERS.search(hint.text) is not None)
        for hint in find_contacts(query)
    )
