"""The way to the cashier and back. A return is never proof of payment: it only asks the gateway."""

import logging

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from marketplace.core.qr import qr_svg
from marketplace.core.rules import pinned_values
from marketplace.gigs.models import GigPackage
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order, OrderKind
from marketplace.orders.selectors import package_cover_url, unpaid_order_of
from marketplace.orders.states import OrderStatus
from marketplace.payments import checkout as checkouts
from marketplace.payments import selectors, services, wechat_identity
from marketplace.payments.errors import PaymentError
from marketplace.payments.forms import CheckoutForm, ChoiceForm
from marketplace.payments.gateways import configured_gateways
from marketplace.payments.gateways.base import GatewayError, NumberSpent, PayScene, RawRequest
from marketplace.payments.models import GatewayCode, Payment

logger = logging.getLogger(__name__)

# Which app on the buyer's phone reads the code.
SCANNERS = {GatewayCode.ALIPAY: gettext_lazy("Alipay"), GatewayCode.WECHATPAY: gettext_lazy("WeChat")}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest, package_id: int) -> HttpResponse:
    """What is bought, what it costs, how to pay; then straight to the gateway's page.

    Without script a changed choice is worked out anew by a button, or by the attempt to pay: nobody pays a sum that the
    page has not shown.
    """
    form = CheckoutForm(request.POST or None, gateways=_offered(request))
    if request.method == "POST" and "update" not in request.POST and form.is_valid():
        chosen = form.cleaned_data
        if chosen["coupon"] and not checkouts.may_try_code(request):
            return _checkout_page(request, form, package_id)  # which says so beside the coupon
        try:
            payment, is_new = services.check_out(
                buyer=request.user,
                package_id=chosen["package"] or package_id,
                gateway_code=chosen["gateway"],
                extra_ids=chosen["extras"],
                quantity=chosen["quantity"],
                coupon_code=chosen["coupon"],
                checkout_key=chosen["checkout_key"],
                seen_offer=chosen["seen_offer"],
            )
        except OrderError as refusal:
            if refusal.code not in checkouts.ABOUT_THE_CHOICE:
                raise
            if refusal.code == OrderErrorCode.OFFER_CHANGED:
                form.add_error(
                    None,
                    _(
                        "What stands here now is not what you saw: the choice, the service, its price or the rules are "
                        "others. Please look at it and pay again; nothing was charged."
                    ),
                )
            elif refusal.code not in checkouts.ABOUT_THE_COUPON:
                form.add_error(None, refusal.message)
        except PaymentError as refusal:
            if refusal.code not in checkouts.ABOUT_THE_GATEWAY:
                raise
            form.add_error("gateway", refusal.message)
        except GigPackage.DoesNotExist as gone:
            raise Http404 from gone
        else:
            return _to_cashier(request, payment, is_new=is_new)
    return _checkout_page(request, form, package_id)


def _checkout_page(request: HttpRequest, form: CheckoutForm, package_id: int) -> HttpResponse:
    choice = checkouts.choice_of(request, form, package_id=package_id)
    rules = pinned_values()  # the next order makes a version of them: looking at this page writes nothing
    context = {
        "choice": choice,
        "quote": choice.quote,
        "package": choice.package,
        "gig": choice.package.gig,
        "form": form,
        # The key of the page that was sent stays: paid twice, it is one order all the same.
        "checkout_key": form.fields["checkout_key"].initial
        if not form.is_bound or "checkout_key" in form.errors
        else form["checkout_key"].value(),
        "can_scan": services.can_scan(),
        "cover_url": package_cover_url(choice.package),
        "unpaid": unpaid_order_of(request.user, choice.package),
        "timeout_minutes": rules["orders.payment_timeout_minutes"],
        "auto_accept_days": rules["orders.auto_accept_days"],
        "very_late_hours": rules["orders.very_late_hours"],
        "second_thought_hours": rules["orders.second_thought_hours"],
    }
    return render(request, "payments/checkout_form.html", context)


