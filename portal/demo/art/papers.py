"""Identity cards and a licence that nobody could take for real ones: flat, in the portal's colours, marked as samples."""

from collections.abc import Iterator

from portal.demo.applicants import APPLICANTS, CARDS_VALID, FIRM, Applicant

from .catalogue import Picture
from .compose import document
from .portraits import BUYERS, draw, people
from .svg import SANS, group, rect, ring, seal, text

WIDTH, HEIGHT = 960, 606
INK, FAINT, PAPER, LINE = "#241f1b", "#6f675f", "#eef1ee", "#c3ccc6"
CINNABAR = "#b23a26"


def papers() -> Iterator[Picture]:
    """One side with a portrait for each applicant, one other side, one licence."""
    faces = list(people(BUYERS, "people-b"))
    for each in APPLICANTS:
        face = group(draw(faces[each.buyer]), 660, 120, 2.6)
        yield _picture(f"front-{each.buyer}", _front(each) + face)
    yield _picture("back", _back())
    yield _picture("licence", _licence())


def _picture(name: str, body: str) -> Picture:
    return Picture(f"papers/{name}.webp", WIDTH, HEIGHT, document(body + _mark(), WIDTH, HEIGHT, (WIDTH, HEIGHT)))


def _mark() -> str:
    """Across everything."""
    return "".join(
        group(text(0, 0, "演示样张 无效", 64, CINNABAR, family=SANS, opacity=0.2), x, y, rotate=-24)
        for x, y in ((300, 190), (640, 440))
    )


def _ground() -> str:
    lines = "".join(rect(0, 40 + 48 * index, WIDTH, 1.5, LINE) for index in range(12))
    return rect(0, 0, WIDTH, HEIGHT, PAPER) + lines


def _fact(y: float, label: str, words: str, *, x: float = 70, size: float = 34) -> str:
    left = {"anchor": "start", "family": SANS}
    return text(x, y, label, 24, FAINT, weight=400, **left) + text(x + 130, y, words, size, INK, **left)


def _front(who: Applicant) -> str:
    born = f"{who.number[6:10]}年{int(who.number[10:12])}月{int(who.number[12:14])}日"
    return (
        _ground()
        + _fact(90, "姓名", who.name, size=42)
        + _fact(165, "性别", who.sex)
        + _fact(240, "出生", born)
        + _fact(315, "住址", who.address, size=28)
        + _fact(530, "号码", who.number, size=44)
    )


def _back() -> str:
    return (
        _ground()
        + ring(180, 170, 86, CINNABAR, 8)
        + seal(180, 170, 84, "样", CINNABAR, PAPER)
        + text(580, 150, "居民身份证（演示）", 54, INK)
        + _fact(420, "签发机关", "演示市公安局", x=250)
        + _fact(500, "有效期限", CARDS_VALID, x=250)
    )


def _licence() -> str:
    return (
        _ground()
        + ring(480, 90, 52, CINNABAR, 6)
        + text(480, 195, "营业执照（演示）", 60, INK)
        + _fact(290, "代码", FIRM.code)
        + _fact(350, "名称", FIRM.name, size=32)
        + _fact(410, "法定代表人", FIRM.representative)
        + _fact(470, "营业期限", "长期")
        + seal(800, 480, 120, "演示", CINNABAR, PAPER)
    )
