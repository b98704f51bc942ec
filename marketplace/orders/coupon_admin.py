"""Coupons in the admin: marketers make them, finance watches what they cost. Nobody removes one: orders point at it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.views import chooser
from wagtail.snippets.views.snippets import EditView, SnippetViewSet

from marketplace.core import staff_log
from marketplace.core.config import get_config
from marketplace.core.money import display_money, display_yuan, parse_yuan, yuan_text
from marketplace.orders import locks
from marketplace.orders.models import Coupon, CouponUse

_TERMS = (
    *("code", "amount_fen", "percent", "cap_fen", "minimum_fen", "most_uses", "most_uses_per_person"),
    *("first_order_only", "budget_fen", "is_active"),
)
# Whoever changes one of these of a coupon with a large budget asks a colleague to switch it on.
_MONEY = frozenset(_TERMS) - {"code"} | {"starts_at", "ends_at", "categories"}


class CouponPolicy(ModelPermissionPolicy):
    """Made and changed, never deleted: an order says which coupon it had."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "delete" and super().user_has_permission(user, action)


class YuanField(forms.DecimalField):
    """An amount that staff types in yuan and the row keeps in fen."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_digits=10, decimal_places=2, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return yuan_text(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        amount = super().clean(value)
        return None if amount is None else parse_yuan(amount)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(Decimal(initial).scaleb(-2) if isinstance(initial, int) else initial, data)


class CouponForm(WagtailAdminModelForm):
    """Amounts in yuan. A code that was given out is not changed: people hold it in their hands."""

    amount_fen = YuanField(label=_("Amount off, in yuan"), required=False)
    cap_fen = YuanField(label=_("At most, in yuan"), required=False)
    minimum_fen = YuanField(label=_("From a price of, in yuan"), required=False)
    budget_fen = YuanField(label=_("Budget in yuan"), help_text=_("All its discounts together are never more."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.uses and "code" in self.fields:
            self.fields["code"].disabled = True

    def clean_minimum_fen(self) -> int:
        return self.cleaned_data["minimum_fen"] or 0

    def clean(self) -> dict[str, Any]:
        """Above a bound (`coupons.alone_fen`) a colleague of finance switches it on: nobody gives away much alone."""
        data = super().clean()
        most_fen = get_config("coupons.alone_fen")
        gives = data.get("is_active") and (data.get("budget_fen") or 0) > most_fen
        if gives and not _MONEY.isdisjoint(self.changed_data) and not self.for_user.has_perm("orders.approve_coupon"):
            refusal = _(
                "With a budget above %(amount)s it is switched on by a colleague of finance. Save it off for now."
            )
            self.add_error("is_active", refusal % {"amount": display_money(most_fen)})
        return data


class CouponEditView(EditView):
    """Saved under the coupon's lock: what is in use counts on while somebody types, and neither writes over the other."""

    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = locks.lock_coupon(self.object.pk)
        return super().post(request, *args, **kwargs)


class YuanPanel(FieldPanel):
    """An amount that is only read, in yuan."""

    def format_value_for_display(self, value: Any) -> str:
        return display_money(value)


