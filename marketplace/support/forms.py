from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.models import User
from marketplace.core.forms import MultipleFileField
from marketplace.messaging.services import MESSAGE_LENGTH
from marketplace.support import selectors
from marketplace.support.models import Priority, Topic


class QuestionForm(forms.Form):
    """What somebody asks support."""

    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    topic = forms.ChoiceField(label=_("What is it about?"), choices=Topic.choices)
    order = forms.ChoiceField(label=_("Order"), required=False)
    subject = forms.CharField(label=_("In one line"), max_length=80)
    body = forms.CharField(
        label=_("What happened?"),
        max_length=MESSAGE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "What you did, what you saw, and what you expected. Never write a password or a code from a text message."
        ),
    )
    files = MultipleFileField(label=_("Pictures or files"), required=False)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        """The orders to choose from are those of `person`: of an older one only that which the page was opened about."""
        super().__init__(*args, **kwargs)
        number = str(self.data.get("order") or self.initial.get("order") or "").replace("\0", "")
        self.orders = {order.number: order for order in selectors.orders_to_ask_about(person, number=number)}
        choices = [(number, f"{number} {order.gig_title}") for number, order in self.orders.items()]
        self.fields["order"].choices = [("", _("None in particular")), *choices]  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """What support answers."""

    body = forms.CharField(
        label=pgettext_lazy("support", "Answer"),
        max_length=MESSAGE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        required=False,
    )
    files = MultipleFileField(label=_("Files"), required=False)
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SolveForm(forms.Form):
    """Up to where the talk was read by who says that nothing is left to answer."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class NoteForm(forms.Form):
    """What colleagues should know."""

    text = forms.CharField(
        label=pgettext_lazy("for colleagues", "Note"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


class PriorityForm(forms.Form):
    """How urgent a case is."""

    priority = forms.TypedChoiceField(label=_("Priority"), choices=Priority.choices, coerce=int)


class AssignForm(forms.Form):
    """Who works on a case."""

    to = forms.TypedChoiceField(label=_("Assigned to"), coerce=int, required=False, empty_value=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Whoever of support may be given a case."""
        super().__init__(*args, **kwargs)
        self.people = {person.pk: person for person in selectors.colleagues()}
        choices = [(pk, person.display_name) for pk, person in self.people.items()]
        self.fields["to"].choices = [("", _("Nobody yet")), *choices]  # type: ignore[attr-defined]
