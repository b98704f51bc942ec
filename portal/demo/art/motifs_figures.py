"""Data, machines that learn, and the arithmetic of selling."""

from itertools import pairwise
from math import cos, pi, sin

from .scene import Art, motif
from .svg import (
    MONO,
    SANS,
    circle,
    group,
    landscape,
    path,
    rect,
    repeat,
    ring,
    rows,
    sheet,
    stroke,
    text,
    window,
)


@motif("table")
def table(art: Art) -> str:
    """A spreadsheet with a chart, a formula, or the photograph it was typed from."""
    palette = art.palette
    drawn = sheet(-285, -215, 570, 430, palette.light, 6) + rect(-285, -215, 570, 44, palette.first, 6)
    drawn += text(-262, -192, "fx", 28, palette.light, family="Georgia,serif", anchor="start") + rect(
        -210, -206, 470, 28, palette.light, 4
    )
    if art.variant == "formula":
        drawn += text(-200, -192, "=SUMIFS(C:C,A:A,B2)", 24, palette.deep, family=MONO, anchor="start", weight=400)
    for row in range(8):
        for place in range(5):
            x, y = -285 + 114 * place, -171 + 48 * row
            fill = palette.shade if row == 0 else palette.light
            drawn += rect(x, y, 114, 48, fill, stroke=palette.shade, stroke_width=2)
            drawn += rect(
                x + 16,
                y + 18,
                art.random.uniform(36, 82),
                11,
                palette.deep if row == 0 else palette.companion(place + art.turn),
                5,
                opacity=0.85 if row else 0.6,
            )
    if art.variant == "scan":
        return drawn + group(
            sheet(-150, -110, 300, 220, "#e3d8c3", 3)
            + rows(-120, -76, 240, 6, 28, palette.deep, art.random, 9, opacity=0.5)
            + rect(-150, -8, 300, 8, palette.accent),
            -150,
            60,
            rotate=-8,
        )
    if art.variant == "formula":
        return (
            drawn
            + rect(57, -75, 114, 48, "none", stroke=palette.accent, stroke_width=6)
            + rect(120, 120, 150, 60, palette.accent, 8)
            + text(195, 150, art.word(), 34, palette.light)
        )
    return (
        drawn
        + sheet(-20, -20, 290, 220, palette.light, 6)
        + repeat(
            5,
            lambda i: rect(
                8 + 52 * i,
                176 - 30 * (1 + (i * 2 + art.turn) % 5),
                36,
                30 * (1 + (i * 2 + art.turn) % 5),
                palette.companion(i),
                3,
            ),
        )
    )


