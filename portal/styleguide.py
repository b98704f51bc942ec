"""The style guide: every shared component in its states, drawn by the real templates with sample data."""

import re
from datetime import timedelta
from decimal import Decimal
from functools import cache
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.http import require_safe

from marketplace.gigs.cards import GigCard
from marketplace.gigs.content import PictureContent

COLOURS = (
    *("paper", "surface", "sunk", "line", "line-strong", "ink", "ink-2", "ink-3", "fill"),
    *("cinnabar", "cinnabar-ink", "cinnabar-soft", "jade", "jade-soft", "gold", "gold-ink", "gold-soft", "rouge"),
)
COVERS = (
    *("shanshui", "geometry", "type", "wave", "code", "film"),
    *("seals", "data", "lens", "translate", "screens", "tide"),
)


class SampleForm(forms.Form):
    """One field of each kind; bound with `WRONG`, it shows the errors."""

    WRONG = {"phone": "1380013800", "price": "12.345", "message": "", "delivery": ""}

    title = forms.CharField(label="服务标题", max_length=40, help_text="写清做什么、给谁做，最多40字")
    phone = forms.RegexField(
        r"^\d{11}$",
        label="手机号",
        error_messages={"invalid": "手机号应为11位，现在是10位"},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    category = forms.ChoiceField(
        label="类目", choices=[("logo", "设计 / LOGO与品牌"), ("print", "设计 / 平面设计")], required=False
    )
    price = forms.DecimalField(
        label="价格", decimal_places=2, widget=forms.TextInput(attrs={"inputmode": "decimal"}), localize=False
    )
    keyword = forms.CharField(label="查找", required=False)
    password = forms.CharField(label="密码", widget=forms.PasswordInput(attrs={"autocomplete": "off"}), required=False)
    message = forms.CharField(label="需求说明", widget=forms.Textarea(attrs={"rows": 3}))
    file = forms.FileField(label="附件", required=False, help_text="图片、PDF、压缩包，单个不超过20 MB")
    delivery = forms.ChoiceField(label="交付时间", choices=[("3", "3天内"), ("7", "7天内")], widget=forms.RadioSelect)
    contains = forms.MultipleChoiceField(
        label="包含", choices=[("s", "源文件"), ("i", "可开发票")], widget=forms.CheckboxSelectMultiple, required=False
    )
    open = forms.BooleanField(label="接单中", required=False, help_text="关闭后服务不再出现在搜索里")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"].unit = "yuan"
        self.fields["keyword"].icon = "search"


class _StaticPicture(PictureContent):
    """A picture of our own: `name` is that of a static file."""

    @property
    def url(self) -> str:
        return static(self.name)


def _card(number: int, **changes: Any) -> GigCard:
    values: dict[str, Any] = {
        "gig_id": number,
        "url": "#card",
        "title": "餐饮茶饮品牌LOGO 手绘原创，附基础应用规范",
        "cover": _StaticPicture("img/covers/seals.svg", width=640, height=400),
        "category_name": "品牌设计",
        "seller_name": "青禾品牌",
        "seller_url": "#card",
        "seller_avatar_url": static("img/avatars/a1.svg"),
        "seller_level": "top",
        "rating": Decimal("4.9"),
        "rating_count": 286,
        "delivery_days": 5,
        "price_from_fen": 68_000,
        "orders_completed": 412,
    }
    return GigCard(**(values | changes))


def _cards() -> list[GigCard]:
    return [
        _card(1, is_favourite=True),
        _card(
            2,
            title="点单小程序 堂食扫码、打印机对接、会员储值与退款一站交付",
            cover=None,
            category_name="点单小程序",
            seller_name="木匠空间",
            seller_avatar_url="",
            seller_level="new",
            rating=None,
            rating_count=0,
            delivery_days=12,
            price_from_fen=198_000,
            orders_completed=0,
        ),
        _card(
            3,
            title="专业女声配音",
            cover=_StaticPicture("img/covers/wave.svg", width=640, height=400),
            seller_name="播音阿梅",
            seller_avatar_url=static("img/avatars/a8.svg"),
            seller_level="level_2",
            rating=Decimal("5.0"),
            rating_count=677,
            delivery_days=1,
            price_from_fen=7_050,
            is_promoted=True,
        ),
    ]


@cache
def icon_names() -> list[str]:
    """The names of the sprite, in its order."""
    path = finders.find("img/icons.svg") or settings.STATIC_ROOT / "img/icons.svg"
    with open(path, encoding="utf-8") as sprite:
        return re.findall(r'<symbol id="i-([\w-]+)"', sprite.read())


def sample_context() -> dict[str, Any]:
    """What styleguide/styleguide.html shows."""
    now = timezone.now()
    people = [
        SimpleNamespace(
            name="白鹤设计", picture=static("img/avatars/a5.svg"), level="level_1", line="在线，通常1小时内回复"
        ),
        SimpleNamespace(name="林小满", picture="", level="", line="买家，杭州"),
    ]
    return {
        "colours": COLOURS,
        "covers": COVERS,
        "icons": icon_names(),
        "themes": ("light", "dark"),
        "cards": _cards(),
        "form": SampleForm(),
        "wrong_form": SampleForm(SampleForm.WRONG),
        "page_obj": Paginator(range(260), 10).page(4),
        "people": people,
        "crumbs": [("首页", "#nav"), ("设计", "#nav"), ("LOGO与品牌", "")],
        "tabs": [
            {"text": "介绍", "url": "#nav", "current": True},
            {"text": "套餐", "url": "#nav"},
            {"text": "评价", "url": "#nav", "count": 286},
        ],
        "steps": [
            {"title": "付款", "state": "done"},
            {"title": "需求", "state": "done"},
            {"title": "制作", "state": "current", "note": "今天开始"},
            {"title": "验收"},
        ],
        "events": [
            {"at": now + timedelta(days=2, hours=3), "title": "自动验收", "state": "later"},
            {"at": now, "title": "第2次交付", "text": "3个文件", "state": "now"},
            {"at": now - timedelta(days=1), "title": "开始计时"},
            {"at": now - timedelta(days=6), "title": "¥1,280进入托管", "state": "money"},
        ],
        "due": now + timedelta(days=2, hours=3, minutes=5),
        "late": now - timedelta(hours=2, minutes=10),
        "rows": [("服务商", "青禾品牌"), ("交付", "12月5日 15:40前"), ("修改", "3次")],
        "files": [
            {"name": "标志定稿预览.png", "size": 2_202_009, "picture": static("img/covers/seals.svg"), "url": "#files"},
            {"name": "门头效果_终版.psd", "size": 1_503_238_553, "note": "超过1 GB，请拆分后再上传", "error": True},
        ],
    }


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """For those who build and those who decide; 404 for everybody else."""
    if not settings.DEBUG and not request.user.is_staff:
        raise Http404
    return render(request, "styleguide/styleguide.html", sample_context())
