"""Content of gigs for the tests of this folder."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from marketplace.gigs.content import GigContent, PackageContent, PictureContent, RequirementContent
from tests.factories import make_category


def package(tier: str = "basic", price_fen: int = 68_000, **fields: Any) -> PackageContent:
    """A package of five days."""
    values = {"title": "先把招牌立起来", "description": "一个方向。", "delivery_days": 5, "revisions": 2, **fields}
    return PackageContent(tier=tier, price_fen=price_fen, **values)


def content(**fields: Any) -> GigContent:
    """Content that is ready for a review."""
    values: dict[str, Any] = {
        "category": fields.pop("category", None) or make_category(parent=make_category()),
        "title": "餐饮茶饮品牌LOGO 手绘原创",
        "description": "给茶饮、咖啡、面馆、烘焙这类小店做标志。" * 4,
        "packages": (package(),),
        "tags": ("茶饮", "手绘"),
        "requirements": (RequirementContent("店名是什么"),),
        "pictures": (PictureContent("gigs/a.webp", "六枚标志", 640, 400),),
    }
    return GigContent(**{**values, **fields})


def picture(
    *, size: tuple[int, int] = (640, 400), form: str = "PNG", name: str = "shop.png", **options: Any
) -> SimpleUploadedFile:
    """A real picture as an upload."""
    buffer = BytesIO()
    Image.new("RGB", size, "#b33a2c").save(buffer, form, **options)
    return SimpleUploadedFile(name, buffer.getvalue(), content_type="image/png")
