"""Software: telephones, web pages, code, servers, boards."""

from .scene import Art, motif
from .svg import (
    SANS,
    browser,
    circle,
    group,
    landscape,
    path,
    phone,
    rect,
    repeat,
    rows,
    sheet,
    stroke,
    text,
    window,
)


def _shop(art: Art) -> str:
    palette = art.palette
    drawn = rect(0, 0, 200, 92, palette.accent) + text(18, 36, art.word(), 25, palette.light, anchor="start")
    drawn += rect(16, 60, 168, 24, palette.light, 12)
    for index in range(4):
        x, y = 14 + 90 * (index % 2), 106 + 134 * (index // 2)
        drawn += rect(x, y, 82, 84, palette.companion(index + 1), 6) + circle(
            x + 41, y + 42, 22, palette.light, opacity=0.8
        )
        drawn += rect(x, y + 94, 70, 8, palette.shade, 4) + text(
            x, y + 116, f"¥{29 + 20 * index}", 17, palette.accent, anchor="start", family=SANS
        )
    return drawn + rect(0, 364, 200, 36, palette.deep) + rect(112, 368, 80, 28, palette.second, 14)


def _food(art: Art) -> str:
    palette = art.palette
    drawn = (
        rect(0, 0, 200, 110, palette.first)
        + circle(100, 62, 38, palette.light)
        + circle(100, 62, 26, palette.second)
        + rect(0, 110, 54, 290, palette.shade)
    )
    drawn += repeat(
        5, lambda i: rect(10, 130 + 50 * i, 34, 9, palette.accent if i == 0 else palette.deep, 4, opacity=0.7)
    )
    for index in range(3):
        y = 124 + 82 * index
        drawn += (
            rect(66, y, 54, 62, palette.companion(index + art.turn), 6)
            + rows(128, y + 6, 64, 2, 18, palette.shade, art.random, 7)
            + circle(184, y + 54, 9, palette.accent)
        )
    return drawn + rect(10, 362, 180, 32, palette.deep, 16) + rect(120, 362, 70, 32, palette.accent, 16)


def _course(art: Art) -> str:
    palette = art.palette
    drawn = (
        rect(0, 0, 200, 124, palette.deep)
        + path("M84 38L128 62L84 86Z", palette.second)
        + rect(14, 108, 172, 5, palette.shade)
        + rect(14, 108, 80, 5, palette.accent)
    )
    drawn += text(16, 148, art.word(), 24, palette.deep, anchor="start")
    for index in range(28):
        done = index < 16 + art.turn
        drawn += circle(24 + 25 * (index % 7), 190 + 27 * (index // 7), 9, palette.first if done else palette.shade)
    return drawn + rect(16, 306, 168, 40, palette.accent, 20) + text(100, 326, "今日打卡", 20, palette.light)


def _booking(art: Art) -> str:
    palette = art.palette
    drawn = rect(0, 0, 200, 70, palette.first) + text(100, 38, art.word(), 26, palette.light)
    for index in range(6):
        x, y = 40 + 60 * (index % 3), 110 + 74 * (index // 3)
        drawn += circle(x, y, 24, palette.companion(index)) + text(x, y, "修洁搬管电窗"[index], 24, palette.light)
        drawn += rect(x - 17, y + 31, 34, 6, palette.shade, 3)
    drawn += (
        rect(14, 254, 172, 88, palette.shade, 8)
        + circle(46, 298, 24, palette.second)
        + rows(82, 276, 92, 3, 18, palette.light, art.random, 7)
    )
    return drawn + rect(14, 354, 172, 34, palette.accent, 17)


def _code(art: Art) -> str:
    palette = art.palette
    drawn = rect(0, 0, 200, 400, palette.deep)
    return drawn + repeat(
        15, lambda i: rect(16 + 14 * (i % 4), 34 + 23 * i, art.random.uniform(30, 100), 9, palette.companion(i), 4)
    )


def _feed(art: Art) -> str:
    palette = art.palette
    drawn = text(18, 36, art.word(), 26, palette.deep, anchor="start")
    for index in range(3):
        y = 62 + 112 * index
        drawn += window(14, y, 172, 70, landscape(172, 70, palette, art.random), (172, 70)) + rows(
            14, y + 80, 150, 2, 14, palette.shade, art.random, 7
        )
    return drawn


SCREENS = {"shop": _shop, "food": _food, "course": _course, "booking": _booking, "code": _code, "feed": _feed}


@motif("phones")
def phones(art: Art) -> str:
    """Telephones side by side; the variant is what the front one shows."""
    palette = art.palette
    front = SCREENS.get(art.variant, _feed)(art)
    names = [name for name in SCREENS if name != art.variant]
    behind = SCREENS[names[art.turn % len(names)]](art)
    if art.turn % 3 == 0:
        return phone(-150, 20, 400, palette, behind, -9) + phone(110, 0, 470, palette, front, 5)
    if art.turn % 3 == 1:
        other = SCREENS[names[(art.turn + 2) % len(names)]](art)
        return (
            phone(-205, 30, 370, palette, behind, -7)
            + phone(205, 30, 370, palette, other, 7)
            + phone(0, 0, 470, palette, front)
        )
    return phone(150, -30, 400, palette, behind) + phone(-110, 20, 440, palette, front)


@motif("scan")
def scan(art: Art) -> str:
    """A table code and the telephone that reads it."""
    palette = art.palette
    cells = ""
    for row in range(11):
        for place in range(11):
            if art.random.random() < 0.48 and not (
                (row < 4 or row > 6) and (place < 4 or place > 6) and not (row > 6 and place > 6)
            ):
                cells += rect(20 * place, 20 * row, 20, 20, palette.deep)
    for x, y in ((0, 0), (160, 0), (0, 160)):
        cells += (
            rect(x, y, 60, 60, palette.accent)
            + rect(x + 10, y + 10, 40, 40, palette.light)
            + rect(x + 20, y + 20, 20, 20, palette.accent)
        )
    stand = (
        sheet(-290, -190, 270, 340, palette.light, 10)
        + group(cells, -265, -165)
        + text(-155, 100, art.word(), 40, palette.deep)
    )
    stand += path("M-240 150H-70L-50 215H-260Z", palette.second)
    return (
        stand + phone(140, 0, 440, palette, _food(art), 6) + stroke("M-4 -20H40M-4 20H40M-4 60H40", palette.accent, 6)
    )


def _site(art: Art) -> str:
    palette = art.palette
    drawn = (
        rect(0, 0, 480, 300, palette.light)
        + rect(24, 18, 54, 16, palette.accent, 3)
        + repeat(4, lambda i: rect(270 + 50 * i, 22, 36, 8, palette.deep, 4, opacity=0.5))
    )
    drawn += window(250, 50, 206, 140, landscape(206, 140, palette, art.random), (206, 140)) + text(
        24, 84, art.word(), 50, palette.deep, anchor="start"
    )
    drawn += rows(24, 122, 180, 2, 18, palette.shade, art.random) + rect(24, 162, 90, 28, palette.accent, 5)
    return drawn + repeat(
        3,
        lambda i: (
            rect(24 + 147 * i, 212, 138, 70, palette.shade, 5)
            + circle(50 + 147 * i, 238, 14, palette.companion(i))
            + rect(74 + 147 * i, 232, 70, 8, palette.light, 4)
        ),
    )


def _store(art: Art) -> str:
    palette = art.palette
    drawn = rect(0, 0, 480, 70, palette.first) + text(240, 36, art.word(), 34, palette.light)
    return drawn + repeat(
        8,
        lambda i: (
            rect(20 + 112 * (i % 4), 86 + 106 * (i // 4), 100, 64, palette.companion(i + art.turn), 5)
            + circle(70 + 112 * (i % 4), 118 + 106 * (i // 4), 20, palette.light, opacity=0.8)
            + rect(20 + 112 * (i % 4), 158 + 106 * (i // 4), 66, 8, palette.shade, 4)
        ),
    )


def _admin(art: Art) -> str:
    palette = art.palette
    drawn = rect(0, 0, 104, 300, palette.deep) + repeat(
        6,
        lambda i: rect(
            16, 30 + 38 * i, 70, 10, palette.second if i == 1 else palette.light, 5, opacity=0.9 if i == 1 else 0.4
        ),
    )
    drawn += repeat(
        3,
        lambda i: (
            rect(120 + 116 * i, 18, 104, 62, palette.companion(i), 6)
            + rect(132 + 116 * i, 50, 54, 14, palette.light, 4)
        ),
    )
    drawn += repeat(
        6,
        lambda i: (
            rect(120, 100 + 31 * i, 336, 22, palette.shade, 4, opacity=1 if i else 0.5)
            + rect(390, 106 + 31 * i, 50, 10, palette.companion(i), 5)
        ),
    )
    return drawn


def _landing(art: Art) -> str:
    palette = art.palette
    drawn = (
        rect(0, 0, 480, 300, palette.accent)
        + circle(370, 180, 150, palette.second)
        + text(30, 90, art.word(), 66, palette.light, anchor="start", weight=900)
    )
    drawn += rows(30, 140, 190, 2, 20, palette.light, art.random) + rect(30, 200, 130, 44, palette.deep, 22)
    return (
        drawn
        + rect(300, 90, 130, 210, palette.light, 12)
        + circle(365, 160, 36, palette.first)
        + rows(322, 216, 86, 3, 20, palette.shade, art.random)
    )


def _listing(art: Art) -> str:
    palette = art.palette
    drawn = rect(20, 16, 440, 36, palette.shade, 18) + rect(380, 16, 80, 36, palette.accent, 18)
    return drawn + repeat(
        9,
        lambda i: (
            rect(20 + 150 * (i % 3), 68 + 78 * (i // 3), 140, 68, palette.shade, 5)
            + rect(28 + 150 * (i % 3), 76 + 78 * (i // 3), 46, 52, palette.companion(i + i // 3), 4)
            + rows(84 + 150 * (i % 3), 82 + 78 * (i // 3), 66, 3, 17, palette.light, art.random, 7)
        ),
    )


PAGES = {"site": _site, "store": _store, "admin": _admin, "landing": _landing, "listing": _listing}


@motif("site")
def site(art: Art) -> str:
    """A web page in its window, often with the same page on a telephone."""
    palette = art.palette
    page = PAGES.get(art.variant, _site)(art)
    if art.turn % 3 == 2:
        return browser(50, -50, 440, palette, _site(art)) + browser(-40, 50, 470, palette, page)
    drawn = browser(-30 if art.turn % 3 else 0, 0, 560, palette, page)
    return drawn + (phone(230, 70, 300, palette, _feed(art)) if art.turn % 3 else "")


@motif("wireframe")
def wireframe(art: Art) -> str:
    """Interface sheets from outline to colour, with a pen's arrow."""
    palette = art.palette
    outline = rect(0, 0, 200, 400, palette.light) + "".join(
        rect(*box, "none", 6, stroke=palette.deep, stroke_width=3, stroke_dasharray="7 6", opacity=0.6)
        for box in ((14, 16, 172, 110), (14, 142, 80, 90), (106, 142, 80, 90), (14, 250, 172, 60), (14, 326, 172, 44))
    )
    outline += stroke("M14 16L186 126M186 16L14 126", palette.deep, 2, opacity=0.4)
    drawn = phone(-185, 0, 430, palette, outline) + phone(
        85, 0, 430, palette, (_shop, _course, _booking)[art.turn % 3](art)
    )
    return (
        drawn
        + stroke("M-64 0H-36M-50 -14L-34 0L-50 14", palette.accent, 7)
        + repeat(4, lambda i: circle(262, -130 + 86 * i, 30, palette.companion(i)))
    )
