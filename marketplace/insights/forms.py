from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.selectors import people_matching
from marketplace.core import clock
from marketplace.ledger.books import BooksFilter, account_ids_like, account_ids_of
from marketplace.ledger.models import TransactionKind
from marketplace.payments.subjects import reference_of

MOST_PEOPLE = 20


class BooksForm(forms.Form):
    """Which transactions of the books finance wants to see."""

    first = forms.DateField(
        label=pgettext_lazy("date", "From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last = forms.DateField(
        label=pgettext_lazy("date", "To"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All kinds")), *TransactionKind.choices])
    who = forms.CharField(
        label=_("Account or person"),
        required=False,
        max_length=80,
        help_text=_("Code of an account, e-mail address, mobile number or name"),
    )
    reference = forms.CharField(
        label=_("Order or withdrawal"),
        required=False,
        max_length=80,
        help_text=_("Also a number of a payment or refund. Shown whatever the dates are"),
    )

    def clean_reference(self):
        number = self.cleaned_data["reference"]
        return reference_of(number) if number else ""

    def clean(self):
        data = super().clean()
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", _("This is before the first day."))
        self.people = []
        return data

    def wanted(self) -> BooksFilter:
        """The filter of a valid form; `people` are those whom the name or number fits."""
        data = self.cleaned_data
        accounts = None
        if data["who"]:
            accounts = account_ids_like(data["who"])
            if not accounts:
                self.people = people_matching(data["who"], limit=MOST_PEOPLE + 1)
                accounts = account_ids_of([person.pk for person in self.people[:MOST_PEOPLE]])
        by_date = not data["reference"]
        return BooksFilter(
            start=clock.midnight(data["first"]) if by_date and data["first"] else None,
            end=clock.midnight(data["last"] + timedelta(days=1)) if by_date and data["last"] else None,
            kind=data["kind"],
            reference=data["reference"],
            account_ids=accounts,
        )
