from decimal import Decimal
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.accounts.selectors import verified_real_name
from marketplace.core.money import parse_yuan
from marketplace.payments import payout_selectors, services
from marketplace.payments.errors import PayoutError, PayoutErrorCode
from marketplace.payments.models import PayoutDestination, PayoutDestinationKind


class YuanField(forms.DecimalField):
    """An amount, typed in yuan, cleaned to whole fen."""

    unit = "yuan"

    def to_python(self, value: object) -> Decimal | None:
        """People paste amounts as we show them: ¥8,936.00. Both commas are taken for the one between thousands."""
        text = str(value or "").strip().lstrip("¥￥").replace(",", "").replace("，", "")
        return super().to_python(text)

    def clean(self, value: object) -> int:
        return parse_yuan(super().clean(value))


class AmountForm(forms.Form):
    """How much."""

    amount = YuanField(
        label=_("Amount"),
        min_value=0,
        max_digits=10,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "input num yuan--large"}),
    )

    @property
    def amount_fen(self) -> int:
        """What was typed, in fen; 0 when that is no amount."""
        self.is_valid()
        return self.cleaned_data.get("amount", 0)

    @property
    def problem(self) -> str:
        """Why what was typed is no amount; "" while the box is empty."""
        typed = str(self.data.get("amount") or "").strip()
        return self.errors["amount"][0] if typed and "amount" in self.errors else ""


class DestinationField(forms.ModelChoiceField):
    """An account with its holder, who is always the seller."""

    holder = ""

    def label_from_instance(self, destination: PayoutDestination) -> str:
        return _("%(account)s, %(name)s") % {"account": destination, "name": self.holder}


class WithdrawForm(AmountForm):
    """How much, and where to."""

    request_key = forms.UUIDField(widget=forms.HiddenInput)
    destination = DestinationField(label=_("Withdraw to"), queryset=None, empty_label=None)

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["request_key"].initial = uuid4()
        self.fields["destination"].holder = verified_real_name(user)
        self.fields["destination"].queryset = payout_selectors.destinations_of(user)

    def clean(self):
        data = super().clean()
        if not self.errors:
            try:
                services.check_payout(
                    user=self.user,
                    destination_id=data["destination"].pk,
                    gross_fen=data["amount"],
                    request_key=data["request_key"],
                )
            except PayoutError as refusal:
                about_account = refusal.code in (PayoutErrorCode.DESTINATION_FROZEN, PayoutErrorCode.NOT_OFFERED)
                self.add_error("destination" if about_account else "amount", refusal.message)
        return data


class DestinationForm(forms.Form):
    """The seller's own account at Alipay or at a bank."""

    kind = forms.ChoiceField(label=_("Kind of account"), widget=forms.RadioSelect)
    account = forms.CharField(
        label=_("Account number"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("For Alipay the mobile number or e-mail you log in with, for a bank the number of your card."),
    )
    bank_name = forms.CharField(
        label=_("Bank"), max_length=60, required=False, help_text=_("Only for a bank card, for example 招商银行.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offered = self.kinds()
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in offered]
        self.fields["kind"].initial = offered[0].value if offered else None

    @staticmethod
    def kinds() -> list[PayoutDestinationKind]:
        """What can be typed here: a WeChat account is bound inside WeChat, never typed (wechat_payout_views.py)."""
        return [kind for kind in payout_selectors.offered_kinds() if kind != PayoutDestinationKind.WECHAT]

    def clean(self):
        data = super().clean()
        if data.get("kind") == PayoutDestinationKind.BANK_CARD and not data.get("bank_name"):
            self.add_error("bank_name", _("Which bank is the card of?"))
        if data.get("kind") and data.get("account"):
            kind = PayoutDestinationKind(data["kind"])
            if not services.account_is_plausible(kind=kind, account=data["account"]):
                self.add_error("account", PayoutError.messages[PayoutErrorCode.ACCOUNT_INVALID])
        return data