class _WhoSeesCoupons:
    """Wagtail lets everybody in the admin choose a snippet; codes are shown to those alone who see the list of them."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("orders.view_coupon"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc,no-any-return]


class _Choose(_WhoSeesCoupons, chooser.ChooseView):
    pass


class _ChooseResults(_WhoSeesCoupons, chooser.ChooseResultsView):
    pass


class _Chosen(_WhoSeesCoupons, chooser.SnippetChosenView):
    pass


class _ChosenMultiple(_WhoSeesCoupons, chooser.SnippetChosenMultipleView):
    pass


class CouponChooserViewSet(chooser.SnippetChooserViewSet):
    choose_view_class = _Choose
    choose_results_view_class = _ChooseResults
    chosen_view_class = _Chosen
    chosen_multiple_view_class = _ChosenMultiple


class CouponViewSet(SnippetViewSet):
    model = Coupon
    chooser_viewset_class = CouponChooserViewSet
    icon = "tag"
    menu_label = _("Coupons")
    menu_name = "coupons"
    menu_order = 330
    add_to_admin_menu = True
    copy_view_enabled = False
    edit_view_class = CouponEditView
    list_per_page = 50
    list_display = [
        "code",
        "name",
        Column(lambda coupon: gives(coupon), label=_("Takes off")),
        Column(lambda coupon: f"{coupon.uses} / {coupon.most_uses}", label=_("uses"), sort_key="uses"),
        Column(
            lambda coupon: f"{display_money(coupon.spent_fen)} / {display_money(coupon.budget_fen)}",
            label=_("Promised and budget"),
            sort_key="spent_fen",
        ),
        # Wagtail's own column says how long ago a date was, which is nothing for one to come; and a truth is "True" to it.
        Column(lambda coupon: _moment(coupon.ends_at), label=_("ends at"), sort_key="ends_at"),
        Column(lambda coupon: _("yes") if coupon.is_active else _("no"), label=_("in use"), sort_key="is_active"),
    ]
    list_filter = ["is_active", "first_order_only"]
    search_fields = ["code", "name", "name_en"]
    list_export = ["code", "name", "uses", "most_uses", "spent_fen", "budget_fen", "starts_at", "ends_at"]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [FieldPanel("code"), FieldRowPanel([FieldPanel("name"), FieldPanel("name_en")])],
                heading=_("What buyers see"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("amount_fen"),
                    FieldRowPanel([FieldPanel("percent"), FieldPanel("cap_fen")]),
                    FieldPanel("minimum_fen"),
                ],
                heading=_("What it takes off"),
                help_text=_("Either an amount, or a share of the price with a bound. Never more than the service fee."),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
                    FieldRowPanel([FieldPanel("most_uses"), FieldPanel("most_uses_per_person")]),
                    FieldPanel("budget_fen"),
                    FieldPanel("first_order_only"),
                    FieldPanel("categories", widget=forms.CheckboxSelectMultiple),
                ],
                heading=_("For whom, and how long"),
            ),
            FieldPanel("is_active"),
            MultiFieldPanel(
                [FieldPanel("uses", read_only=True), YuanPanel("spent_fen", read_only=True)],
                heading=_("So far"),
                help_text=_(
                    "What its orders were promised. An order that ends without a purchase gives its part back; what is "
                    "refunded later is in the books alone."
                ),
            ),
        ],
        base_form_class=CouponForm,
    )


class CouponUsePolicy(ModelPermissionPolicy):
    """Read by finance; made and given back by orders alone."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and super().user_has_permission(user, action)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return "view" in actions and self.user_has_permission(user, "view")


class CouponUseViewSet(SnippetViewSet):
    """What coupons cost, order by order."""

    model = CouponUse
    icon = "tag"
    menu_label = _("Uses of coupons")
    menu_name = "coupon-uses"
    menu_order = 331
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = False
    list_per_page = 50
    list_display = [
        Column("coupon", label=_("coupon"), sort_key="coupon__code"),
        Column(lambda use: use.order.number, label=_("order")),
        Column(lambda use: use.person.display_name, label=_("buyer")),
        Column(lambda use: display_money(use.amount_fen), label=_("Discount"), sort_key="amount_fen"),
        DateColumn("used_at", label=_("used at"), sort_key="used_at"),
        DateColumn("returned_at", label=_("given back at"), sort_key="returned_at"),
    ]
    list_filter = {"coupon": ["exact"], "returned_at": ["isnull"]}
    list_export = ["coupon", "order", "amount_fen", "used_at", "returned_at"]
    search_fields = ["coupon__code", "order__number"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CouponUse]:
        return CouponUse.objects.select_related("coupon", "order", "person__profile")


def gives(coupon: Coupon) -> str:
    """What it takes off, in a few words: ¥20, or 10 % up to ¥50; and the bound that makes less of it (coupons.py)."""
    if coupon.amount_fen is not None:
        return gettext("¥%(amount)s, at most the service fee") % {"amount": display_yuan(coupon.amount_fen)}
    return gettext("%(percent)s%% of the price, ¥%(cap)s at most, and at most the service fee") % {
        "percent": coupon.percent,
        "cap": display_yuan(coupon.cap_fen or 0),
    }


def _moment(moment: datetime) -> str:
    return date_format(localtime(moment), "Y-m-d H:i")


def note_change(request: HttpRequest, changed: Any) -> None:
    """After a coupon was made or changed: who of the staff it was, and what it gives now, stands in the staff log."""
    if isinstance(changed, Coupon):
        data = {name: getattr(changed, name) for name in _TERMS}
        data |= {"starts_at": changed.starts_at.isoformat(), "ends_at": changed.ends_at.isoformat()}
        staff_log.note(actor=request.user, action="coupon.change", data=data)


register_permission_policy(Coupon, CouponPolicy(Coupon))
register_permission_policy(CouponUse, CouponUsePolicy(CouponUse))
