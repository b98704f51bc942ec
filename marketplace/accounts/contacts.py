"""Changing a number or an address takes both ends: a code to the present one first, then a code to the new one.

A session alone may be stolen. Whoever adds a number can log in with it from then on, so that, too, needs a code to
something the person already has.
"""

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from marketplace.accounts.models import User
from marketplace.accounts.phone import masked_phone

_STATE, _PROVED = "account_present_contact", "account_contact_proved"
PROVED_FOR_SECONDS = 600


class ContactKind(StrEnum):
    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True)
class Contact:
    """A verified number or address of a person."""

    kind: ContactKind
    address: str

    @property
    def masked(self) -> str:
        """Enough to know it again: whoever sits at a stolen session learns no more."""
        if self.kind == ContactKind.PHONE:
            return masked_phone(self.address)
        name, _at, domain = self.address.partition("@")
        return f"{name[:2]}***@{domain}"


def verified_contacts(user: User, *, first: ContactKind) -> list[Contact]:
    """What can be used to prove that it is this person, the kind `first` before the other."""
    found = [Contact(ContactKind.PHONE, user.phone)] if user.phone else []
    address = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary").first()
    if address is not None:
        found.append(Contact(ContactKind.EMAIL, address.email))
    return sorted(found, key=lambda contact: contact.kind != first)


def has_proved(session: SessionBase) -> bool:
    """Whether this session's person typed a code sent to something of theirs within the last ten minutes."""
    return bool(time.time() - session.get(_PROVED, 0) < PROVED_FOR_SECONDS)


class PresentContactProcess(AbstractCodeVerificationProcess):
    """Six digits to what the person already has, kept in the session as allauth keeps its own."""

    def __init__(self, request: HttpRequest, state: dict[str, Any]) -> None:
        self.request = request
        super().__init__(
            max_attempts=app_settings.PHONE_VERIFICATION_MAX_ATTEMPTS,
            timeout=app_settings.PHONE_VERIFICATION_TIMEOUT,
            state=state,
            user=request.user,
        )

    @classmethod
    def begin(cls, request: HttpRequest, contact: Contact) -> "PresentContactProcess":
        """Send the code. Raises allauth's RateLimited."""
        names = {contact.kind.value: contact.address}
        process = cls(request, cls.initial_state(user=request.user, **names))
        process.send()
        return process

    @classmethod
    def resume(cls, request: HttpRequest) -> "PresentContactProcess | None":
        """The one that is under way, unless it is too old or somebody else's."""
        state = request.session.get(_STATE)
        if not state:
            return None
        process = cls(request, state)
        person = request.user
        if not isinstance(person, User) or process.contact not in verified_contacts(person, first=process.contact.kind):
            process.abort()
            return None
        resumed: PresentContactProcess | None = process.abort_if_invalid()
        return resumed

    @property
    def contact(self) -> Contact:
        """Where the code went."""
        if phone := self.state.get("phone"):
            return Contact(ContactKind.PHONE, phone)
        return Contact(ContactKind.EMAIL, self.state["email"])

    def send(self) -> None:
        adapter, contact = get_adapter(), self.contact
        by_phone = contact.kind == ContactKind.PHONE
        ratelimit.consume(
            self.request,
            action="verify_phone" if by_phone else "confirm_email",
            key=contact.address.lower(),
            raise_exception=True,
        )
        if by_phone:
            self.state["code"] = adapter.generate_phone_verification_code(user=self.request.user, phone=contact.address)
            adapter.send_verification_code_sms(user=self.request.user, phone=contact.address, code=self.state["code"])
        else:
            self.state["code"] = adapter.generate_email_verification_code()
            adapter.send_mail("account/email/contact_change", contact.address, {"code": self.state["code"]})
        self.persist()

    def finish(self) -> None:
        """The code was right: for ten minutes the number or address may be changed."""
        self.abort()
        self.request.session[_PROVED] = time.time()

    def persist(self) -> None:
        self.request.session[_STATE] = self.state

    def abort(self) -> None:
        self.request.session.pop(_STATE, None)
