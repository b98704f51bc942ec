from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import translate_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, get_language_from_path, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.notifications import selectors, services

PAGE_LENGTH = 30


@login_required
@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    """The notification centre, by day: all, the unread ones, or those of one kind."""
    only = selectors.Only.of(request.GET)
    page = Paginator(selectors.notifications_of(request.user, only=only), PAGE_LENGTH).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "unread": selectors.unread_count(request.user),
        "only": only,
        "kinds": selectors.kinds_of(request.user),
    }
    return render(request, "notifications/notification_list.html", context)


@login_required
@never_cache
@require_safe
def unread(request: HttpRequest) -> JsonResponse:
    """The count on the bell, for pages that are open (static/js/bell.js)."""
    return JsonResponse({"count": selectors.unread_count(request.user)})


@login_required
@never_cache  # a cached redirect would leave the line unread
@require_safe
def open_notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a line as read and lead to what it is about, in the language the person reads now."""
    notification = selectors.notification_for(request.user, pk)
    services.mark_read(notification=notification)
    if not url_has_allowed_host_and_scheme(notification.url, None):
        return redirect("notifications:list")
    language = get_language() or settings.LANGUAGE_CODE
    with override(get_language_from_path(notification.url) or settings.LANGUAGE_CODE):  # only there it resolves
        url = translate_url(notification.url, language)
    return redirect(url)


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Empty the count on the bell."""
    services.mark_all_read(recipient=request.user, kind=selectors.Only.of(request.POST).kind)
    return redirect("notifications:list")


@never_cache
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """Mails and text messages that the demo keeps instead of sending."""
    return render(
        request, "notifications/outbox_list.html", {"entries": selectors.outbox(), "app_codes": selectors.app_codes()}
    )
