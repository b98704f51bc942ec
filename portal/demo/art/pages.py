"""Hero pictures: three undertakings for landing pages, one scene per category."""

from collections.abc import Iterator
from random import Random

from .catalogue import Picture
from .compose import document, ground
from .palettes import CATEGORIES, PALETTES
from .scene import MOTIFS, Art
from .svg import group

# what stands in the scene: motif, variant, words, x, y, scale, degrees
Piece = tuple[str, str, str, float, float, float, float]

LANDINGS: tuple[tuple[str, str, tuple[Piece, ...]], ...] = (
    (
        "wheat",
        "slope",
        (
            ("menu", "", "茶饮,价目", 1085, 455, 0.64, 4),
            ("package", "", "小满,茶", 205, 490, 0.62, -3),
            ("shopfront", "", "小满,茶铺", 640, 395, 0.96, 0),
            ("lanterns", "bare", "开业大吉", 210, 125, 0.5, 0),
        ),
    ),
    (
        "mist",
        "dots",
        (
            ("server", "", "云", 1060, 380, 0.74, 0),
            ("site", "store", "小店", 250, 380, 0.74, -3),
            ("phones", "shop", "小店,新品", 650, 370, 1.16, 0),
        ),
    ),
    (
        "night",
        "sun",
        (
            ("timeline", "", "片名,字幕", 255, 400, 0.76, -3),
            ("clapper", "", "短片,开机", 1050, 420, 0.7, 5),
            ("reel", "", "短片,点赞", 665, 360, 1.08, 0),
        ),
    ),
)

# palette, ground, pieces in the category order
HEROES: tuple[tuple[str, str, tuple[Piece, ...]], ...] = (
    (
        "blush",
        "hatch",
        (
            ("poster", "", "春日,山海", 220, 330, 0.74, 0),
            ("identity", "", "青禾", 1080, 335, 0.62, 3),
            ("seals", "", "春和茶山福喜", 660, 325, 0.78, 0),
        ),
    ),
    (
        "mist",
        "grid",
        (
            ("code", "", "脚本", 270, 320, 0.86, -3),
            ("circuit", "", "芯片", 1060, 350, 0.66, 5),
            ("site", "site", "官网", 690, 320, 0.96, 0),
        ),
    ),
    (
        "wheat",
        "band",
        (
            ("drone", "", "航拍", 1060, 270, 0.66, 0),
            ("timeline", "", "片名,字幕", 310, 320, 0.84, -2),
            ("clapper", "", "短片,开机", 690, 380, 0.8, 4),
        ),
    ),
    (
        "rice",
        "plain",
        (
            ("newspaper", "", "山间,新店", 225, 320, 0.7, -4),
            ("translate", "english", "文,译", 1070, 315, 0.62, 0),
            ("manuscript", "", "山中,来信", 650, 330, 0.84, 0),
        ),
    ),
    (
        "ochre",
        "rays",
        (
            ("megaphone", "", "新品,上市", 215, 330, 0.68, -4),
            ("funnel", "", "投放", 1090, 340, 0.62, 0),
            ("shopfront", "", "小满,面馆", 665, 325, 0.86, 0),
        ),
    ),
    (
        "night",
        "plain",
        (
            ("mixer", "", "混音", 270, 340, 0.78, -4),
            ("cassette", "", "旧歌,新唱", 1040, 340, 0.74, 5),
            ("microphone", "", "声音", 655, 320, 1.0, 0),
        ),
    ),
    (
        "dusk",
        "dots",
        (
            ("scatter", "", "回归", 270, 340, 0.76, -3),
            ("network", "", "模型", 1060, 310, 0.72, 0),
            ("dashboard", "", "看板", 660, 325, 0.96, 0),
        ),
    ),
    (
        "paper",
        "arch",
        (
            ("prints", "", "春天,海边,我们", 225, 320, 0.72, 0),
            ("still", "", "静物", 1090, 345, 0.64, 0),
            ("camera", "", "影像", 650, 330, 0.84, 0),
        ),
    ),
    (
        "moss",
        "frame",
        (
            ("contract", "", "合同,审核", 210, 325, 0.74, -3),
            ("abacus", "", "账目", 1075, 330, 0.58, 3),
            ("scales", "", "权衡", 655, 325, 0.76, 0),
        ),
    ),
    (
        "celadon",
        "corner",
        (
            ("guitar", "", "吉他", 205, 330, 0.76, 0),
            ("voices", "english", "口语", 1095, 320, 0.58, 0),
            ("blackboard", "", "勾股", 640, 330, 0.86, 0),
        ),
    ),
    (
        "rose",
        "waves",
        (
            ("plush", "", "毛毡", 215, 340, 0.64, 0),
            ("swatches", "", "穿搭", 1078, 330, 0.62, 0),
            ("pins", "route", "行程", 645, 320, 0.82, 0),
        ),
    ),
)


def _scene(palette_name: str, kind: str, pieces: tuple[Piece, ...], seed: str, width: int, height: int) -> str:
    palette, random = PALETTES[palette_name], Random(seed)
    drawn = ground(kind, palette, random, width, height)
    for turn, (motif, variant, words, x, y, scale, angle) in enumerate(pieces):
        drawn += group(
            MOTIFS[motif](Art(palette, random, tuple(words.split(",")), variant, turn + 1)), x, y, scale, angle
        )
    return drawn


def pages() -> Iterator[Picture]:
    """landing-1 to 3 (1280 by 720), then category-1 to 11 (1280 by 640)."""
    for index, (palette, kind, pieces) in enumerate(LANDINGS, 1):
        yield Picture(
            f"pages/landing-{index}.webp",
            1280,
            720,
            document(_scene(palette, kind, pieces, f"landing-{index}", 1280, 720), 1280, 720, (1280, 720)),
        )
    for index, (palette, kind, pieces) in enumerate(HEROES, 1):
        body = _scene(palette, kind, pieces, f"category-{index}", 1280, 640)
        yield Picture(
            f"pages/category-{index}.webp", 1280, 640, document(body, 1280, 640, (1280, 640)), CATEGORIES[index - 1]
        )
