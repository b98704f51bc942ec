"""What pages of other rooms, and allauth's, ask about people."""

from django import template
from django.template import Context

from marketplace.accounts import selectors
from marketplace.accounts.providers.base import Provider

register = template.Library()


@register.simple_tag(takes_context=True)
def login_providers(context: Context) -> list[Provider]:
    """Who else may open the door in this browser: `{% login_providers as providers %}`."""
    request = context.get("request")
    return selectors.offered_providers(request) if request is not None else []


@register.filter
def provider_name(provider_id: str) -> str:
    """How people call a provider: `{{ account.provider|provider_name }}`."""
    return selectors.provider_name(provider_id)
