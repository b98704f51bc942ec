"""How often something may be sent or tried: allauth's limiter with our limits (settings.ACCOUNT_RATE_LIMITS)."""

from allauth.core import context, ratelimit
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import limits

TOO_MANY_CODES = _("A code was sent there a moment ago, or too many today. Wait a minute before you ask for another.")


def require_room(action: str, key: str) -> None:
    """Ask whether one more would be allowed, without counting it. Raises ValidationError, a sentence for the form."""
    _consume(action, key, dry_run=True)


def spend(action: str, key: str) -> None:
    """Count one. Raises ValidationError, a sentence for the form."""
    _consume(action, key, dry_run=False)


def _consume(action: str, key: str, *, dry_run: bool) -> None:
    allowed = ratelimit.consume(context.request, action=action, key=key.lower(), dry_run=dry_run)
    if not allowed:
        limits.note_refusal(limit=action, source=limits.source_of(context.request))
        raise ValidationError(TOO_MANY_CODES, code="too_many_codes")
