"""What WeChat's script asks a page of ours for."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from marketplace.accounts import wechat_card


@require_safe
@never_cache
def wechat_signature(request: HttpRequest) -> HttpResponse:
    """The signature for `?url=`, a page of this host. An empty answer for others, and while WeChat gives no ticket."""
    signed = wechat_card.sign(request.GET.get("url", ""), host=request.get_host(), is_secure=request.is_secure())
    return HttpResponse(status=204) if signed is None else JsonResponse(asdict(signed))
