"""System checks of an installation: `manage.py check`, and before every command of Django's."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections
from django.utils.module_loading import import_string
from stdnum.cn import uscc

from marketplace.uploads.purposes import takes_videos
from portal.env import PRODUCTION

_OUTBOX = {
    "marketplace.notifications.backends.OutboxEmailBackend",
    "marketplace.notifications.sms.OutboxSmsBackend",
}


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
            ("SMS_BACKEND", "Set SMS_BACKEND, for example to marketplace.notifications.sms.aliyun.AliyunSmsBackend."),
        ),
        start=1,
    ):
        backend: str = getattr(settings, variable)
        if backend in _OUTBOX and not settings.DEMO:
            message = f"{variable} keeps messages in a table instead of sending them."
            found.append(Error(message, hint=hint, id=f"portal.E00{number}"))
        else:
            try:
                import_string(backend)
            except ImportError as error:
                found.append(Error(f"{variable} cannot be imported: {error}", hint=hint, id=f"portal.E00{number}"))
    return found


@register(Tags.security)
def invoices_are_good_for_tax(
    app_configs: Sequence[AppConfig] | None, production: bool = PRODUCTION, **_kwargs: Any
) -> list[CheckMessage]:
    """In production invoices come from a provider that the tax office knows, or are switched off."""
    if not production or not settings.INVOICES_ENABLED:
        return []
    off = "or set INVOICES_ENABLED=0 until there is one."
    found: list[CheckMessage] = []
    try:
        provider = import_string(settings.INVOICE_PROVIDER)
    except ImportError as error:
        hint = f"Set INVOICE_PROVIDER to a class as docs/invoices.md describes it, {off}"
        return [Error(f"INVOICE_PROVIDER cannot be imported: {error}", hint=hint, id="portal.E003")]
    if not provider.issues_tax_documents and not settings.DEMO:
        hint = f"Set INVOICE_PROVIDER to a class that issues real ones (docs/invoices.md), {off}"
        found.append(Error("INVOICE_PROVIDER issues papers that are no tax documents.", hint=hint, id="portal.E004"))
    company = settings.PLATFORM_COMPANY
    if not company["name"] or not uscc.is_valid(company["tax_number"]):
        hint = f"Set PLATFORM_COMPANY_NAME and PLATFORM_TAX_NUMBER to those of the business licence, {off}"
        message = "The company that invoices the service fee has no name or no valid tax number."
        found.append(Error(message, hint=hint, id="portal.E005"))
    return found


@register(Tags.security)
def app_codes_are_secret(
    app_configs: Sequence[AppConfig] | None, production: bool = PRODUCTION, **_kwargs: Any
) -> list[CheckMessage]:
    """In production nobody is shown the code that somebody's authenticator app shows, in a public demonstration neither."""
    if not production or not settings.DEMO_SHOWS_APP_CODES:
        return []
    hint = "Set DEMO_SHOWS_APP_CODES to False."
    return [Error("/dev/outbox/ would show the second factor of staff.", hint=hint, id="portal.E008")]


@register(Tags.security)
def time_is_real(
    app_configs: Sequence[AppConfig] | None, production: bool = PRODUCTION, **_kwargs: Any
) -> list[CheckMessage]:
    """In production nobody moves the clock that releases money, in a public demonstration neither."""
    if not production or not settings.DEMO_CLOCK:
        return []
    return [Error("Staff could move the clock of business rules.", hint="Unset DEMO_CLOCK.", id="portal.E009")]


@register(Tags.security)
def identities_are_checked_by_somebody_real(
    app_configs: Sequence[AppConfig] | None, production: bool = PRODUCTION, **_kwargs: Any
) -> list[CheckMessage]:
    """In production the service that compares names with numbers is a real one, or there is none and people check alone."""
    backend: str = settings.IDENTITY_CHECK_BACKEND
    if not production or not backend:
        return []
    hint = "Set IDENTITY_CHECK_BACKEND to a class as docs/verification.md describes it, or leave it empty."
    try:
        checker = import_string(backend)
    except ImportError as error:
        return [Error(f"IDENTITY_CHECK_BACKEND cannot be imported: {error}", hint=hint, id="portal.E006")]
    if not checker.is_real and not settings.DEMO:
        message = "IDENTITY_CHECK_BACKEND says of every name that it matches: it knows nobody."
        return [Error(message, hint=hint, id="portal.E007")]
    return []


@register()
def films_lose_what_the_camera_noted_down(
    app_configs: Sequence[AppConfig] | None, production: bool = PRODUCTION, **_kwargs: Any
) -> list[CheckMessage]:
    """In production films are rewritten without metadata: where somebody lives must not stand in what everybody can load."""
    if not production or settings.FFMPEG or not takes_videos():
        return []
    hint = "Install ffmpeg, or set FFMPEG to where it is."
    return [
        Error("Pages offer to add films, and every one is refused: there is no ffmpeg.", hint=hint, id="portal.E011")
    ]


@register()
def posters_can_be_drawn(
    app_configs: Sequence[AppConfig] | None, production: bool = PRODUCTION, **_kwargs: Any
) -> list[CheckMessage]:
    """In production somebody should know that services have no posters; everything else of the page is there without."""
    if not production or (Path(settings.CJK_FONTS_FOLDER) / "NotoSerifCJK-Bold.ttc").exists():
        return []
    hint = "Install the package fonts-noto-cjk, or set CJK_FONTS_FOLDER to where its fonts are."
    return [Warning("There are no Chinese fonts: services have no posters to share.", hint=hint, id="portal.W003")]


@register(Tags.database)
def limits_hold_behind_the_pool(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """`check --database default` asks the database itself: no setting of ours reaches it through a pool."""
    if not settings.DATABASE_POOLED or "default" not in (databases or ()):
        return []
    hint = "Run `manage.py set_role_limits` as this role, past the pool (docs/deployment.md)."
    found: list[CheckMessage] = []
    with connections["default"].cursor() as cursor:
        for name, wanted in (("statement_timeout", None), *settings.DATABASE_LIMITS.items()):
            cursor.execute("SELECT current_setting(%s)", [name])
            (value,) = cursor.fetchone()
            if value == "0" or (wanted is not None and value != wanted):
                found.append(Error(f"{name} is {value} behind the pool.", hint=hint, id="portal.E010"))
    return found
