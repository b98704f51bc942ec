from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.insights.boards.definition import Board
from marketplace.insights.models import ReportRhythm


class ReportForm(forms.Form):
    """A report by e-mail: which boards, how often."""

    boards = forms.MultipleChoiceField(label=_("Figures"), widget=forms.CheckboxSelectMultiple)
    rhythm = forms.ChoiceField(label=_("How often"), choices=ReportRhythm.choices, initial=ReportRhythm.WEEKLY)

    def __init__(self, *args: Any, boards: Sequence[Board], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["boards"].choices = [(board.key, board.title) for board in boards]  # type: ignore[attr-defined]
