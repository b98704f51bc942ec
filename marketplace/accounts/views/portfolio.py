"""Work that people show: one's own to edit, everybody's to look at."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts import selectors, services
from marketplace.accounts.errors import PortfolioError, PortfolioErrorCode
from marketplace.accounts.forms import MediaForm, MediumForm, NewPieceForm, PieceForm
from marketplace.accounts.models import UserProfile
from marketplace.accounts.services.portfolio import MEDIA_LIMIT, PIECE_LIMIT, Direction
from marketplace.core.errors import PictureError


@login_required
@require_safe
def portfolio(request: HttpRequest) -> HttpResponse:
    """One's own pieces, in order."""
    return render(request, "accounts/portfolio_list.html", _pieces(selectors.own_profile(request.user)))


def _pieces(profile: UserProfile, said: str = "") -> dict[str, object]:
    pieces = list(selectors.own_portfolio(profile))
    return {"pieces": pieces, "limit": PIECE_LIMIT, "profile": profile, "said": said}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def piece_new(request: HttpRequest) -> HttpResponse:
    """A piece with its first files."""
    form = NewPieceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            piece = services.create_piece(
                profile=selectors.own_profile(request.user),
                title=data["title"],
                description=data["description"],
                uploads=data["files"],
                link=data["link"],
            )
        except (PictureError, PortfolioError) as refusal:
            # Below the field: the middleware's way back would lose what was typed.
            form.add_error("link" if refusal.code == PortfolioErrorCode.LINK_REFUSED else "files", refusal.message)
        else:
            messages.success(request, _("“%(title)s” is on your page.") % {"title": piece.title})
            return redirect("accounts:piece_edit", piece.pk)
    return render(request, "accounts/piece_new.html", {"form": form, "media_limit": MEDIA_LIMIT})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def piece_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The words and the media of a piece."""
    piece = selectors.own_piece(selectors.own_profile(request.user), pk)
    form = PieceForm(request.POST or None, instance=piece)
    if request.method == "POST" and form.is_valid():
        services.update_piece(piece=piece, **form.cleaned_data)
        messages.success(request, _("The piece is saved."))
        return redirect("accounts:piece_edit", pk)
    context = {"form": form, "piece": piece, "media_form": MediaForm(), "media_limit": MEDIA_LIMIT}
    return render(request, "accounts/piece_form.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def piece_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then take a piece down for good."""
    piece = selectors.own_piece(selectors.own_profile(request.user), pk)
    if request.method == "POST":
        services.delete_piece(piece=piece)
        messages.success(request, _("“%(title)s” is deleted.") % {"title": piece.title})
        return redirect("accounts:portfolio")
    return render(request, "accounts/piece_delete.html", {"piece": piece})


@login_required
@require_POST
def piece_move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up or down: the list again to htmx, with a sentence for who cannot see it; else the page."""
    profile = selectors.own_profile(request.user)
    piece = selectors.own_piece(profile, pk)
    place = services.move_piece(piece=piece, direction=_direction(request))
    if not request.htmx:
        return redirect("accounts:portfolio")
    said = _("“%(title)s” is number %(place)s now.") % {"title": piece.title, "place": place}
    return render(request, "accounts/_pieces.html", _pieces(profile, said))


@login_required
@require_POST
def pieces_order(request: HttpRequest) -> HttpResponse:
    """The order after dragging: the list again."""
    profile = selectors.own_profile(request.user)
    ids = [int(value) for value in request.POST.getlist("piece") if value.isdecimal() and len(value) < 19]
    services.order_pieces(profile=profile, piece_ids=ids)
    return render(request, "accounts/_pieces.html", _pieces(profile, _("The new order is saved.")))


@login_required
@require_POST
def media_add(request: HttpRequest, pk: int) -> HttpResponse:
    """More files or a link for a piece."""
    piece = selectors.own_piece(selectors.own_profile(request.user), pk)
    form = MediaForm(request.POST, request.FILES)
    if form.is_valid() and (form.cleaned_data["files"] or form.cleaned_data["link"]):
        services.add_media(piece=piece, uploads=form.cleaned_data["files"], link=form.cleaned_data["link"])
        messages.success(request, _("Added."))
    else:
        messages.error(request, _("Choose a file or write a link first."))
    return redirect("accounts:piece_edit", pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def medium_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The words below a medium, and the poster of a film."""
    medium = selectors.own_medium(selectors.own_profile(request.user), pk)
    form = MediumForm(request.POST or None, request.FILES or None, initial={"caption": medium.caption})
    if medium.kind != "video":
        del form.fields["poster"]
    if request.method == "POST" and form.is_valid():
        services.update_medium(medium=medium, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("accounts:piece_edit", medium.piece_id)
    return render(request, "accounts/medium_form.html", {"form": form, "medium": medium})


@login_required
@require_POST
def medium_move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up or down within its piece."""
    profile = selectors.own_profile(request.user)
    medium = selectors.own_medium(profile, pk)
    place = services.move_medium(medium=medium, direction=_direction(request))
    if not request.htmx:
        return redirect("accounts:piece_edit", medium.piece_id)
    said = _("It is number %(place)s now.") % {"place": place}
    context = {"piece": selectors.own_piece(profile, medium.piece_id), "said": said}
    return render(request, "accounts/_media.html", context)


@login_required
@require_POST
def medium_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file or a link out of its piece."""
    medium = selectors.own_medium(selectors.own_profile(request.user), pk)
    services.remove_medium(medium=medium)
    messages.success(request, _("Removed."))
    return redirect("accounts:piece_edit", medium.piece_id)


@require_safe
def piece(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """A piece as visitors see it: a page, or the inside of the viewer to htmx."""
    found = selectors.public_piece(handle, pk, request.user)
    before, after = selectors.neighbours(found)
    template = "accounts/_piece.html" if request.htmx else "accounts/piece_detail.html"
    return render(request, template, {"piece": found, "before": before, "after": after})


@require_safe
def document(request: HttpRequest, pk: int) -> FileResponse:
    """A PDF of a piece. It is handed out, never run in our origin: saved as a file, and in a sandbox where one opens it."""
    found = selectors.public_document(pk, request.user)
    name = f"{found.caption or found.piece.title}.pdf"
    response = FileResponse(
        found.document.open("rb"), as_attachment=True, filename=name, content_type="application/pdf"
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _direction(request: HttpRequest) -> Direction:
    return "up" if request.POST.get("to") == "up" else "down"
