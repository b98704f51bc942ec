"""The page on which people choose what reaches them, by which way, and when."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from marketplace.notifications.choices_page import KindRow, rows_for
from marketplace.notifications.models import Channel, NotificationKind, Rhythm
from marketplace.notifications.reach import Reach


class ChoicesForm(forms.Form):
    """One box for each kind and way that has any; the rest about time and language."""

    mail_rhythm = forms.ChoiceField(label=_("Mails"), choices=Rhythm, widget=forms.RadioSelect)
    digest_at = forms.TimeField(label=_("Time of the summary"), widget=forms.TimeInput(attrs={"type": "time"}))
    quiet_from = forms.TimeField(label=_("Quiet from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    quiet_until = forms.TimeField(
        label=_("Quiet until"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    language = forms.ChoiceField(label=_("Language of what is sent"), choices=settings.LANGUAGES)

    def __init__(self, *arguments: Any, reach: Reach, is_staff: bool, **options: Any) -> None:
        self.reach = reach
        self.rows = rows_for(is_staff=is_staff)
        initial = {
            "mail_rhythm": reach.mail_rhythm,
            "digest_at": reach.digest_at.strftime("%H:%M"),
            "quiet_from": reach.quiet_from.strftime("%H:%M") if reach.quiet_from else "",
            "quiet_until": reach.quiet_until.strftime("%H:%M") if reach.quiet_until else "",
            "language": reach.language,
        }
        initial |= {
            _name(row.kind, channel): reach.wants(row.kind, channel) for row in self.rows for channel in row.channels
        }
        super().__init__(*arguments, initial=initial, **options)
        for row in self.rows:
            for channel in row.channels:
                self.fields[_name(row.kind, channel)] = forms.BooleanField(label=channel.label, required=False)

    def boxes(self) -> list[tuple[KindRow, list[forms.BoundField]]]:
        """Each kind with its boxes, in the order of the page."""
        return [(row, [self[_name(row.kind, channel)] for channel in row.channels]) for row in self.rows]

    def clean(self) -> dict[str, Any]:
        """Quiet hours have two ends."""
        cleaned = super().clean() or {}
        start, end = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if (start is None) != (end is None):
            sentence = _("Quiet hours need a beginning and an end. Leave both empty for none.")
            self.add_error("quiet_from" if start is None else "quiet_until", sentence)
        if start is not None and start == end:
            sentence = _("Quiet hours that begin and end at the same time would be none. Leave both empty.")
            self.add_error("quiet_until", sentence)
        return cleaned

    def wanted(self) -> dict[tuple[NotificationKind, Channel], bool]:
        """What was ticked, for `save_choices`."""
        return {
            (row.kind, channel): self.cleaned_data[_name(row.kind, channel)]
            for row in self.rows
            for channel in row.channels
        }


def _name(kind: NotificationKind, channel: Channel) -> str:
    return f"{kind.value}-{channel.value}"
