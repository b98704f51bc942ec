"""What every form of the editors has besides its questions: the consent, and three things that stop programs.

A field that people do not see, the time between the page and the answer, and a limit for each address. No riddle to solve, and
nothing that another host must be asked.
"""

import re
from typing import Any

from allauth.core.internal import ratelimit
from django import forms
from django.core import signing
from django.http import HttpRequest
from django.utils.html import strip_tags
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

_SALT = "cms_pages.form"
# Nobody reads a question and answers it in less; a page left open for longer than a day is loaded anew.
FASTEST_SECONDS, LONGEST_SECONDS = 3, 24 * 3600
GUARD_FIELDS = frozenset({"guard_consent", "guard_website", "guard_opened"})


class Guard(forms.Form):
    """The fields of `guarded`."""

    guard_consent = forms.BooleanField(
        error_messages={"required": _("Without your consent we may not keep what you wrote.")}
    )
    guard_website = forms.CharField(required=False, max_length=200)  # hidden from people by the template
    guard_opened = forms.CharField(widget=forms.HiddenInput, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["guard_opened"].initial = signing.dumps(1, salt=_SALT)

    def clean_guard_opened(self) -> str:
        """Old or forged: the page is shown again, with what was written in it."""
        value: str = self.cleaned_data["guard_opened"]
        try:
            signing.loads(value, salt=_SALT, max_age=LONGEST_SECONDS)
        except signing.BadSignature as error:
            self.data = self.data.copy()
            self.data[self.add_prefix("guard_opened")] = signing.dumps(1, salt=_SALT)
            raise forms.ValidationError(_("This page was open for too long. Please send it once more.")) from error
        return value

    @property
    def is_from_program(self) -> bool:
        """Whether the valid form was filled in as programs do: the unseen field too, or faster than anybody reads."""
        if self.cleaned_data.get("guard_website"):
            return True
        try:
            signing.loads(self.cleaned_data["guard_opened"], salt=_SALT, max_age=FASTEST_SECONDS)
        except signing.SignatureExpired:
            return False
        return True

    @property
    def questions(self) -> list[forms.BoundField]:
        """The editors' own fields."""
        return [field for field in self if field.name not in GUARD_FIELDS]


def guarded(form_class: type[forms.BaseForm], *, consent: str) -> type[forms.BaseForm]:
    """`form_class` with the guard's fields behind its own. `consent`: rich text, shown beside the box to tick."""
    guard = type("GuardedForm", (Guard, form_class), {})
    # From the editors' rich text, of which the editor lets only links and words through.
    inner = re.sub(r"</?p[^>]*>", " ", consent).strip()
    label = mark_safe(inner) if strip_tags(inner) else _("I agree")  # noqa: S308 - an editor's own rich text
    guard.base_fields["guard_consent"].label = label  # type: ignore[attr-defined]
    return guard


def may_send(request: HttpRequest) -> bool:
    """Whether this address may send another form now. Raises RateLimited (429) when not."""
    ratelimit.consume(request, app="allauth.account", action="form_entry", limit_get=True, raise_exception=True)
    return True
