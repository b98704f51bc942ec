"""What a person hands in to be verified."""

from collections.abc import Callable

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import numbers, papers
from marketplace.accounts.errors import VerificationError, VerificationErrorCode
from marketplace.accounts.models import PaperKind

# `%` of a lazy text gives a plain one, in the language of whoever started the process.
_limited = lazy(lambda words: str(words) % {"limit": papers.MAXIMUM_MEGABYTES}, str)


class PaperField(forms.FileField):
    """A picture of a document; `cleaned_data` holds a papers.Paper, checked and still in memory."""

    def __init__(self, *, allow_pdf: bool = False, **kwargs):
        self.allow_pdf = allow_pdf
        accepted = papers.ACCEPTED_WITH_PDF if allow_pdf else papers.ACCEPTED_PICTURES
        super().__init__(widget=forms.FileInput(attrs={"accept": accepted}), **kwargs)

    def clean(self, data: UploadedFile | None, initial=None) -> papers.Paper:
        upload = super().clean(data, initial)
        return refusal_below_the_field(papers.read_paper, upload, allow_pdf=self.allow_pdf)


def refusal_below_the_field(rule: Callable, *values, **more):
    """What `rule` returns; its refusal stands below the field instead of ending the request."""
    try:
        return rule(*values, **more)
    except VerificationError as error:
        raise forms.ValidationError(error.message, code=error.code.value) from error


class ValidityForm(forms.Form):
    """How long the papers are valid, and consent of its own to handling them (个人信息保护法, article 29)."""

    valid_until = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day, as it is printed."),
    )
    is_long_term = forms.BooleanField(label=_("The papers say: long-term (长期)"), required=False)
    consent = forms.BooleanField(
        label=_("I agree separately that Jiangji handles these papers and what they say, for the purpose named above"),
        error_messages={"required": _("Without your separate consent we may not look at your papers.")},
    )

    def clean(self):
        data = super().clean()
        day, is_long_term = data.get("valid_until"), data.get("is_long_term")
        if "valid_until" not in self.errors:
            if day and is_long_term:
                self.add_error("valid_until", _("Either a last day or long-term, as the papers say."))
            elif not day and not is_long_term:
                self.add_error("valid_until", _("Please enter the last day, or tick long-term."))
            elif day and day < numbers.today():
                expired = VerificationError(VerificationErrorCode.PAPERS_EXPIRED)
                self.add_error("valid_until", expired.message)
        return data


class RealNameForm(ValidityForm):
    """Name and number as on the identity card, and both sides of it."""

    field_order = ["name", "number", "valid_until", "is_long_term", "front", "back", "consent"]

    name = forms.CharField(
        label=_("Name on the identity card"),
        min_length=2,
        max_length=50,
        error_messages={"min_length": _("Please enter the whole name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    number = forms.CharField(
        label=_("Identity number"),
        max_length=40,
        help_text=_("18 characters. The last one may be an X."),
        # Shown in the clear while it is typed, since it has to be compared; no browser keeps it.
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    front = PaperField(
        label=_("Side with the portrait"),
        help_text=_limited(_("JPEG, PNG or WebP of at most %(limit)s MB. All four corners in the picture, no glare.")),
    )
    back = PaperField(label=_("Side with the emblem"), help_text=_("The period of validity stands here."))

    def clean_number(self) -> str:
        number = refusal_below_the_field(numbers.parse_identity_number, self.cleaned_data["number"])
        refusal_below_the_field(numbers.require_adult, number)
        return number

    @property
    def papers(self) -> dict[PaperKind, papers.Paper]:
        """Both sides, by kind."""
        return {
            PaperKind.IDENTITY_FRONT: self.cleaned_data["front"],
            PaperKind.IDENTITY_BACK: self.cleaned_data["back"],
        }


class CompanyForm(ValidityForm):
    """What the business licence says, and a picture or scan of it."""

    field_order = [
        "company_name", "code", "representative", "valid_until", "is_long_term", "licence", "authority", "consent"
    ]  # fmt: skip

    company_name = forms.CharField(
        label=_("Company name"),
        min_length=4,
        max_length=100,
        error_messages={"min_length": _("Please enter the whole name.")},
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        help_text=_("In full, as on the business licence."),
    )
    code = forms.CharField(
        label=_("Unified social credit code"),
        max_length=40,
        help_text=_("18 characters, at the top of the licence."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    representative = forms.CharField(
        label=_("Legal representative"),
        min_length=2,
        max_length=50,
        error_messages={"min_length": _("Please enter the whole name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    licence = PaperField(
        label=_("Business licence"),
        allow_pdf=True,
        help_text=_limited(
            _("JPEG, PNG, WebP or PDF of at most %(limit)s MB. Original or a copy with the company's seal.")
        ),
    )
    authority = forms.BooleanField(
        label=_("I represent this company, or it has authorised me to sell in its name"),
        error_messages={"required": _("Only who may act for the company can hand in its papers.")},
    )

    def clean_code(self) -> str:
        return refusal_below_the_field(numbers.parse_credit_code, self.cleaned_data["code"])

    @property
    def papers(self) -> dict[PaperKind, papers.Paper]:
        """The licence, by kind."""
        return {PaperKind.LICENCE: self.cleaned_data["licence"]}