@login_required
@require_safe
def checkout_total(request: HttpRequest, package_id: int) -> HttpResponse:
    """The sum of a choice while it is being made, for the page that is open."""
    choice = checkouts.choice_of(request, ChoiceForm(request.GET), package_id=package_id)
    context = {"choice": choice, "quote": choice.quote, "package": choice.package}
    return render(request, "payments/_checkout_preview.html", context)


def _to_cashier(request: HttpRequest, payment: Payment, *, is_new: bool) -> HttpResponse:
    """Open a started payment. The pages this leads to open it again, and neither start nor close one."""
    order, gateway_code = payment.order, payment.gateway
    scene = services.scene_for(
        gateway_code=gateway_code,
        is_phone=_is_phone(request),
        wants_code=request.POST.get("scene") == PayScene.QR,
        is_in_wechat=_is_in_wechat(request),
    )
    back = reverse("payments:return", args=[order.number])
    response = HttpResponse(status=303)
    if scene == PayScene.JSAPI:
        # WeChat says who the buyer is only on the page that comes next.
        can_open = is_new or services.replace_payment(payment=payment) is not None
        response["Location"] = reverse("payments:wechat", args=[order.number]) if can_open else back
        return response
    try:
        address = get_adapter(request).get_client_ip(request)
        intent = services.open_payment(payment=payment, scene=scene, client_ip=address)
    except GatewayError as problem:
        logger.log(problem.log_level, "no page for %s: %s", order.number, problem)
        return _no_answer(request, order)
    if intent is None:
        response["Location"] = back
    elif scene == PayScene.QR:
        response["Location"] = reverse("payments:scan", args=[order.number, gateway_code])
    else:
        response["Location"] = intent.url
    return response


def _no_answer(request: HttpRequest, order: Order) -> HttpResponse:
    """The gateway did not open the payment: nothing was charged, and the buyer may try again."""
    messages.error(request, _("The payment institution does not answer. Please try again, or pay another way."))
    return redirect("payments:pay", order.number)


def _is_phone(request: HttpRequest) -> bool:
    return "Mobi" in request.headers.get("User-Agent", "")


def _is_in_wechat(request: HttpRequest) -> bool:
    return wechat_identity.is_wechat_browser(request.headers.get("User-Agent", ""))


def _offered(request: HttpRequest) -> list[GatewayCode]:
    """The gateways that this buyer can use: WeChat's browser does not open Alipay."""
    found = configured_gateways()
    if _is_in_wechat(request) and GatewayCode.WECHATPAY in found:
        return [GatewayCode.WECHATPAY]
    return found


@login_required
@require_safe
def pay_in_wechat(request: HttpRequest, number: str) -> HttpResponse:
    """Inside WeChat: learn who the buyer is to our Official Account, then let WeChat's script ask for the money.

    Opens the attempt that a button started; whoever comes by a link without one chooses how to pay first.
    """
    order = selectors.order_to_pay(request.user, number)
    if order.status != OrderStatus.PENDING_PAYMENT:
        return redirect(order)
    payment = selectors.pending_payment(order, GatewayCode.WECHATPAY)
    if payment is None:
        return redirect("payments:pay", order.number)
    openid = wechat_identity.known_openid(request.session)
    try:
        if not openid and "code" in request.GET:
            openid = wechat_identity.remember_openid(
                request.session, code=request.GET["code"], state=request.GET.get("state", "")
            )
        if not openid:
            back = settings.SITE_URL + request.path
            return redirect(wechat_identity.authorize_url(request.session, redirect_uri=back))
        intent = services.begin_payment(payment=payment, scene=PayScene.JSAPI, openid=openid)
    except NumberSpent:
        return redirect("payments:return", order.number)  # paid, or opened in another way since: that page says which
    except GatewayError as problem:
        logger.log(problem.log_level, "no payment inside WeChat for %s: %s", order.number, problem)
        return _no_answer(request, order)
    return render(request, "payments/payment_wechat.html", {"order": order, "parameters": intent.jsapi})


