from datetime import date, timedelta
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.forms import MultipleFileField
from marketplace.gigs.content import MOST_DELIVERY_DAYS
from marketplace.gigs.forms.fields import YuanField, yuan_initial
from marketplace.gigs.models import Gig, GigCategory
from marketplace.offers import selectors
from marketplace.offers.models import Brief, DeclineReason
from marketplace.offers.sent_files import BRIEF_FILES, SUBJECT
from marketplace.offers.terms import OfferTerms
from marketplace.orders.delivery_forms import SentFilesForm
from marketplace.safety.contacts import find_contacts

QUESTIONS, QUESTION_LENGTH = 5, 200
STAGE_ROWS = 5


def _days(choices: tuple[int, ...], most: int) -> list[tuple[int, str]]:
    return [
        (days, ngettext("%(days)s day", "%(days)s days", days) % {"days": days}) for days in choices if days <= most
    ]


def validity_choices() -> list[tuple[int, str]]:
    """For how long an offer may be valid."""
    return _days((1, 3, 7, 14, 30), get_config("offers.valid_days_maximum"))


def brief_choices() -> list[tuple[int, str]]:
    """For how long a brief may take offers."""
    return _days((3, 7, 14, 30), get_config("briefs.valid_days_maximum"))


def _wanted_by() -> forms.DateField:
    return forms.DateField(label=_("Wanted by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


def _tomorrow() -> date:
    return timezone.localdate(clock.now()) + timedelta(days=1)


class OfferForm(forms.Form):
    """What is offered. With stages, price, days and revisions are theirs."""

    wants_price = True

    title = forms.CharField(label=_("What is it"), max_length=80)
    scope = forms.CharField(
        label=_("What is delivered"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "What is delivered, in which form, and what is not included. It is frozen when the offer is accepted."
        ),
    )
    price = YuanField(label=_("Price"), required=False)
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=MOST_DELIVERY_DAYS, required=False)
    revisions = forms.IntegerField(label=_("Revisions"), min_value=0, max_value=50, required=False, initial=1)
    gig = forms.ModelChoiceField(
        label=_("Based on a service"), queryset=Gig.objects.none(), required=False, empty_label=_("No service")
    )
    questions_text = forms.CharField(
        label=_("What you need to know from the buyer"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One question a line, five at most. The delivery clock starts when they are answered."),
    )
    valid_days = forms.TypedChoiceField(label=_("Valid for"), choices=validity_choices, coerce=int, initial=7)
    words = forms.CharField(
        label=_("A word to go with it"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, seller: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if seller is None:
            del self.fields["gig"], self.fields["questions_text"]
        else:
            self.fields["gig"].queryset = selectors.live_gigs_of(seller)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Without stages the price and the days are needed."""
        data = super().clean() or {}
        if self.wants_price:
            for name in ("price", "days"):
                if data.get(name) is None and name not in self.errors:
                    self.add_error(name, self.fields[name].error_messages["required"])
        if len(self.questions()) > QUESTIONS:
            self.add_error("questions_text", _("At most five questions, please."))
        if any(len(question) > QUESTION_LENGTH for question in self.questions()):
            said = _("A question has at most %(limit)s characters.") % {"limit": QUESTION_LENGTH}
            self.add_error("questions_text", said)
        return data

    def questions(self) -> tuple[str, ...]:
        """The questions, one a line."""
        text = self.cleaned_data.get("questions_text") or ""
        return tuple(line.strip() for line in text.splitlines() if line.strip())


class StageForm(forms.Form):
    """One stage; a line left empty is none."""

    title = forms.CharField(label=_("Stage"), max_length=80)
    description = forms.CharField(label=_("What is delivered"), max_length=500, required=False)
    amount = YuanField(label=_("Amount"))
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=MOST_DELIVERY_DAYS)
    # Left empty it would say 0, which nobody meant.
    revisions = forms.IntegerField(label=_("Revisions"), min_value=0, max_value=50)


class StageRows(BaseFormSet):
    def initial_form_count(self) -> int:
        """None once it is sent: a stage that was there before is taken out by emptying its line."""
        return 0 if self.is_bound else super().initial_form_count()


StageFormSet = formset_factory(
    StageForm, formset=StageRows, extra=STAGE_ROWS, max_num=STAGE_ROWS, absolute_max=STAGE_ROWS
)


def initial_of(terms: OfferTerms) -> dict[str, Any]:
    """The form filled with these terms."""
    filled: dict[str, Any] = {"title": terms.title, "scope": terms.scope}
    if not terms.stages:
        filled |= {
            "price": yuan_initial(terms.total_fen),
            "days": terms.delivery_days,
            "revisions": terms.revisions,
        }
    return filled


def stage_rows_of(terms: OfferTerms) -> list[dict[str, Any]]:
    """The lines of the stages filled with these."""
    return [
        {
            "title": stage.title,
            "description": stage.description,
            "amount": yuan_initial(stage.amount_fen),
            "days": stage.delivery_days,
            "revisions": stage.revisions,
        }
        for stage in terms.stages
    ]


class DeclineForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why not"), choices=DeclineReason.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("A word to go with it"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class BriefForm(SentFilesForm):
    """What a buyer wants to have done. Contact details are pointed out once, and the buyer decides."""

    purpose = BRIEF_FILES

    category = forms.ModelChoiceField(
        label=_("Subcategory"),
        queryset=GigCategory.objects.none(),
        empty_label=_("Choose one"),
        help_text=_("Sellers with a service in it are told."),
    )
    title = forms.CharField(label=_("What do you need"), max_length=60, help_text=_("One line, as you would say it."))
    story = forms.CharField(
        label=_("The whole story"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("What it is for, what you have already, what must not be missing."),
    )
    budget_min = YuanField(label=_("Budget from"), required=False)
    budget_max = YuanField(label=_("Budget up to"))
    wanted_by = _wanted_by()
    valid_days = forms.TypedChoiceField(label=_("Takes offers for"), choices=brief_choices, coerce=int, initial=14)
    # Django keeps no class attribute for a field, so this does not hide the form's own `files`.
    files = MultipleFileField(  # type: ignore[assignment]
        label=_("Files"),
        required=False,
        help_text=_("Up to three files of any kind, 20 MB each. Programs go into a ZIP."),
    )
    anyway = forms.BooleanField(label=_("This is no contact detail; publish it like this"), required=False)

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, owner=owner, subject=SUBJECT, **kwargs)
        shown = GigCategory.objects.filter(is_active=True, parent__is_active=True).select_related("parent")
        category = self.fields["category"]
        category.queryset = shown.order_by("parent__position", "position", "pk")  # type: ignore[attr-defined]
        category.label_from_instance = _category_label  # type: ignore[attr-defined]
        self.fields["wanted_by"].widget.attrs["min"] = _tomorrow().isoformat()
        self.contacts: list[str] = []
        if not self.is_bound:
            self.fields["anyway"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """Point at what looks like a way around the platform, as moderators see it in services; once."""
        data = super().clean()
        text = f"{data.get('title', '')}\n{data.get('story', '')}"
        self.contacts = [hint.text for hint in find_contacts(text)]
        if self.contacts and not data.get("anyway"):
            self.add_error(
                "story",
                _(
                    "This looks like contact details: %(found)s. Every seller could read it, and who pays past the platform has "
                    "no escrow. Take it out, or tick the box below."
                )
                % {"found": "、".join(self.contacts)},
            )
        elif not self.contacts:
            self.fields["anyway"].widget = forms.HiddenInput()
        return data


def _category_label(category: GigCategory) -> str:
    parent = f"{category.parent.localized_name} · " if category.parent else ""
    return f"{parent}{category.localized_name}"


class ReopenForm(forms.Form):
    wanted_by = _wanted_by()
    valid_days = forms.TypedChoiceField(label=_("Takes offers for"), choices=brief_choices, coerce=int, initial=14)

    def __init__(self, *args: Any, brief: Brief, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = self.fields["wanted_by"]
        day.widget.attrs["min"] = _tomorrow().isoformat()
        # A day that is over is asked for anew.
        day.initial = brief.wanted_by if brief.wanted_by >= _tomorrow() else None


class BriefFilterForm(forms.Form):
    """The filters of the list for sellers; what cannot be read is left out."""

    words = forms.CharField(label=pgettext_lazy("of a search", "Words"), required=False, max_length=60)
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=GigCategory.objects.none(), required=False, empty_label=_("All")
    )
    budget = YuanField(label=_("Budget at least"), required=False)
    mine = forms.BooleanField(label=_("Only my subcategories"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tops = GigCategory.objects.filter(parent=None, is_active=True).order_by("position", "pk")
        self.fields["category"].queryset = tops  # type: ignore[attr-defined]
        self.fields["category"].label_from_instance = _category_label  # type: ignore[attr-defined]

    def filters(self) -> selectors.BriefFilters:
        """What was asked for."""
        self.is_valid()
        data = self.cleaned_data
        return selectors.BriefFilters(
            category=data.get("category"),
            budget_fen=data.get("budget"),
            words=(data.get("words") or "").strip(),
            only_mine=bool(data.get("mine")),
        )
