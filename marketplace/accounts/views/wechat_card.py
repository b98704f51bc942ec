"""What WeChat's script asks a page of ours for."""

from dataclasses import asdict

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from marketplace.accounts import wechat_card


@require_safe
@never_cache
def wechat_signature(request: HttpRequest) -> JsonResponse:
    """The signature for `?url=`, a page of this host. Nothing is there for others, nor while WeChat gives no ticket."""
    signed = wechat_card.sign(request.GET.get("url", ""), host=request.get_host(), is_secure=request.is_secure())
    if signed is None:
        raise Http404
    return JsonResponse(asdict(signed))
