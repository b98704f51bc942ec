"""Faces of sellers and buyers, drawn flat in one hand. All measures in a box of 96 by 96."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from .catalogue import Picture
from .compose import document
from .svg import circle, ellipse, path, rect, repeat, ring, stroke

SELLERS, BUYERS = 60, 24
GROUNDS = (
    "#d9e4dc",
    "#ecd9bd",
    "#e6ccc6",
    "#cfdbe2",
    "#e9dfce",
    "#d4d8c4",
    "#dccfdb",
    "#c9d9d8",
    "#d9a24e",
    "#b9c8d0",
    "#c98772",
    "#8fa9a0",
    "#ead7a8",
    "#b93e2b",
    "#3b4a54",
)
SKINS = ("#f0cdb0", "#e9c09d", "#f2d2b8", "#e6b993", "#f1cdb0", "#deb088", "#eac6a6", "#d6a57e")
COATS = (
    "#3f6b5c",
    "#2f5a70",
    "#8e4153",
    "#c98a3a",
    "#a93622",
    "#4a4a3c",
    "#3b4a54",
    "#24323b",
    "#6d3f5c",
    "#5f7d86",
    "#f2eadb",
    "#d6a047",
)
DARK_HAIR = ("#2a2521", "#332a24", "#3a2620", "#221e1a", "#1f2b33", "#4a3226", "#5c4033")
GREY_HAIR = ("#8d8a84", "#b9b3a8", "#6c6862")
CAPS = ("#24323b", "#5f7d86", "#c4452f", "#4a5a3c", "#d6a047")
INK = "#2a2521"
NEAR = 90  # below this a coat melts into the ground

# name -> (what is behind the head, what lies on it); {} stands for the colour
HAIR: dict[str, tuple[str, str]] = {
    "bob": (
        "M24 66c-3-30 3-52 24-52s27 22 24 52q-6 4-12 2V40H36v28q-6 2-12-2z",
        "M29 42c-1-16 8-25 20-25 11 0 19 8 18 25-3-9-8-13-13-15-6 6-15 8-25 15z",
    ),
    "swept": ("", "M28 43c-4-20 8-31 24-30 14 1 20 13 16 30-1-7-3-11-6-14-10 1-21-1-27-5-3 5-6 11-7 19z"),
    "long": (
        "M22 88c2-14 2-28 3-42 1-21 10-32 23-32s22 11 23 32c1 14 1 28 3 42z",
        "M29 44c-1-18 8-27 19-27s20 9 19 27c-2-10-8-16-19-18-11 2-17 8-19 18z",
    ),
    "fringe": ("M25 62c-4-32 6-49 23-49s27 17 23 49l-8 4V38H33v28z", "M29 45c-2-20 7-29 19-29s21 9 19 29l-4-8H33z"),
    "short": ("", "M28 42c-3-18 6-28 21-28 14 0 22 9 19 28-2-8-5-12-9-14-8 3-18 3-24 0-4 3-6 7-7 14z"),
    "bun": (
        "M48 2a10 10 0 1 1-.1 0z",
        "M28 43c-2-17 7-28 20-28s22 11 20 28c-2-8-6-13-11-16-6 2-13 2-18 0-5 3-9 8-11 16z",
    ),
    "crop": ("", "M29 38c0-16 8-23 19-23s19 7 19 23c-3-6-5-9-8-10H37c-4 1-6 4-8 10z"),
    "parted": ("", "M28 44c-3-21 8-30 21-30 14 0 22 11 19 30-2-9-8-17-26-20-6 4-12 9-14 20z"),
    "pigtails": (
        "M22 40q-12 8-8 30q8 4 12-2q-4-14 2-24zM74 40q12 8 8 30q-8 4-12-2q4-14-2-24z",
        "M28 44c-2-20 8-30 20-30s22 10 20 30c-3-9-9-15-20-19-11 4-17 10-20 19z",
    ),
    "wavy": (
        "M24 84q-8-10-2-22q-6-10 0-20C24 22 34 13 48 13s24 9 26 29q6 10 0 20q6 12-2 22q-12 4-16-2H40q-6 6-16 2z",
        "M29 45c-2-19 8-28 19-28s21 9 19 28q-4-14-15-19-4 12-23 19z",
    ),
    "bald": ("", "M30 44q-4-2-3-10 1-5 4-7-2 8-1 17zM66 44q4-2 3-10-1-5-4-7 2 8 1 17z"),
    "topknot": (
        "M48 5a7 8 0 1 1-.1 0zM43 16h10v6H43z",
        "M29 40c-1-15 8-24 19-24s20 9 19 24c-4-9-9-14-19-15-10 1-15 6-19 15z",
    ),
    "side": (
        "M60 30q22 6 16 40q-6 12-12 8q6-24-6-40z",
        "M28 43c-2-19 8-29 20-29s22 10 20 29c-4-11-12-17-24-17-7 3-13 8-16 17z",
    ),
}
WOMEN = ("bob", "long", "fringe", "bun", "pigtails", "wavy", "side", "parted")
MEN = ("swept", "short", "crop", "parted", "topknot", "bald", "swept", "short")


@dataclass(frozen=True)
class Face:
    """The choices that make one person."""

    hair: str
    hair_colour: str
    skin: str
    coat: str
    ground: str
    collar: str
    extra: str
    glasses: int
    beard: bool
    smile: int


def _curls(colour: str) -> str:
    spots = ((32, 32, 8), (36, 23, 9), (46, 18, 10), (57, 21, 9), (64, 30, 8), (29, 41, 5), (67, 40, 5))
    return "".join(circle(x, y, radius, colour) for x, y, radius in spots)


def _collar(face: Face) -> str:
    light = "#f7efe0" if face.coat != "#f2eadb" else "#5f8a78"
    return {
        "round": stroke("M38 70q10 10 20 0", light, 3),
        "shirt": path("M38 68l10 12 10-12 4 6-9 14-5-6-5 6-9-14z", light),
        "cross": path("M37 69l22 27h-8L33 74zM59 69L44 88l-5-6 15-14z", light),  # the crossed collar of Han dress
        "hood": stroke("M30 76q4-10 18-2 14-8 18 2", light, 4)
        + rect(43, 80, 2, 14, light)
        + rect(51, 80, 2, 14, light),
        "tie": path("M38 68l10 9 10-9 3 6-8 9H43l-8-9z", light) + path("M45 79h6l3 17H42z", "#b93e2b"),
        "apron": rect(34, 84, 28, 14, light) + stroke("M36 84L39 70M60 84L57 70", light, 3),
        "scarf": path("M34 68q14 10 28 0l2 8q-16 10-32 0z", "#c4452f" if face.coat != "#a93622" else "#d6a047")
        + rect(54, 76, 8, 18, "#c4452f" if face.coat != "#a93622" else "#d6a047", 2),
    }[face.collar]


def _extra(face: Face) -> str:
    return {
        "": "",
        "headphones": stroke("M27 44c-2-20 8-31 21-31s23 11 21 31", INK, 4)
        + rect(22, 40, 9, 16, "#c4452f", 4.5)
        + rect(65, 40, 9, 16, "#c4452f", 4.5),
        "cap": path(
            "M28 36c0-15 8-23 20-23s20 8 20 23h10q2 5-3 5H28z",
            next(
                colour
                for colour in CAPS[face.smile :] + CAPS
                if _apart(colour, face.ground) > NEAR and colour != face.coat
            ),
        ),
        "beret": ellipse(46, 21, 25, 10, "#8e4153") + rect(47, 7, 3, 6, "#8e4153"),
        "earrings": circle(29.5, 53, 2.4, "#d6a047") + circle(66.5, 53, 2.4, "#d6a047"),
        "flower": repeat(5, lambda i: circle((66, 70, 68, 63, 61)[i], (22, 26, 31, 30, 25)[i], 3.4, "#c4452f"))
        + circle(65.5, 27, 2.4, "#f0d39a"),
        "band": stroke("M29 33q19-15 38 0", "#c4452f", 4),
        "pencil": rect(66, 34, 3, 22, "#d6a047", 1, transform="rotate(24 67 45)"),
    }[face.extra]


def draw(face: Face) -> str:
    """One head and shoulders."""
    behind, front = HAIR.get(face.hair, ("", ""))
    drawn = rect(0, 0, 96, 96, face.ground) + (path(behind, face.hair_colour) if behind else "")
    drawn += path("M12 100c2-20 15-29 28-31q8 7 16 0c13 2 26 11 28 31z", face.coat) + path(
        "M40 56h16v14q-8 8-16 0z", face.skin
    )
    drawn += (
        path("M40 64q8 6 16 0v-4H40z", "#000", opacity=0.1)
        + _collar(face)
        + circle(30, 46, 4, face.skin)
        + circle(66, 46, 4, face.skin)
    )
    drawn += path("M30 40c0-13 7-21 18-21s18 8 18 21c0 14-8 24-18 24s-18-10-18-24z", face.skin)
    if face.beard:
        drawn += path("M31 46q3 18 17 18.500t17-18.500q-2 8-9 8.500-8-3-16 0-7-.5-9-8.500z", face.hair_colour)
    drawn += circle(40.5, 44, 1.5, INK) + circle(55.5, 44, 1.5, INK) + stroke("M48 45l-1.500 6h2.500", "#00000055", 1.1)
    drawn += (
        stroke(("M44 56q4 3 8 0", "M45 56.500h6", "M44 55q5 5 9-.5")[face.smile], "#9c4a3a", 1.5)
        + circle(36, 51, 3, "#d9705a", opacity=0.22)
        + circle(60, 51, 3, "#d9705a", opacity=0.22)
    )
    drawn += _curls(face.hair_colour) if face.hair == "curls" else path(front, face.hair_colour)
    if face.glasses == 1:
        drawn += ring(40.5, 44, 6.5, INK, 1.6) + ring(55.5, 44, 6.5, INK, 1.6) + stroke("M47 44h2", INK, 1.6)
    if face.glasses == 2:
        drawn += (
            rect(34, 39.5, 12.5, 9, "none", 2, stroke=INK, stroke_width=1.6)
            + rect(49.5, 39.5, 12.5, 9, "none", 2, stroke=INK, stroke_width=1.6)
            + stroke("M46.500 43h3", INK, 1.6)
        )
    return drawn + _extra(face)


def _apart(one: str, other: str) -> int:
    """How far two #rrggbb colours are from each other, the three channels added."""
    return sum(abs(int(one[at : at + 2], 16) - int(other[at : at + 2], 16)) for at in (1, 3, 5))


