"""Withdrawals to WeChat: bind the account inside WeChat, then confirm each transfer there (facts/payments.md, 2.3)."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.accounts.decorators import recent_login_required
from marketplace.accounts.selectors import verified_real_name
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.qr import qr_svg
from marketplace.payments import payout_presenters, payout_selectors, services, wechat_identity
from marketplace.payments.gateways.base import GatewayError
from marketplace.payments.models import Payout, PayoutDestinationKind, PayoutStatus

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Confirmation:
    """How the payee of a transfer takes it, here: inside WeChat by its script, else by a code that leads there."""

    app_id: str
    merchant_id: str
    package: str
    is_in_wechat: bool
    svg: SafeString
    sandbox_url: str  # the sandbox's page, which any browser opens; "" at WeChat itself


def confirmation(request: HttpRequest, payout: Payout) -> Confirmation | None:
    """What the page of a withdrawal needs to let its payee confirm; None when nothing is to be confirmed."""
    if payout.status != PayoutStatus.AWAITING_PAYEE or not payout.confirm_package:
        return None
    config, page = settings.WECHATPAY, settings.SITE_URL + payout.get_absolute_url()
    back = urlencode({"redirect_url": settings.SITE_URL + reverse("payments:payout_return", args=[payout.reference])})
    return Confirmation(
        app_id=config["app_id"],
        merchant_id=config["merchant_id"],
        package=payout.confirm_package,
        is_in_wechat=_is_in_wechat(request),
        svg=qr_svg(page),
        sandbox_url=f"{config['confirm_page']}{payout.confirm_package}?{back}" if config["confirm_page"] else "",
    )


@login_required
@require_safe
def payout_return(request: HttpRequest, reference: str) -> HttpResponse:
    """The payee comes back from WeChat, which is no proof: ask WeChat, then show what is so."""
    found = payout_selectors.own_payout(request.user, reference)
    services.refresh_payout(payout=found)
    return redirect(found)


@recent_login_required("POST", second_factor=True)
@require_http_methods(["GET", "HEAD", "POST"])
def bind_wechat(request: HttpRequest) -> HttpResponse:
    """Let withdrawals go to the WeChat account that this page is open in; elsewhere a code leads into WeChat.

    The account is what WeChat said in this session, never something sent with the form.
    """
    if PayoutDestinationKind.WECHAT not in payout_selectors.offered_kinds():
        raise Http404
    openid = wechat_identity.known_openid(request.session)
    if request.method == "POST":
        return _bind(request, openid)
    if "code" in request.GET:
        return _identified(request)
    # Only inside WeChat, or where the sandbox plays WeChat, does asking who this is lead anywhere.
    asks = _is_in_wechat(request) or ("ask" in request.GET and bool(settings.WECHATPAY["confirm_page"]))
    has_failed = "again" in request.GET
    if asks and not openid and not has_failed:
        here = settings.SITE_URL + request.path
        return redirect(wechat_identity.authorize_url(request.session, redirect_uri=here))
    hours = get_config("payouts.freeze_hours")
    context = {
        "is_known": bool(openid),
        "has_failed": has_failed,
        "svg": qr_svg(settings.SITE_URL + request.path),
        "is_sandbox": bool(settings.WECHATPAY["confirm_page"]),
        "real_name": verified_real_name(request.user),
        "freeze_hours": hours,
        "usable_from": clock.now() + timedelta(hours=hours),
    }
    return render(request, "payments/destination_wechat.html", context)


def _identified(request: HttpRequest) -> HttpResponse:
    """WeChat sent the browser back and says who it is; the address loses the code, which works once."""
    try:
        wechat_identity.remember_openid(request.session, code=request.GET["code"], state=request.GET.get("state", ""))
    except GatewayError as problem:
        logger.log(problem.log_level, "no WeChat account for a withdrawal: %s", problem)
        return redirect(f"{request.path}?again=1")
    return redirect(request.path)


def _bind(request: HttpRequest, openid: str) -> HttpResponse:
    if not openid:
        messages.error(request, _("WeChat has not told us who you are. Please open this page in WeChat."))
        return redirect("payments:withdraw_account_wechat")
    named = services.set_destination(user=request.user, kind=PayoutDestinationKind.WECHAT, account=openid)
    messages.success(request, payout_presenters.noted(named))
    return redirect("payments:withdraw")


def _is_in_wechat(request: HttpRequest) -> bool:
    return wechat_identity.is_wechat_browser(request.headers.get("User-Agent", ""))
