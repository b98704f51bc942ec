"""What the steps have in common: several small forms as one, that keeps what is in order and names what is not."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms import BaseFormSet
from django.utils.datastructures import MultiValueDict

from marketplace.accounts.models import User
from marketplace.gigs.content import GigContent
from marketplace.gigs.errors import GigError
from marketplace.uploads.errors import UploadError


class StepForm:
    """A step: bound with `data`, or filled from `content`.

    No field is required: a draft may be saved at any moment. What cannot be kept, such as a price in letters, is an
    error of its field; what is only not enough yet is none (problems.py).
    """

    template = ""

    def __init__(
        self,
        content: GigContent,
        *,
        data: Mapping[str, Any] | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        seller: User,
        gig_id: int | None = None,
    ) -> None:
        self.before = content
        self.seller, self.gig_id = seller, gig_id
        self.is_bound = data is not None
        self.build(content, {"data": data, "files": files} if self.is_bound else {})

    def build(self, content: GigContent, bound: dict[str, Any]) -> None:
        """Make the forms."""
        raise NotImplementedError

    def parts(self) -> list[forms.BaseForm | BaseFormSet]:
        """All forms."""
        raise NotImplementedError

    def next_row(self) -> str:
        """The name of the first field of the empty row that follows what was typed; none on a step without rows."""
        return ""

    def content(self) -> GigContent:
        """What was typed, in the place of what was there before; where a field is at fault, what was there before."""
        raise NotImplementedError

    def refuse(self, refusals: Sequence[UploadError]) -> None:
        """Say what was found wrong with files that came along. Only a step with files is told."""
        raise NotImplementedError

    def is_valid(self) -> bool:
        """Whether all of it can be kept. Every part is asked, so that all faults are shown at once."""
        return all([part.is_valid() for part in self.parts()])  # noqa: C419

    def errors(self) -> dict[str, list[str]]:
        """The faults by the name of their field."""
        found: dict[str, list[str]] = {}
        for form in self.forms():
            for name, errors in form.errors.items():
                found[form.add_prefix(name)] = list(errors)
        return found

    def forms(self) -> Iterator[forms.BaseForm]:
        """Every form, those of the formsets too."""
        for part in self.parts():
            yield from part if isinstance(part, BaseFormSet) else [part]

    def place_on_page(self, place: str) -> str:
        """The name of a field of the content, such as `faqs-0-answer`, as the page has it: rows left empty count there."""
        found = re.fullmatch(r"(\w+)-(\d+)-(\w+)", place)
        if not found:
            return place
        for part in self.parts():
            if isinstance(part, BaseFormSet) and part.prefix == found[1] and part.is_bound:
                kept = [number for number, form in enumerate(part) if is_kept(form)]
                row = int(found[2])
                return f"{found[1]}-{kept[row]}-{found[3]}" if row < len(kept) else place
        return place


class Row(forms.Form):
    """A row of a formset; it is there when one of `telling` is filled, and gone when it is emptied or ticked for removal."""

    telling: tuple[str, ...] = ()

    def is_filled(self) -> bool:
        """Whether somebody wrote something here."""
        return any((self[name].data or "").strip() for name in self.telling)

    def value(self, name: str, missing: Any) -> Any:
        """The cleaned value, or `missing` for a field that was left empty or is at fault."""
        value = self.cleaned_data.get(name)
        return missing if value in (None, "") else value


def is_kept(form: Any) -> bool:
    """Whether the row of a bound formset stays."""
    return form.is_filled() and not form.cleaned_data.get("DELETE")


def kept(formset: BaseFormSet) -> list[Any]:
    """The rows of a bound formset that stay."""
    return [form for form in formset if is_kept(form)]


def check(rule: Any, value: Any) -> None:
    """A rule of content.py as validation of a field."""
    try:
        rule(value)
    except GigError as error:
        raise forms.ValidationError(error.message) from error
