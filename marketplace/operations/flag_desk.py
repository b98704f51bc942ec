"""Feature flags in Wagtail's admin."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts.models import User
from marketplace.core import flags
from marketplace.core.errors import SettingError
from marketplace.core.models import FeatureFlag
from marketplace.operations.settings_forms import FlagForm

VIEW, CHANGE = "core.view_featureflag", "core.change_featureflag"


@permission_required(VIEW)
@require_safe
def flag_list(request: HttpRequest) -> HttpResponse:
    """Every feature that can be switched, and for whom it is there."""
    rows = {row.key: row for row in FeatureFlag.objects.select_related("updated_by").prefetch_related("groups")}
    found = [(flag, flags.setting_of(flag.key), rows.get(flag.key)) for flag in flags.FLAGS.values()]
    return render(request, "operations/admin/flag_list.html", {"rows": found})


@permission_required(CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def flag_detail(request: HttpRequest, key: str) -> HttpResponse:
    """For whom one feature is there."""
    if key not in flags.FLAGS:
        raise Http404
    setting = flags.setting_of(key)
    initial = {"is_on": setting.is_on, "share_percent": setting.share_percent, "groups": setting.group_ids}
    form = FlagForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            flags.set_flag(
                key=key,
                is_on=data["is_on"],
                share_percent=data["share_percent"],
                group_ids=[group.pk for group in data["groups"]],
                reason=data["reason"],
                staff=cast(User, request.user),
            )
        except SettingError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Changed. It holds at once."))
            return redirect("operations_flags")
    context = {"flag": flags.FLAGS[key], "form": form}
    return render(request, "operations/admin/flag_detail.html", context, status=422 if form.errors else 200)
