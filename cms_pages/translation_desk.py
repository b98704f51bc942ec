"""Translating in the admin: wagtail-localize's views, with our rights around them, and the way to the editors."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.models import Page
from wagtail_localize.models import Translation
from wagtail_localize.views.submit_translations import SubmitPageTranslationView
from wagtail_localize.views.update_translations import UpdateTranslationsForm, UpdateTranslationsView

from cms_pages.errors import TranslationError
from cms_pages.translating import fill_left_out, require_live_source, require_whole, submit_translation


class SubmitView(SubmitPageTranslationView):
    """Only for who may edit the page, and only for a page that is live."""

    def get_object(self) -> Page:
        page = super().get_object()
        if not page.permissions_for_user(self.request.user).can_edit():
            raise PermissionDenied
        return page

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.has_perm("wagtail_localize.submit_translation"):
            page = self.get_object()
            try:
                require_live_source(page)
            except TranslationError as refusal:
                messages.error(request, str(refusal))
                return redirect("wagtailadmin_pages:edit", page.pk)
            if request.method == "POST":
                fill_left_out(page)
        return super().dispatch(request, *args, **kwargs)


class _UpdateForm(UpdateTranslationsForm):
    """Without "publish immediately": what is not translated yet would go live in the other language."""

    publish_translations = forms.BooleanField(
        required=False, disabled=True, initial=False, widget=forms.HiddenInput, label=""
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["publish_translations"].help_text = ""


class UpdateView(UpdateTranslationsView):
    """Only for who may edit the source."""

    def get_object(self) -> Any:
        source = super().get_object()
        instance = source.get_source_instance()
        if isinstance(instance, Page) and not instance.permissions_for_user(self.request.user).can_edit():
            raise PermissionDenied
        return source

    def get_form(self) -> forms.Form:
        return _UpdateForm(self.request.POST) if self.request.method == "POST" else _UpdateForm()


@require_POST
def send(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Hand the translation to the editors."""
    translation = get_object_or_404(Translation, pk=translation_id, enabled=True)
    page = translation.get_target_instance()
    if not isinstance(page, Page) or not page.permissions_for_user(request.user).can_submit_for_moderation():
        raise PermissionDenied
    try:
        submit_translation(translation=translation, user=request.user)
    except TranslationError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(title)s” is with the editors now.") % {"title": page.title})
    return redirect("wagtailadmin_pages:edit", page.pk)


def refuse_half_translated(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Hook before the side-by-side editor publishes: not while a text is missing, or the checklist stops it."""
    if request.method != "POST" or request.POST.get("action") != "publish":
        return None
    translation = Translation.objects.filter(
        source__object_id=page.translation_key, target_locale_id=page.locale_id, enabled=True
    ).first()
    if translation is None:
        return None
    try:
        require_whole(translation)
    except TranslationError as refusal:
        messages.error(request, str(refusal))
        return redirect("wagtailadmin_pages:edit", page.pk)
    return None


def translation_urls() -> list[Any]:
    """The first two stand before wagtail-localize's at the same addresses; its names lead to them."""
    return [
        path("localize/submit/page/<int:page_id>/", SubmitView.as_view()),
        path("localize/update/<int:translation_source_id>/", UpdateView.as_view()),
        path("localize/send/<int:translation_id>/", send, name="cms_translation_send"),
    ]
