"""Custom offers inside a conversation. Their rules are the room of offers'; who may open the page is ours."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.core.errors import DomainError
from marketplace.messaging import selectors
from marketplace.offers.editing import OfferEditor
from marketplace.offers.services import send_offer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_offer(request: HttpRequest, pk: int) -> HttpResponse:
    """A seller's offer to the person they are in conversation with."""
    conversation = selectors.conversation_for(request.user, pk)
    if not request.user.is_seller:
        raise Http404
    other = selectors.other_of(conversation, request.user)
    editor = OfferEditor(data=request.POST if request.method == "POST" else None, seller=request.user)
    if request.method == "POST" and editor.is_valid():
        try:
            offer = send_offer(
                seller=request.user,
                buyer=other,
                terms=editor.terms(),
                valid_days=editor.valid_days,
                words=editor.words,
                gig=editor.gig,
            )
        except DomainError as refusal:
            editor.refuse(refusal)
        else:
            messages.success(request, _("Sent. You are told what becomes of it."))
            return redirect(f"{reverse('messaging:conversation', args=[conversation.pk])}#offer-{offer.pk}")
    context = {"editor": editor, "other": other, "back_url": conversation.get_absolute_url()}
    status = 422 if request.method == "POST" else 200
    return render(request, "offers/offer_form.html", context, status=status)


@login_required
@never_cache
@require_safe
def offer_cards(request: HttpRequest, pk: int, negotiation_id: int) -> HttpResponse:
    """The cards of one negotiation as this person sees them now."""
    conversation = selectors.conversation_for(request.user, pk)
    cards = selectors.offer_cards_of(conversation, request.user, negotiation_id)
    return render(request, "messaging/_offer_cards.html", {"cards": cards})
