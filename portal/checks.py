"""System checks of an installation: `manage.py check`, and before every command of Django's."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.utils.module_loading import import_string

from portal.env import PRODUCTION

_OUTBOX = "marketplace.notifications."


@register(Tags.security)
def messages_leave_the_house(
    app_configs: Sequence[AppConfig] | None, production: bool = PRODUCTION, **_kwargs: Any
) -> list[CheckMessage]:
    """In production mails and text messages must be sent, not kept: without codes nobody can sign up or log in."""
    if not production:
        return []
    found: list[CheckMessage] = []
    if settings.DEMO:
        hint = "Unset DEMO, unless this is a public demonstration."
        found.append(
            Warning("/dev/outbox/ shows everybody the codes of everybody: DEMO is on.", hint=hint, id="portal.W001")
        )
    for number, (variable, hint) in enumerate(
        (
            ("EMAIL_BACKEND", "Set EMAIL_URL, and do not set EMAIL_BACKEND to the outbox."),
            ("SMS_BACKEND", "Set SMS_BACKEND to a class like marketplace.notifications.sms.SmsBackend that sends."),
        ),
        start=1,
    ):
        backend: str = getattr(settings, variable)
        if backend.startswith(_OUTBOX) and not settings.DEMO:
            message = f"{variable} keeps messages in a table instead of sending them."
            found.append(Error(message, hint=hint, id=f"portal.E00{number}"))
        else:
            try:
                import_string(backend)
            except ImportError as error:
                found.append(Error(f"{variable} cannot be imported: {error}", hint=hint, id=f"portal.E00{number}"))
    return found
