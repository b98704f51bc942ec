"""Blocks and limits in Wagtail's admin: what is closed to whom, and who runs into which limit how often."""

from datetime import datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts import devices, selectors
from marketplace.accounts.blocks import address_of
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.limits import LIMITS
from marketplace.accounts.models import BlockKind, BlockScope, User
from marketplace.accounts.services import abuse
from marketplace.core import clock

VIEW, ADD, CHANGE = "accounts.view_block", "accounts.add_block", "accounts.change_block"
LIMITS_VIEW = "accounts.view_limithit"
# Where a refusal stands in the form; any other is about what is blocked.
_FIELDS = {AccountErrorCode.REASON_MISSING: "reason", AccountErrorCode.END_IN_PAST: "until"}
private = cache_control(private=True, no_store=True)


class BlockForm(forms.Form):
    """What is closed to whom, why and until when."""

    kind = forms.ChoiceField(label=gettext_lazy("What is blocked"), choices=BlockKind.choices)
    value = forms.CharField(
        label=pgettext_lazy("of a block", "Which one"),
        max_length=64,
        help_text=gettext_lazy(
            "The number of an account, the mark of a browser, an IP address or a network such as 203.0.113.0/24"
        ),
    )
    scope = forms.ChoiceField(label=gettext_lazy("What is not allowed"), choices=BlockScope.choices)
    until = forms.DateField(
        label=gettext_lazy("Blocked until the end of"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    reason = forms.CharField(label=gettext_lazy("Reason, for colleagues"), max_length=300)

    def ends_at(self) -> datetime:
        """The last moment of that day in China."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["until"], time(23, 59, 59)))


@permission_required(VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@private
def block_list(request: HttpRequest) -> HttpResponse:
    """What is blocked, or was; and the form that blocks something."""
    form = BlockForm(initial=_initial(request))
    if request.method == "POST":
        if not request.user.has_perm(ADD):
            return redirect("blocks")
        form = BlockForm(request.POST)
        if form.is_valid() and _is_added(request, form):
            messages.success(request, _("Blocked. It takes effect within a second."))
            return redirect("blocks")
    is_over = "over" in request.GET
    page = Paginator(selectors.blocks_for_staff(is_over=is_over), 40).get_page(request.GET.get("page"))
    context = {"form": form, "page_obj": page, "is_over": is_over}
    return render(request, "accounts/admin/block_list.html", context, status=422 if form.errors else 200)


@permission_required(CHANGE)
@require_POST
def block_lift(request: HttpRequest, block_id: int) -> HttpResponse:
    """End a block before its time."""
    block = selectors.block_for_staff(block_id)
    abuse.lift_block(block_id=block.pk, staff=cast(User, request.user), reason=request.POST.get("reason", "")[:300])
    messages.success(request, _("The block is lifted."))
    return redirect("blocks")


@permission_required(LIMITS_VIEW)
@require_safe
@private
def limit_list(request: HttpRequest) -> HttpResponse:
    """Every limit, its figure, and whom it stopped in the last days."""
    days = 1 if request.GET.get("days") == "1" else 7
    since = timezone.localdate(clock.now()) - timedelta(days=days - 1)
    counts = selectors.refusals_by_limit(since)
    known = {limit.code for limit in LIMITS}
    names = {limit.code: limit.name for limit in LIMITS}
    rows = [(limit.code, limit.name, limit.words, counts.get(limit.code, 0)) for limit in LIMITS]
    rows += [(code, code, "—", count) for code, count in counts.items() if code not in known]
    chosen = request.GET.get("limit", "")
    sources = selectors.top_sources(since, limit=chosen)
    by_day = selectors.refusals_by_day(since, limit=chosen)
    context = {
        "days": days,
        "rows": sorted(rows, key=lambda row: -row[3]),
        "most": max((row[3] for row in rows), default=0),
        "chosen": names.get(chosen, chosen),
        "sources": [(source, names.get(code, code), count) for source, code, count in sources],
        "by_day": by_day,
        "most_of_day": max((count for _day, count in by_day), default=0),
    }
    return render(request, "accounts/admin/limit_list.html", context)


def _initial(request: HttpRequest) -> dict[str, Any]:
    """What a link of another page filled in."""
    kind, scope = request.GET.get("kind", ""), request.GET.get("scope", "")
    return {
        "kind": kind if kind in BlockKind.values else BlockKind.ADDRESS,
        "value": request.GET.get("value", "")[:64],
        "scope": scope if scope in BlockScope.values else BlockScope.WRITING,
        "until": timezone.localdate(clock.now()) + timedelta(days=7),
    }


def _is_added(request: HttpRequest, form: BlockForm) -> bool:
    """What is refused stands in the form, with what was typed."""
    try:
        abuse.add_block(
            kind=BlockKind(form.cleaned_data["kind"]),
            value=form.cleaned_data["value"],
            scope=BlockScope(form.cleaned_data["scope"]),
            reason=form.cleaned_data["reason"],
            ends_at=form.ends_at(),
            staff=cast(User, request.user),
            own_address=address_of(request),
            own_browser=devices.browser_of(request),
        )
    except AccountError as refusal:
        form.add_error(_FIELDS.get(refusal.code, "value"), refusal.message)
        return False
    return True
