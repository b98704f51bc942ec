"""The staff log in Wagtail's admin: who did what, who looked at whom, with before and after. Nothing can be changed here."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.core.paging import key_of
from marketplace.core.sheets import Cell, Column, Sheet, format_of, sheet_response
from marketplace.moderation import log_selectors as selectors
from marketplace.moderation.log_labels import LABELS

private = cache_control(private=True, no_store=True)
_DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class LogForm(forms.Form):
    """What to show of the log."""

    words = forms.CharField(
        label=pgettext_lazy("of a log", "Words"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("In what was done, in reasons, numbers, values before and after"),
    )
    actor = forms.ModelChoiceField(
        label=pgettext_lazy("of a log", "By whom"),
        required=False,
        queryset=User.objects.none(),
        empty_label=pgettext_lazy("of a log", "Everything"),
    )
    action = forms.ChoiceField(label=pgettext_lazy("of a log", "What was done"), required=False)
    subject = forms.IntegerField(
        label=pgettext_lazy("of a log", "About the person with the number"), required=False, min_value=1
    )
    kind = forms.ChoiceField(
        label=pgettext_lazy("of a log", "Acts or readings"),
        required=False,
        choices=[
            ("", pgettext_lazy("of a log", "Both")),
            ("acts", pgettext_lazy("of a log", "Acts")),
            ("readings", gettext_lazy("Readings of personal data")),
        ],
    )
    first = forms.DateField(label=pgettext_lazy("a day", "From"), required=False, widget=_DAY)
    last = forms.DateField(label=pgettext_lazy("a day", "Until"), required=False, widget=_DAY)
    address = forms.GenericIPAddressField(label=gettext_lazy("IP address"), required=False)
    request_id = forms.CharField(widget=forms.HiddenInput, required=False, max_length=32)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["actor"].queryset = selectors.staff_in_log()
        # Two codes may have the same name; the shorter code stands for what one does.
        named = sorted(((code, str(label)) for code, label in LABELS.items()), key=lambda pair: pair[1])
        self.fields["action"].choices = [("", pgettext("of a log", "Everything")), *named]

    def query(self) -> selectors.LogQuery:
        """What was asked for, as far as it holds."""
        chosen = getattr(self, "cleaned_data", {})
        return selectors.LogQuery(
            words=chosen.get("words", ""),
            actor_id=chosen["actor"].pk if chosen.get("actor") else None,
            action=chosen.get("action", ""),
            subject_id=chosen.get("subject"),
            first=chosen.get("first"),
            last=chosen.get("last"),
            kind=chosen.get("kind", ""),
            address=chosen.get("address", ""),
            request_id=chosen.get("request_id", ""),
        )


@permission_required(selectors.PERMISSION)
@require_safe
@private
def log_list(request: HttpRequest) -> HttpResponse:
    """A page of the log, newest first."""
    form = LogForm(request.GET)
    form.is_valid()
    query = form.query()
    page = selectors.log_page(query, older_than=key_of(request.GET, "older"), newer_than=key_of(request.GET, "newer"))
    count = selectors.count_lines(query)
    context = {
        "form": form,
        "page": page,
        "count": min(count, selectors.MOST_COUNTED),
        "has_more": count > selectors.MOST_COUNTED,
        "is_narrowed": bool(query.as_data()),
        "searched": selectors.MOST_SEARCHED if query.words else 0,
    }
    return render(request, "moderation/admin/log_list.html", context)


@permission_required(selectors.PERMISSION)
@require_safe
@private
def log_export(request: HttpRequest, ending: str) -> StreamingHttpResponse:
    """What was found, as CSV or XLSX. That somebody took it is a line of the log itself."""
    wanted, form = format_of(ending), LogForm(request.GET)
    if not form.is_valid():
        raise Http404
    query = form.query()
    staff_log.note(
        actor=request.user,  # type: ignore[arg-type]
        action="log.export",
        data={"asked": query.as_data(), "format": wanted.value, "most": selectors.MOST_EXPORTED},
    )
    name = _("Staff log %(day)s") % {"day": timezone.localdate(clock.now()).isoformat()}
    sheet = Sheet(name=name, title=_("Staff log"), columns=_columns(), rows=_rows(query))
    return sheet_response(request, sheet, wanted)


def _columns() -> list[Column]:
    headings = (
        (pgettext("of a log", "Number"), 10),
        (_("Time"), 20),
        (pgettext("of a log", "By whom"), 16),
        (pgettext("of a log", "What was done"), 26),
        (pgettext("of a log", "Code"), 22),
        (pgettext("of a log", "Acts or readings"), 10),
        (pgettext("of a log", "About whom"), 16),
        (pgettext("of a log", "Details"), 40),
        (pgettext("of a log", "Before"), 30),
        (pgettext("of a log", "After"), 30),
        (_("IP address"), 16),
        (_("Request"), 18),
    )
    return [Column(heading, width) for heading, width in headings]


def _rows(query: selectors.LogQuery) -> Iterator[tuple[Cell, ...]]:
    reading, act = pgettext("of a log", "reading"), pgettext("of a log", "act")
    for line in selectors.exported_lines(query):
        row = line.row
        yield (
            row.pk,
            row.created_at,
            row.actor.display_name,
            line.label,
            row.action,
            reading if row.is_reading else act,
            f"{line.person.display_name} ({line.person.pk})" if line.person else "",
            selectors.as_text(row.data) if row.data else "",
            selectors.as_text(row.before) if row.before else "",
            selectors.as_text(row.after) if row.after else "",
            row.address or "",
            row.request_id,
        )