def people(count: int, seed: str) -> Iterator[Face]:
    random = Random(seed)
    seen: set[tuple[str, str, str]] = set()
    for index in range(count):
        woman = index % 2 == 0
        hair = (WOMEN if woman else MEN)[index // 2 % 8] if index % 11 else "curls"
        old = index % 9 == 7
        while True:
            ground, coat = random.choice(GROUNDS), random.choice(COATS)
            if (hair, ground, coat) not in seen and _apart(ground, coat) > NEAR:
                break
        seen.add((hair, ground, coat))
        extras = (
            ("", "", "earrings", "", "flower", "band", "beret", "")
            if woman
            else ("", "", "headphones", "", "cap", "", "pencil", "", "", "")
        )
        yield Face(
            hair=hair,
            hair_colour=random.choice(GREY_HAIR if old else DARK_HAIR),
            skin=random.choice(SKINS),
            coat=coat,
            ground=ground,
            collar=random.choice(
                ("round", "shirt", "cross", "hood", "tie", "apron", "scarf")
                if not woman
                else ("round", "shirt", "cross", "hood", "apron", "scarf")
            ),
            extra=random.choice(extras),
            glasses=random.choice((0, 0, 0, 1, 2)),
            beard=not woman and random.random() < 0.22,
            smile=random.randrange(3),
        )


def portraits() -> Iterator[Picture]:
    """Sixty sellers, then twenty-four buyers."""
    for letter, count in (("s", SELLERS), ("b", BUYERS)):
        for index, face in enumerate(people(count, f"people-{letter}")):
            yield Picture(f"portraits/{letter}{index + 1:02d}.webp", 320, 320, document(draw(face), 320, 320, (96, 96)))