@login_required
@require_safe
def scan(request: HttpRequest, number: str, gateway_code: str) -> HttpResponse:
    """A code to scan with the phone; the page asks whether it was paid. A reload shows the same payment again.

    Shows the attempt that a button started, and starts none: without one the buyer chooses how to pay.
    """
    order = selectors.order_to_pay(request.user, number)
    if order.status != OrderStatus.PENDING_PAYMENT:
        return redirect(order)
    if gateway_code not in configured_gateways() or not services.can_scan(gateway_code):
        raise Http404
    payment = selectors.pending_payment(order, gateway_code)
    if payment is None:
        return redirect("payments:pay", order.number)
    try:
        intent = services.begin_payment(payment=payment, scene=PayScene.QR)
    except NumberSpent:
        return redirect("payments:return", order.number)  # paid, or opened in another way since: that page says which
    except GatewayError as problem:
        logger.log(problem.log_level, "no code for %s: %s", order.number, problem)
        return _no_answer(request, order)
    on_phone = _is_phone(request)
    scene = services.scene_for(
        gateway_code=gateway_code, is_phone=on_phone, wants_code=False, is_in_wechat=_is_in_wechat(request)
    )
    context = {
        "order": order,
        "svg": qr_svg(intent.qr_text),
        "app": SCANNERS[GatewayCode(gateway_code)],
        "gateway_code": gateway_code,
        "on_phone": on_phone,
        "opens_app": on_phone and scene != PayScene.QR,
        # WeChat refuses a code of this kind that comes out of a picture.
        "reads_pictures": gateway_code != GatewayCode.WECHATPAY,
    }
    return render(request, "payments/payment_scan.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """Choose how to pay, then go to the gateway's page."""
    order = selectors.order_to_pay(request.user, number)
    if order.status != OrderStatus.PENDING_PAYMENT:
        return redirect(order)
    if request.method == "POST":
        gateway_code = request.POST.get("gateway", "")
        payment, is_new = services.get_or_start_payment(order_id=order.pk, gateway_code=gateway_code)
        return _to_cashier(request, payment, is_new=is_new)
    return render(
        request,
        "payments/payment_form.html",
        {"order": order, "gateways": _offered(request), "can_scan": services.can_scan()},
    )


@login_required
@require_safe
def payment_return(request: HttpRequest, number: str) -> HttpResponse:
    """The buyer comes back from the cashier: ask the gateway, then show what is so."""
    order = selectors.order_to_pay(request.user, number)
    if order.status == OrderStatus.PENDING_PAYMENT:
        services.ask_about_order(order=order)
        order.refresh_from_db()
    if order.status == OrderStatus.PENDING_PAYMENT:
        # The newest attempt that may still be paid: refreshing may have closed the one before.
        context = {"order": order, "payment": selectors.pending_payment(order)}
        return render(request, "payments/payment_waiting.html", context)
    if order.paid_at is not None:
        is_tip = order.kind == OrderKind.TIP
        messages.success(
            request,
            _("Paid. It is the seller's now: thank you.")
            if is_tip
            else _("Paid. The money is in escrow until you accept the work."),
        )
    if request.htmx:  # the waiting page asks by itself; the browser is to move on, not to swap a part
        return HttpResponseClientRedirect(order.get_absolute_url())
    return redirect(order)


@csrf_exempt
@require_POST
def notify(request: HttpRequest, gateway_code: str) -> HttpResponse:
    """A gateway tells us about a payment, a refund or a transfer; it is answered in its own form (facts/payments.md, 3)."""
    raw = RawRequest(
        method=request.method,
        path=request.path,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.body,
    )
    try:
        reply = services.receive_notification(
            gateway_code=gateway_code,
            raw=raw,
            may_keep_refused=lambda: ratelimit.consume(request, action="refused_notification"),
        )
    except PaymentError:
        return HttpResponse("fail", content_type="text/plain", status=503)  # not configured: let the gateway try later
    return HttpResponse(reply.body, content_type=reply.content_type, status=reply.status)