@motif("dashboard")
def dashboard(art: Art) -> str:
    """A wall screen: ring, curve, bars and figures."""
    palette = art.palette
    drawn = sheet(-290, -220, 580, 400, palette.deep, 12, 10) + path("M-60 180H60L80 232H-80Z", palette.third)
    drawn += repeat(
        3,
        lambda i: (
            rect(-272 + 186 * i, -202, 172, 78, palette.companion(i), 6)
            + text(
                -186 + 186 * i,
                -163,
                ("8,642", "36.5%", "1,209")[(i + art.turn) % 3],
                42,
                palette.light,
                family="Georgia,serif",
            )
        ),
    )
    drawn += ring(-186, 24, 74, palette.light, 30, opacity=0.25) + ring(
        -186, 24, 74, palette.second, 30, stroke_dasharray=f"{180 + 60 * (art.turn % 4)} 600"
    )
    points = [(-70 + 48 * i, 120 - art.random.uniform(20, 190)) for i in range(7)]
    drawn += path(
        "M-70 130L" + "L".join(f"{x:.0f} {y:.0f}" for x, y in points) + "L218 130Z", palette.first, opacity=0.7
    ) + stroke("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in points), palette.accent, 6)
    return (
        drawn
        + "".join(circle(x, y, 8, palette.light) for x, y in points)
        + repeat(6, lambda i: rect(236, -104 + 40 * i, 20 + 3.5 * (i % 3), 22, palette.companion(i), 4))
    )


@motif("scatter")
def scatter(art: Art) -> str:
    """Points and the line through them."""
    palette = art.palette
    drawn = (
        sheet(-285, -220, 570, 440, palette.light, 6)
        + stroke("M-230 -180V170H250", palette.deep, 5)
        + repeat(6, lambda i: rect(-230, -160 + 56 * i, 480, 2, palette.shade))
    )
    slope = art.random.uniform(0.35, 0.62)
    for index in range(46):
        x = art.random.uniform(-200, 230)
        drawn += circle(
            x,
            10 - slope * x + art.random.uniform(-64, 64),
            art.random.uniform(6, 13),
            palette.companion(index),
            opacity=0.85,
        )
    drawn += path(
        (
            f"M-220 {-30 + 220 * slope:.0f}L240 {-14 - 240 * slope:.0f}"
            f"V{44 - 240 * slope:.0f}L-220 {60 + 220 * slope:.0f}Z"
        ),
        palette.second,
        opacity=0.3,
    )
    return (
        drawn
        + stroke(f"M-220 {10 + 220 * slope:.0f}L240 {10 - 240 * slope:.0f}", palette.accent, 7)
        + text(-130, -150, f"R² = 0.{81 + art.turn}", 34, palette.deep, family="Georgia,serif", weight=400)
    )


@motif("histogram")
def histogram(art: Art) -> str:
    """Answers of a questionnaire and the bell over them."""
    palette = art.palette
    drawn = sheet(-285, -220, 570, 440, palette.light, 6)
    for index in range(11):
        tall = 300 * sin(pi * (index + 1) / 12) ** 2.2 * art.random.uniform(0.82, 1.05) + 12
        drawn += rect(-252 + 46 * index, 176 - tall, 40, tall, palette.companion(index // 3 + art.turn), 3)
    drawn += stroke("M-262 168C-130 160 -110 -140 0 -140S130 160 262 168", palette.deep, 6) + rect(
        -262, 176, 524, 5, palette.deep
    )
    return (
        drawn
        + repeat(
            3,
            lambda i: (
                rect(-256, -190 + 40 * i, 26, 26, "none", 4, stroke=palette.deep, stroke_width=4)
                + rect(-218, -182 + 40 * i, 110 - 20 * i, 10, palette.shade, 5)
            ),
        )
        + stroke("M-252 -178l8 9l14 -18", palette.accent, 6)
    )


@motif("curve")
def curve(art: Art) -> str:
    """Areas over time, the moment that matters marked."""
    palette = art.palette
    drawn = sheet(-285, -220, 570, 440, palette.light, 6) + text(
        -250, -170, art.both(), 40, palette.deep, anchor="start"
    )
    for layer in range(3):
        points = [
            (-260 + 65 * i, 150 - (120 - 34 * layer) - art.random.uniform(0, 130 - 34 * layer) * (0.5 + i / 12))
            for i in range(9)
        ]
        drawn += path(
            "M-260 180L" + "L".join(f"{x:.0f} {y:.0f}" for x, y in points) + "L260 180Z",
            palette.companion(layer + 1 + art.turn),
            opacity=0.86,
        )
    x, y = points[6]
    return (
        drawn
        + rect(-262, 178, 524, 5, palette.deep)
        + stroke(f"M{x} {y}V-120", palette.accent, 4, stroke_dasharray="8 8")
        + circle(x, y, 15, palette.accent)
        + rect(x - 64, -160, 128, 48, palette.accent, 8)
        + text(x, -136, "¥128", 30, palette.light, family=SANS)
    )


@motif("waterfall")
def waterfall(art: Art) -> str:
    """A valuation bridge of rising and falling blocks."""
    palette = art.palette
    drawn = sheet(-285, -220, 570, 440, palette.light, 6)
    level = 150.0
    for index, step in enumerate((90, 80, -50, 110, -40, 60)):
        top = level - step if step > 0 else level
        drawn += rect(
            -250 + 86 * index, top, 62, abs(step), palette.accent if step < 0 else palette.companion(1 + index % 2), 3
        )
        level -= step
        drawn += stroke(f"M{-188 + 86 * index} {level}h24", palette.deep, 3, stroke_dasharray="4 6")
    return (
        drawn
        + rect(-262, 150, 524, 5, palette.deep)
        + text(-250, -172, art.word() + "模型", 42, palette.deep, anchor="start")
        + repeat(
            6, lambda i: text(-219 + 86 * i, 184, f"{26 + i}", 24, palette.deep, family="Georgia,serif", weight=400)
        )
    )


@motif("network")
def network(art: Art) -> str:
    """Layers of a network, or knowledge gathered around a core."""
    palette = art.palette
    if art.variant == "knowledge":
        drawn = repeat(
            8,
            lambda i: stroke(
                f"M0 0L{225 * cos(pi * i / 4 + 0.3):.0f} {185 * sin(pi * i / 4 + 0.3):.0f}", palette.ink, 4, opacity=0.6
            ),
        )
        for index in range(8):
            x, y = 225 * cos(pi * index / 4 + 0.3), 185 * sin(pi * index / 4 + 0.3)
            drawn += group(
                path("M-34 -44H18L34 -26V44H-34Z", (palette.light, palette.second)[index % 2])
                + rows(-22, -16, 44, 3, 17, palette.first, art.random, 7),
                x,
                y,
            )
        return (
            drawn
            + circle(0, 0, 100, palette.accent)
            + ring(0, 0, 84, palette.light, 4)
            + text(0, -4, art.glyph(), 100, palette.light, weight=900)
        )
    counts = ((3, 5, 5, 2), (4, 6, 4, 1), (2, 5, 4, 3))[art.turn % 3]
    columns = [
        [(-230 + 153 * column, (row - (count - 1) / 2) * (400 / max(count, 4))) for row in range(count)]
        for column, count in enumerate(counts)
    ]
    drawn = "".join(
        stroke(f"M{x} {y:.0f}L{u} {v:.0f}", palette.ink, 2, opacity=0.35)
        for left, right in pairwise(columns)
        for x, y in left
        for u, v in right
    )
    return drawn + "".join(
        circle(x, y, 32, palette.companion(layer)) + circle(x, y, 13, palette.light, opacity=0.85)
        for layer, nodes in enumerate(columns)
        for x, y in nodes
    )


@motif("workflow")
def workflow(art: Art) -> str:
    """Named blocks joined by cords."""
    palette = art.palette
    boxes = (
        (-210, -110, "开始"),
        (0, -150, "检索"),
        (0, 20, "判断"),
        (205, -70, "生成"),
        (205, 120, art.word(1)[:2]),
        (-200, 130, "工具"),
    )
    links = ((0, 1), (0, 2), (1, 3), (2, 3), (2, 4), (5, 2))
    drawn = "".join(
        stroke(
            (
                f"M{boxes[a][0] + 76} {boxes[a][1]}C{boxes[a][0] + 130} {boxes[a][1]}"
                f" {boxes[b][0] - 130} {boxes[b][1]} {boxes[b][0] - 76} {boxes[b][1]}"
            ),
            palette.ink,
            5,
        )
        for a, b in links
    )
    for index, (x, y, word) in enumerate(boxes):
        drawn += (
            sheet(x - 80, y - 50, 160, 100, palette.light, 14, 6)
            + rect(x - 80, y - 50, 160, 16, palette.companion(index), 6)
            + text(x, y + 8, word, 38, palette.deep)
            + circle(x - 80, y, 9, palette.accent)
            + circle(x + 80, y, 9, palette.accent)
        )
    return drawn


@motif("labels")
def labels(art: Art) -> str:
    """A street scene with boxes drawn around what was found."""
    palette = art.palette
    scene = (
        landscape(560, 420, palette, art.random)
        + rect(0, 320, 560, 100, palette.deep)
        + repeat(6, lambda i: rect(20 + 100 * i, 366, 56, 8, palette.light))
    )
    scene += (
        path("M60 350V300L100 262H210L240 300H262V350Z", palette.accent)
        + circle(106, 352, 26, palette.light)
        + circle(216, 352, 26, palette.light)
        + rect(120, 272, 78, 30, palette.light)
    )
    scene += (
        circle(380, 214, 26, palette.light)
        + path("M346 350V270Q346 246 380 246T414 270V350Z", palette.second)
        + path("M470 350V220h50v130Z", palette.third)
        + circle(495, 190, 52, palette.first)
    )
    drawn = sheet(-285, -215, 570, 430, palette.light, 4) + window(-277, -207, 554, 414, scene, (560, 420))
    for x, y, width, tall, word in ((-230, 40, 226, 124, "车"), (56, -34, 92, 180, "人"), (160, -82, 116, 228, "树")):
        drawn += (
            rect(x, y, width, tall, "none", stroke=palette.light, stroke_width=6)
            + rect(x - 3, y - 38, 104, 38, palette.light)
            + text(x + 48, y - 19, f"{word} .9{art.turn + 2}", 27, palette.deep, family=SANS)
        )
    return drawn
