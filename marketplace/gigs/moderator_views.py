"""What moderators do with a gig outside its review. Inside Wagtail's admin."""

from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from marketplace.accounts.models import User
from marketplace.gigs import selectors, services
from marketplace.gigs.states import GigStatus


class DenyForm(forms.Form):
    """Why a gig is refused."""

    reason = forms.CharField(
        label=gettext_lazy("Reason for refusing"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=300,
        help_text=gettext_lazy("The seller reads this."),
    )


@permission_required("gigs.change_gig", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def deny(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse a gig that waits for its review, or take down one that was published, with the reason."""
    gig = selectors.get_deniable_gig(pk)
    back_url = reverse(gig.snippet_viewset.get_url_name("edit"), args=[gig.pk])
    form = DenyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        service = services.deny_gig if gig.status == GigStatus.IN_REVIEW else services.take_down_gig
        service(gig_id=gig.pk, moderator=cast(User, request.user), reason=form.cleaned_data["reason"])
        messages.success(request, _("The service is off the shelf, and the seller is told why."))
        return redirect(back_url)
    return render(request, "gigs/admin/gig_deny.html", {"gig": gig, "form": form, "back_url": back_url})
