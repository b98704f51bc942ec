"""What lies on the demo seller's desk: a gig that waits for a moderator, and a draft that is not finished."""

from marketplace.accounts.models import User
from marketplace.gigs.content import (
    ExtraContent,
    FaqContent,
    FeatureRow,
    GigContent,
    PackageContent,
    RequirementContent,
)
from marketplace.gigs.models import GigCategory, PackageTier, RequirementKind
from marketplace.gigs.services import create_gig, submit_gig
from portal.demo.media import Picture

LOGO, GRAPHIC = "logo-branding", "graphic-design"


def fill_desk(seller: User, categories: dict[str, GigCategory], pictures: dict[str, Picture]) -> None:
    """Through the services: the workflow, its task and the notifications are what they are for everybody."""
    submitted = create_gig(seller=seller, content=_storefront(categories[LOGO], pictures))
    submit_gig(gig_id=submitted.pk, seller=seller)
    create_gig(seller=seller, content=_stationery(categories[GRAPHIC]))


def _storefront(category: GigCategory, pictures: dict[str, Picture]) -> GigContent:
    shown = [pictures["portfolio/w001.webp"], pictures["portfolio/w012.webp"]]
    return GigContent(
        category=category,
        title="门头招牌设计 白天夜里各出一张效果",
        description=(
            "先看您发来的门面照片和尺寸，按实际的墙、灯和树影来画，不套样机。方案里白天和夜里各一张，站在马路对面也认得出。\n\n"
            "定稿给制作用的矢量文件，字高、材质和灯箱厚度写在图上，招牌师傅照着做就行。不含制作和安装。"
        ),
        packages=(
            PackageContent(PackageTier.BASIC, "先看一版", "一个方案，白天夜里各一张效果图", 48_000, 4, 1),
            PackageContent(PackageTier.STANDARD, "两版挑一版", "两个方案选一个深化，附制作尺寸图", 88_000, 6, 2),
            PackageContent(PackageTier.PREMIUM, "门里门外", "门头、橱窗贴与室内灯箱一起定", 168_000, 10, 3),
        ),
        tags=("门头", "招牌", "LOGO"),
        faqs=(
            FaqContent("只有手机照片可以吗？", "可以。正面、侧面各拍一张，再量一下门宽和檐高，误差几厘米没关系。"),
            FaqContent("物业有限制怎么办？", "把物业或街道的规定发来，我按规定的高度和颜色画。"),
        ),
        requirements=(
            RequirementContent("店名、做什么生意、门面多宽多高"),
            RequirementContent("门面照片", RequirementKind.FILE),
            RequirementContent(
                "想要的发光方式", RequirementKind.CHOICE, ("背光", "正面发光", "外打光", "还没想好"), required=False
            ),
        ),
        extras=(ExtraContent("加急，提前一天", 15_000, -1), ExtraContent("外摆立牌一块", 12_000, 1)),
        pictures=tuple(
            picture.content(f"门头设计作品示意，第{place}张") for place, picture in enumerate(shown, start=1)
        ),
        features=(
            FeatureRow("方案", ("1个", "2个", "2个")),
            FeatureRow("制作尺寸图", (False, True, True)),
            FeatureRow("橱窗贴与灯箱", (False, False, True)),
        ),
        attributes={
            "style": ["lettering"],
            "includes": ["signboard", "source"],
            "file-formats": ["ai", "pdf"],
            "trade": ["food", "retail"],
        },
    )


def _stationery(category: GigCategory) -> GigContent:
    return GigContent(
        category=category,
        title="小店名片与单据一套",
        description="名片、收据、外带袋贴统一成一套。",
        packages=(PackageContent(PackageTier.BASIC, "三样起", "名片、收据、袋贴各一款", 26_000, 3, 2),),
        tags=("名片",),
        attributes={"item": ["card"], "file-formats": ["ai", "pdf"], "trade": ["retail"]},
    )
