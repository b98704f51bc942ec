"""The form of an offer as one thing: what is offered, and the stages if there are any."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.core.errors import DomainError
from marketplace.core.money import display_yuan
from marketplace.gigs.models import Gig
from marketplace.offers.forms import OfferForm, StageFormSet, initial_of, stage_rows_of
from marketplace.offers.terms import OfferTerms
from marketplace.orders.services import Stage


class OfferEditor:
    """Bound with `data`, or filled from `before`, the terms that are answered.

    `gigs` are the services the seller can name; only a first offer asks for one, and for questions.
    """

    def __init__(
        self, *, data: Mapping[str, Any] | None = None, before: OfferTerms | None = None, seller: User | None = None
    ) -> None:
        self.before = before
        bound: dict[str, Any] = {"data": data} if data is not None else {}
        filled: dict[str, Any] = {}
        rows: dict[str, Any] = {}
        if data is None and before is not None:
            filled, rows = {"initial": initial_of(before)}, {"initial": stage_rows_of(before)}
        self.form = OfferForm(**bound, **filled, seller=seller)
        self.stages = StageFormSet(**bound, **rows, prefix="stages")
        self.has_stages = bool(before and before.stages) or (data is not None and self._typed_stages())

    def _typed_stages(self) -> bool:
        return any(form.has_changed() for form in self.stages)

    def is_valid(self) -> bool:
        """Whether all of it can be sent. Both parts are asked, so that all faults are shown at once."""
        self.form.wants_price = not self.has_stages
        is_valid = all([self.form.is_valid(), self.stages.is_valid()])
        return is_valid and self._agrees_with_itself()

    def _agrees_with_itself(self) -> bool:
        """Whether a price and days typed above the stages are those of the stages. Nobody sends an offer of another price."""
        typed, summed = self.form.cleaned_data, self.terms().summed()
        if not summed.stages:
            return True
        if typed["price"] is not None and typed["price"] != summed.total_fen:
            words = _(
                "The stages add up to ¥%(sum)s, and ¥%(price)s stands here. Leave this empty, or change the stages."
            )
            amounts = {"sum": display_yuan(summed.total_fen), "price": display_yuan(typed["price"])}
            self.form.add_error("price", words % amounts)
        if typed["days"] is not None and typed["days"] != summed.delivery_days:
            words = _(
                "The stages add up to %(sum)s days, and %(days)s stands here. Leave this empty, or change the stages."
            )
            self.form.add_error("days", words % {"sum": summed.delivery_days, "days": typed["days"]})
        return not self.form.errors

    def refuse(self, refusal: DomainError) -> None:
        """Show what the service said above the form, and keep what was typed."""
        self.form.add_error(None, refusal.message)

    def terms(self) -> OfferTerms:
        """What was typed."""
        data = self.form.cleaned_data
        stages = tuple(
            Stage(
                title=form.cleaned_data["title"],
                amount_fen=form.cleaned_data["amount"],
                delivery_days=form.cleaned_data["days"],
                revisions=form.cleaned_data["revisions"],
                description=form.cleaned_data["description"],
            )
            for form in self.stages
            if form.has_changed() and form.cleaned_data.get("title")
        )
        asked = self.before.questions if self.before else self.form.questions()
        return OfferTerms(
            title=data["title"],
            scope=data["scope"],
            total_fen=data["price"] or 0,
            delivery_days=data["days"] or 0,
            revisions=data["revisions"] or 0,
            questions=asked,
            stages=stages,
        )

    @property
    def gig(self) -> Gig | None:
        """The service the offer is based on."""
        found: Gig | None = self.form.cleaned_data.get("gig")
        return found

    @property
    def valid_days(self) -> int:
        """For how many days it is valid."""
        return int(self.form.cleaned_data["valid_days"])

    @property
    def words(self) -> str:
        """The message that goes with it."""
        return str(self.form.cleaned_data["words"])
