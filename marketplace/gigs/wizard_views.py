"""The seller's wizard: each step an address of its own, saved by its buttons or, with script, by itself."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.gigs import selectors, services
from marketplace.gigs.content import GigContent
from marketplace.gigs.editor_windows import remember_saved, saved_in
from marketplace.gigs.errors import FilesRefusedError, GigError, GigErrorCode
from marketplace.gigs.forms import STEP_FORMS, StepForm
from marketplace.gigs.forms.gallery import GalleryStep
from marketplace.gigs.forms.overview import OverviewStep
from marketplace.gigs.limits import gig_limit, gigs_counted
from marketplace.gigs.models import Gig
from marketplace.gigs.problems import content_problems
from marketplace.gigs.review_selectors import submitted_words
from marketplace.gigs.steps import Step
from marketplace.gigs.wizard import EMPTY, Wizard, first_open_step, reworded, step_url, stored_content


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """The first step of a gig that does not exist before it is saved."""
    if not request.user.is_seller:
        return redirect("accounts:become_seller")
    if request.method == "POST":
        return _save(request, None, Step.OVERVIEW)
    limit = gig_limit(request.user)
    if gigs_counted(request.user) >= limit:
        refusal = GigError(GigErrorCode.TOO_MANY_GIGS, limit=limit)
        return render(request, "gigs/gig_limit.html", {"reason": refusal.message, "limit": limit})
    return _page(request, Wizard(None, Step.OVERVIEW, request.user))


@login_required
@require_safe
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """To the step where one goes on."""
    gig = selectors.get_own_gig(pk, request.user)
    return redirect(step_url(gig, first_open_step(gig, request.user)))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: int, step: Step) -> HttpResponse:
    """One step. Buyers see the published version until the new one has been reviewed."""
    gig = selectors.get_own_gig(pk, request.user)
    if request.method == "POST" and step in STEP_FORMS:
        return _save(request, gig, step)
    return _page(request, Wizard(gig, step, request.user))


@login_required
@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the latest revision to the moderators."""
    gig = selectors.get_own_gig(pk, request.user)
    try:
        sent = services.submit_gig(gig_id=gig.pk, seller=request.user, answer=request.POST.get("answer", ""))
    except GigError as error:
        # Not the middleware's way back: from the list it would not lead to where it is mended.
        messages.warning(request, error.message)
        return redirect(step_url(gig, Step.PUBLISH))
    messages.success(request, submitted_words(sent))
    return redirect("gigs:desk_list")


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it back from the moderators."""
    gig = selectors.get_own_gig(pk, request.user)
    services.withdraw_gig(gig_id=gig.pk, seller=request.user)
    messages.success(request, _("Taken back from the review. You can edit it now."))
    return redirect(step_url(gig, Step.PUBLISH))


def _save(request: HttpRequest, gig: Gig | None, step: Step) -> HttpResponse:
    window = request.POST.get("window", "")
    saved_here = saved_in(window, seller_id=request.user.pk)
    if gig is None and saved_here is not None:
        # The answer to the first save was lost: this is the same draft, not a second one.
        gig = selectors.get_own_gig(saved_here.gig_id, request.user)
    before = stored_content(gig)
    form = STEP_FORMS[step](
        before,
        data=reworded(request.POST),
        files=request.FILES,
        seller=request.user,
        gig_id=gig.pk if gig else None,
    )
    is_valid = form.is_valid()
    if request.htmx:
        return _saved_by_itself(request, gig, step, before, form)
    if not is_valid:
        return _page(request, _typed(request, gig, step, before, form), status=422)
    try:
        saved = _store(request, gig, form)
    except GigError as error:
        return _page(request, _typed(request, gig, step, before, form, refusal=error.message), status=422)
    except FilesRefusedError as error:
        form.refuse(error.refusals)
        return _page(request, _typed(request, gig, step, before, form), status=422)
    return _onward(request, saved, step, form)


def _store(request: HttpRequest, gig: Gig | None, form: StepForm) -> Gig:
    saved = _written(request, gig, form)
    window = request.POST.get("window", "")
    remember_saved(window, seller_id=request.user.pk, gig_id=saved.pk, mark=services.revision_mark(saved))
    return saved


def _written(request: HttpRequest, gig: Gig | None, form: StepForm) -> Gig:
    if gig is None:
        return services.start_draft(seller=request.user, content=form.content())
    seen = _seen(request, gig)
    if isinstance(form, GalleryStep):
        return services.save_gallery(gig_id=gig.pk, seller=request.user, change=form.change(), seen=seen)
    return services.save_draft(gig_id=gig.pk, seller=request.user, content=form.content(), seen=seen)


def _seen(request: HttpRequest, gig: Gig) -> str:
    """The mark of the version that this window knows: what it was made from, wrote last, or is told to write over."""
    seen: str = request.POST.get("over") or request.POST.get("revision", "")
    saved_here = saved_in(request.POST.get("window", ""), seller_id=request.user.pk)
    if saved_here is not None and saved_here.gig_id == gig.pk and saved_here.mark == services.revision_mark(gig):
        return saved_here.mark
    return seen


def _onward(request: HttpRequest, gig: Gig, step: Step, form: StepForm) -> HttpResponse:
    """After a save: to the list, to the same step for one more row, or on."""
    if "leave" in request.POST:
        messages.success(request, _("The draft is saved."))
        return redirect("gigs:desk_list")
    asks_anew = isinstance(form, OverviewStep) and form.asks_for_other and form.attributes.fields
    if "more" in request.POST and form.next_row():
        # A browser puts the cursor into the field that the address names.
        return redirect(f"{step_url(gig, step)}#id_{form.next_row()}")
    if "more" in request.POST or "reword" in request.POST or asks_anew:
        return redirect(step_url(gig, step))
    if fallen := [problem for problem in content_problems(form.content()) if problem.is_contradiction]:
        # What is only missing may wait. What contradicts itself is said here, or one meets it again at the last step.
        messages.warning(request, fallen[0].message)
        return redirect(step_url(gig, fallen[0].step))
    return redirect(step_url(gig, step.after or Step.PUBLISH))


def _saved_by_itself(
    request: HttpRequest, gig: Gig | None, step: Step, before: GigContent, form: StepForm
) -> HttpResponse:
    """What changes on the page after an automatic save: never a field somebody may be typing in."""
    refusal = ""
    content = form.content()
    # Leaving a field asks for a look at it, too: what has not changed is no new revision.
    is_changed = content != before or (gig is not None and _seen(request, gig) != services.revision_mark(gig))
    # Also where an answer was lost before: the address of that page is still that of a new gig.
    is_new = request.resolver_match.url_name == "create"
    if is_changed and not (is_new and content == EMPTY):
        try:
            gig = _store(request, gig, form)
        except GigError as error:
            refusal = error.message
        except FilesRefusedError as error:
            form.refuse(error.refusals)
    wizard = _typed(request, gig, step, before, form, refusal=refusal)
    response = render(request, "gigs/wizard/_saved.html", {"wizard": wizard})
    if is_new and gig is not None:
        # The page goes on as the page of the gig that exists now.
        response.headers["HX-Replace-Url"] = step_url(gig, step)
    return response


def _typed(
    request: HttpRequest, gig: Gig | None, step: Step, before: GigContent, form: StepForm, *, refusal: str = ""
) -> Wizard:
    wizard = Wizard(gig, step, request.user, content=before)
    wizard.window = request.POST.get("window", "")
    wizard.refusal, wizard.sent_mark = refusal, request.POST.get("revision", "")
    wizard.show(form)
    return wizard


def _page(request: HttpRequest, wizard: Wizard, *, status: int = 200) -> HttpResponse:
    return render(request, "gigs/gig_step.html", {"wizard": wizard, "gig": wizard.gig}, status=status)
