"""How large a body may be, for each address: Django writes it to disk before any view, or a log-in, is asked.

Under ASGI it does so at once; under WSGI as soon as the check of the CSRF token reads the form. So the limit stands before it.
nginx has the same largest value (docs/configuration.md), which saves it the reading.
"""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import get_path_info
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import gettext as _

from marketplace.uploads.purposes import largest_megabytes

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
Environment = dict[str, Any]
WsgiApplication = Callable[[Environment, Callable[..., Any]], Iterable[bytes]]

MEGABYTE = 1024 * 1024
# No form without files is larger: Django itself refuses fields of more than this together.
DEFAULT_MEGABYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // MEGABYTE
# The pages that take files, by the name of their address, whatever language stands before it: all that one form may bring
# (the limits of the rooms, named behind), with room for the fields around it. What is too large by little is refused by the
# form, in its own words. tests/portal/test_body_limit.py compares.
FILE_ROUTES = {
    "gigs:step": 310,  # gigs/gallery_files.py: a film of 200 MB, five pictures of 10, two PDFs of 20
    "messaging:conversation": 110,  # messaging/sent_files.py: five files of 20 MB
    "messaging:start": 110,  # the same composer, before there is a conversation
    "messaging:inbox": 110,  # ... and beside the list
    "messaging:about_order": 110,
    "support:new": 110,
    "support_answer": 110,
    "messaging_order_talk": 110,
    "offers:brief_new": 70,  # offers/sent_files.py: three files of 20 MB
    "orders:deliver": 1040,  # orders/sent_files.py: without script a delivery brings one file of 1 GB, or several smaller
    "orders:revise": 510,  # ten files of 50 MB
    "orders:dispute_open": 510,  # orders/dispute_forms.py: ten files of 50 MB as evidence
    "orders:dispute_act": 510,
    "orders:requirements": 510,  # gigs/content.py: ten questions, each of which may ask for a file of 50 MB
    "reviews:write": 70,  # reviews/services/pictures.py: six pictures of 10 MB
    "reviews:edit": 70,
    "accounts:piece_new": 610,  # accounts/media.py: twelve films of 50 MB
    "accounts:media_add": 610,
    "accounts:medium_edit": 20,  # one picture of 10 MB
    "accounts:portrait": 20,
    "accounts:certificates": 20,
    "accounts:verify_real_name": 30,  # accounts/papers.py: both sides of 10 MB
    "accounts:verify_company": 20,
    "wagtailadmin_account": 20,
}
RECEIVE, SPARE_MEGABYTES = "uploads:receive", 10
# Rooms of Wagtail's admin that take pictures (WAGTAILIMAGES_MAX_UPLOAD_SIZE) and documents.
FILE_ROOMS = {
    "wagtailsnippets_cms_pages_sitevideo": 210,
    "wagtailimages": 20,
    "wagtailimages_chooser": 20,
    "wagtaildocs": 50,
    "wagtaildocs_chooser": 50,
}


def megabytes_allowed(path: str) -> int:
    """How much may be sent to the address `path`. It is read as the language in front of it says, as Django will."""
    with translation.override(_language(path)):
        try:
            match = resolve(path)
        except Resolver404:
            return DEFAULT_MEGABYTES
    if match.view_name == RECEIVE:
        return largest_megabytes() + SPARE_MEGABYTES
    return FILE_ROUTES.get(match.view_name) or FILE_ROOMS.get(match.namespace, DEFAULT_MEGABYTES)


def refusal(path: str, megabytes: int) -> bytes:
    """What a person reads whose browser shows the answer."""
    with translation.override(_language(path)):
        sentence = _("What was sent is larger than %(limit)s MB. Go back and send a smaller file, or fewer at once.")
        return (sentence % {"limit": megabytes}).encode()


class BodyLimit:
    """ASGI: answer 413 to a body that says that it is too large for its address, and end one that turns out to be."""

    def __init__(self, application: Application, *, allowed: Callable[[str], int] = megabytes_allowed) -> None:
        self.application, self.allowed = application, allowed

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        path = scope["path"]
        announced = dict(scope["headers"]).get(b"content-length", b"0").decode("latin-1")
        megabytes = _exceeded(announced, path, self.allowed)
        if megabytes is not None:
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 413, "headers": headers})
            await send({"type": "http.response.body", "body": refusal(path, megabytes)})
            return
        received, limit = 0, DEFAULT_MEGABYTES * MEGABYTE

        async def limited() -> Message:
            nonlocal received, limit
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:  # only now is it worth finding out which address this is
                limit = self.allowed(path) * MEGABYTE
            # A browser that has gone away: Django stops reading, and deletes what it has.
            return {"type": "http.disconnect"} if received > limit else message

        await self.application(scope, limited, send)


class WsgiBodyLimit:
    """WSGI: answer 413 to a body that says that it is too large. Django reads no further than a body says that it goes."""

    def __init__(self, application: WsgiApplication, *, allowed: Callable[[str], int] = megabytes_allowed) -> None:
        self.application, self.allowed = application, allowed

    def __call__(self, environ: Environment, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = get_path_info(environ)
        megabytes = _exceeded(environ.get("CONTENT_LENGTH") or "0", path, self.allowed)
        if megabytes is None:
            return self.application(environ, start_response)
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")]
        start_response("413 Content Too Large", headers)
        return [refusal(path, megabytes)]


def _exceeded(announced: str, path: str, allowed: Callable[[str], int]) -> int | None:
    """The megabytes that a body of `announced` bytes exceeds; None when it may come."""
    if not (announced.isascii() and announced.isdigit() and len(announced) < 20):
        return allowed(path)
    if int(announced) <= DEFAULT_MEGABYTES * MEGABYTE:
        return None
    megabytes = allowed(path)
    return megabytes if int(announced) > megabytes * MEGABYTE else None


def _language(path: str) -> str:
    return translation.get_language_from_path(path) or settings.LANGUAGE_CODE
