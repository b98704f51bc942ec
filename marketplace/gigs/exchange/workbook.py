"""Records as a spreadsheet: one sheet for the services, one for each list, and one that explains.

Its headings are Chinese in every language: they are the file's format, and whoever moves house fills in Chinese files.
"""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from marketplace.core.sheets import Cell, Column, Sheet, write_book
from marketplace.gigs.attributes import attributes_of
from marketplace.gigs.exchange.additions import attribute_words
from marketplace.gigs.exchange.base import Categories
from marketplace.gigs.exchange.records import Record
from marketplace.gigs.models import GigCategory, MediaKind, PackageTier, RequirementKind

TIERS = {PackageTier.BASIC.value: "基础版", PackageTier.STANDARD.value: "标准版", PackageTier.PREMIUM.value: "高级版"}
_PARTS = {
    "title": "名称",
    "description": "说明",
    "price_yuan": "价格(元)",
    "delivery_days": "交付天数",
    "revisions": "修改次数",
}
_KINDS = {
    RequirementKind.TEXT.value: "文字",
    RequirementKind.CHOICE.value: "选择",
    RequirementKind.FILE.value: "文件",
}
_LANGUAGES = {"zh-hans": "中文", "en": "英文"}
_YES, _NO = "是", "否"
_INCLUDED, _LEFT_OUT = "含", "—"
_LINK = "服务"  # the column of a list's sheet that names its service: own number, or # and the ID
_SERVICES, _EXTRAS, _FEATURES, _NEEDS, _FAQS, _HELP = "服务", "加购项", "套餐对比", "需求说明", "常见问题", "填写说明"
_ATTRIBUTES, _MEDIA = "属性", "作品图"
_READ = {_SERVICES, _EXTRAS, _FEATURES, _NEEDS, _FAQS, _ATTRIBUTES, _MEDIA}
_MEDIUM_KINDS = {MediaKind.IMAGE.value: "图片", MediaKind.VIDEO.value: "视频", MediaKind.PDF.value: "PDF"}
# Lines with such a number are examples of the template, and are never imported.
EXAMPLE = "示例"

# A zip tells beforehand how large its parts become, and Python reads no more of them than that.
UNPACKED_LIMIT = 20 * 1024 * 1024
PART_LIMIT = 60
# Lines of all sheets together: fifty services with all their lists are below it, and it is read in two or three seconds.
ROW_LIMIT, COLUMN_LIMIT = 3_000, 40


class Unreadable(Exception):
    """No spreadsheet that can be read, or one that must not be."""


class FormulaFound(Exception):
    """A cell holds a formula. Nothing here computes: the value has to stand there."""

    def __init__(self, sheet: str, line: int) -> None:
        self.sheet, self.line = sheet, line
        super().__init__(f"{sheet} {line}")


def write_records(records: Sequence[Record], categories: Categories, *, states: Mapping[int, str]) -> bytes:
    """The records as XLSX; `states` holds the status by ID, for people to read."""
    target = BytesIO()
    write_book(_sheets(records, categories, states), target)
    return target.getvalue()


def template(categories: Categories) -> bytes:
    """An empty file with an example in each sheet, and what has to be known."""
    category = next((row for row in categories.by_slug.values() if attributes_of(row)), None)
    category = category or next(iter(categories.by_slug.values()), None)
    return write_records([_example(category)], categories, states={})


def read_records(content: bytes) -> list[tuple[int, Record]]:
    """Each service of an XLSX with its line, as it was written. Raises Unreadable or FormulaFound."""
    _check_zip(content)
    try:
        book = load_workbook(BytesIO(content), read_only=True, keep_links=False)
        sheets = _read_sheets(book)
    except (FormulaFound, Unreadable):
        raise
    except Exception as error:  # openpyxl raises whatever a broken file makes it stumble over
        raise Unreadable from error
    if _SERVICES not in sheets:
        raise Unreadable
    lists = {name: _by_service(sheets.get(name, [])) for name in (_EXTRAS, _FEATURES, _NEEDS, _FAQS)}
    # A file from before there were these sheets says nothing about them.
    lists |= {name: _by_service(sheets[name]) for name in (_ATTRIBUTES, _MEDIA) if name in sheets}
    return [
        (line, _record(row, lists))
        for line, row in sheets[_SERVICES]
        if not str(row.get("自有编号") or "").startswith(EXAMPLE)
    ]


def _read_sheets(book: Any) -> dict[str, list[tuple[int, Record]]]:
    """The sheets we know by name, each once; a file may name one part of itself as a thousand sheets."""
    sheets: dict[str, list[tuple[int, Record]]] = {}
    left = ROW_LIMIT
    for page in book.worksheets:
        if page.title not in _READ or page.title in sheets or not hasattr(page, "reset_dimensions"):
            continue
        lines = list(_lines(page, left))
        left -= max((line for line, _row in lines), default=1)
        sheets[page.title] = lines
    return sheets


def _check_zip(content: bytes) -> None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
        raise Unreadable from error
    if len(parts) > PART_LIMIT or sum(part.file_size for part in parts) > UNPACKED_LIMIT:
        raise Unreadable
    if any("vbaProject" in part.filename for part in parts):
        raise Unreadable


def _lines(page: Any, limit: int) -> Iterator[tuple[int, Record]]:
    """Each line below the headings as heading → value. What a file says of its own size is not believed.

    Raises Unreadable where lines go on beyond `limit`; a cell far away from the others, typed by mistake, is passed over.
    """
    page.reset_dimensions()
    headings: list[str] = []
    is_filled = False
    for number, cells in enumerate(page.iter_rows(max_row=limit + 1, max_col=COLUMN_LIMIT), start=1):
        if number > limit:
            if is_filled:
                raise Unreadable
            return
        values = []
        for cell in cells:
            if cell.data_type == "f":
                raise FormulaFound(page.title, number)
            values.append(cell.value)
        is_filled = any(value not in (None, "") for value in values)
        if number == 1:
            headings = [str(value or "").strip() for value in values]
        elif is_filled:
            yield number, {name: value for name, value in zip(headings, values, strict=False) if name}


def _by_service(lines: Sequence[tuple[int, Record]]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for _line, row in lines:
        found.setdefault(str(row.get(_LINK) or "").strip(), []).append(row)
    return found


def _record(row: Record, lists: Mapping[str, Mapping[str, list[Record]]]) -> Record:
    identity, reference = _number(row.get("ID")), row.get("自有编号")
    keys = [key for key in (str(reference or "").strip(), f"#{identity}" if identity else "") if key]

    def entries(name: str) -> list[Record]:
        return [entry for key in keys for entry in lists[name].get(key, ())]

    return {
        "id": identity,
        "reference": _number(reference),
        "title": _number(row.get("标题")),
        "category": row.get("子类目"),
        "description": _number(row.get("描述")),
        "language": _back(_LANGUAGES, row.get("语言")),
        "tags": str(row.get("标签") or "").replace("，", " ").replace(",", " ").replace("、", " ").split(),
        "packages": _packages(row),
        "extras": [
            {
                "title": _number(entry.get("名称")),
                "price_yuan": entry.get("价格(元)"),
                "extra_days": _number(entry.get("增减天数")),
            }
            for entry in entries(_EXTRAS)
        ],
        "features": [
            {
                "label": _number(entry.get("对比项")),
                "values": {tier: _included(entry.get(name)) for tier, name in TIERS.items() if _offers(row, tier)},
            }
            for entry in entries(_FEATURES)
        ],
        "requirements": [
            {
                "prompt": _number(entry.get("问题")),
                "kind": _back(_KINDS, entry.get("回答方式")),
                "choices": [part for part in str(entry.get("选项") or "").split("\n") if part.strip()],
                "required": str(entry.get("必填") or _YES).strip() != _NO,
            }
            for entry in entries(_NEEDS)
        ],
        "faqs": [
            {"question": _number(entry.get("问题")), "answer": _number(entry.get("回答"))} for entry in entries(_FAQS)
        ],
        "attributes": _attributes(entries(_ATTRIBUTES)) if _ATTRIBUTES in lists else None,
        "media": [
            {"name": str(entry.get("文件名") or ""), "alt_text": str(entry.get("图片说明") or "")}
            for entry in entries(_MEDIA)
        ]
        if _MEDIA in lists
        else None,
    }


def _attributes(lines: Sequence[Record]) -> dict[str, list[str]]:
    """One line for each attribute, or several: their options come together."""
    found: dict[str, list[str]] = {}
    for line in lines:
        options = str(_number(line.get("选项")) or "").split("\n")
        found.setdefault(str(line.get("属性") or ""), []).extend(options)
    return found


def _offers(row: Record, tier: str) -> bool:
    return any(row.get(f"{TIERS[tier]}{name}") not in (None, "") for name in _PARTS.values())


def _packages(row: Record) -> list[Record]:
    return [
        {"tier": tier, **{part: _number(row.get(f"{TIERS[tier]}{name}")) for part, name in _PARTS.items()}}
        for tier in TIERS
        if _offers(row, tier)
    ]


def _number(value: Any) -> Any:
    """Spreadsheets know only one kind of number: 7 comes back as 7.0 from some of them."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _back(words: Mapping[str, str], value: Any) -> Any:
    """The code of a word; anything else as it is, to be refused by its field."""
    return next((code for code, word in words.items() if word == value), value)


def _included(value: Any) -> str | bool:
    text = str(_number(value) if value is not None else "").strip()
    return True if text == _INCLUDED else text if text not in ("", _LEFT_OUT) else False


def _sheets(records: Sequence[Record], categories: Categories, states: Mapping[int, str]) -> Iterator[Sheet]:
    columns = [Column("ID", 10), Column("自有编号", 14), Column("标题", 36), Column("子类目", 22), Column("描述", 60)]
    columns += [Column("标签", 24), Column("语言", 8)]
    columns += [Column(f"{tier}{name}", 14) for tier in TIERS.values() for name in _PARTS.values()]
    columns += [Column("状态（只读）", 12)]
    yield Sheet(_SERVICES, _SERVICES, columns, [_service_row(record, categories, states) for record in records])
    link = Column(_LINK, 14)
    yield _list_sheet(
        _EXTRAS,
        [link, Column("名称", 36), Column("价格(元)", 12), Column("增减天数", 12)],
        records,
        lambda record: [[row["title"], row["price_yuan"], row["extra_days"]] for row in record["extras"]],
    )
    yield _list_sheet(
        _FEATURES,
        [link, Column("对比项", 24), *(Column(name, 14) for name in TIERS.values())],
        records,
        lambda record: [[row["label"], *(_shown(row["values"], tier) for tier in TIERS)] for row in record["features"]],
    )
    yield _list_sheet(
        _NEEDS,
        [link, Column("问题", 50), Column("回答方式", 10), Column("选项", 30), Column("必填", 8)],
        records,
        lambda record: [
            [row["prompt"], _KINDS[row["kind"]], "\n".join(row["choices"]), _YES if row["required"] else _NO]
            for row in record["requirements"]
        ],
    )
    yield _list_sheet(
        _FAQS,
        [link, Column("问题", 40), Column("回答", 60)],
        records,
        lambda record: [[row["question"], row["answer"]] for row in record["faqs"]],
    )
    yield _list_sheet(
        _ATTRIBUTES,
        [link, Column("属性", 20), Column("选项", 50)],
        records,
        lambda record: [
            [name, "\n".join(options)]
            for name, options in attribute_words(record["attributes"], categories.by_slug.get(record["category"]))
        ],
    )
    yield _list_sheet(
        _MEDIA,
        [link, Column("种类（只读）", 12), Column("文件名", 44), Column("图片说明", 36), Column("网址（只读）", 60)],
        records,
        lambda record: [
            [_MEDIUM_KINDS[row["kind"]], row["name"], row["alt_text"], row["url"]] for row in record["media"]
        ],
    )
    yield Sheet(_HELP, _HELP, [Column("项目", 24), Column("说明", 90)], _explanation(categories))


def _list_sheet(name: str, columns: list[Column], records: Sequence[Record], rows: Any) -> Sheet:
    lines = [[_key(record), *row] for record in records for row in rows(record)]
    return Sheet(name, name, columns, lines)


def _key(record: Record) -> str:
    return record["reference"] or f"#{record['id']}"


def _shown(values: Mapping[str, str | bool], tier: str) -> str:
    value = values.get(tier, "")
    return value if isinstance(value, str) else _INCLUDED if value else _LEFT_OUT


def _service_row(record: Record, categories: Categories, states: Mapping[int, str]) -> list[Cell]:
    category = categories.by_slug.get(record["category"])
    packages = {package["tier"]: package for package in record["packages"]}
    row: list[Cell] = [record["id"], record["reference"], record["title"]]
    row += [categories.path(category) if category else record["category"], record["description"]]
    row += ["，".join(record["tags"]), _LANGUAGES[record["language"]]]
    for tier in TIERS:
        package = packages.get(tier, {})
        row += [package.get(part) for part in _PARTS]
    return [*row, states.get(record["id"], "")]


def _example_attributes(category: GigCategory | None) -> dict[str, list[str]]:
    """The first option of whatever the subcategory of the example asks."""
    asked = attributes_of(category) if category else ()
    return {attribute.key: [attribute.options[0].key] for attribute in asked}


def _example(category: GigCategory | None) -> Record:
    return {
        "id": None,
        "reference": f"{EXAMPLE}-001",
        "title": "奶茶店LOGO 手绘原创",
        "category": category.slug if category else "",
        "description": "给茶饮、咖啡、面馆这类小店做标志。交付矢量源文件，两个方案选一个深化。不含商标注册。",
        "language": "zh-hans",
        "tags": ["茶饮", "手绘"],
        "packages": [
            {
                "tier": tier,
                "title": title,
                "description": text,
                "price_yuan": price,
                "delivery_days": days,
                "revisions": 2,
            }
            for tier, title, text, price, days in (
                ("basic", "一个方案", "一个原创方案。", "680", 5),
                ("standard", "两个方案", "两个方案选一个深化。", "1280", 7),
            )
        ],
        "extras": [{"title": "加急", "price_yuan": "300", "extra_days": -2}],
        "features": [{"label": "原创方案", "values": {"basic": "1个", "standard": "2个"}}],
        "requirements": [
            {"prompt": "店名是什么", "kind": "text", "choices": [], "required": True},
            {"prompt": "喜欢哪种风格", "kind": "choice", "choices": ["手绘", "极简"], "required": False},
        ],
        "faqs": [{"question": "能开发票吗", "answer": "可以，完成后开具。"}],
        "attributes": _example_attributes(category),
        "media": [],
    }


def _explanation(categories: Categories) -> Iterator[list[Cell]]:
    yield ["导入之后", "先看预览，确认后才写入。新服务存为草稿，修改存为新版本；都要由你提交审核，不会直接上架。"]
    yield ["ID", "匠集里的编号，由导出填写。改已有的服务时保留；新服务留空。"]
    yield ["自有编号", "你在别处使用的编号，最多60字。新服务必填：再次导入同一个文件时，用它认出是同一项。"]
    yield ["标题", "最多40字。"]
    yield ["描述", "最多3000字，可以换行。"]
    yield ["标签", "最多5个，用逗号隔开。"]
    yield ["语言", "中文或英文，留空按中文。"]
    yield ["套餐", "基础版必填；标准版、高级版整组留空就是不提供。价格写元，高一档不能低于前一档。"]
    yield [f"{_EXTRAS}、{_FEATURES}、{_NEEDS}、{_FAQS}", "每行一条，“服务”一列填自有编号，或 # 加 ID，例如 #128。"]
    yield ["套餐对比", f"写文字，或写“{_INCLUDED}”“{_LEFT_OUT}”。"]
    yield ["需求说明", "回答方式：文字、选择、文件。选择的选项在一个单元格里，每行一个。"]
    yield [
        _ATTRIBUTES,
        "每行一个属性，选项在一个单元格里，每行一个；写中文名或代码都可以。各子类目的属性和选项列在下面。",
    ]
    yield [
        _MEDIA,
        "只认这项服务里已有的文件：按文件名排序、改说明，不会删除。新图片、视频和PDF请在服务里上传，不从网址导入。",
    ]
    yield ["公式", "单元格里不能有公式，请复制后“选择性粘贴 — 数值”。"]
    yield ["上限", "一个文件最多2 MB、50项服务。"]
    yield [f"编号以“{EXAMPLE}”开头的行", "是样例，不会导入。"]
    yield [None, None]
    yield ["子类目", "可以填："]
    for slug, category in categories.by_slug.items():
        yield [slug, categories.path(category)]
    yield [None, None]
    yield ["属性", "各子类目可以填："]
    for category in categories.by_slug.values():
        for attribute in attributes_of(category):
            several = "可多选" if attribute.takes_several else "选一个"
            options = "、".join(option.name_zh for option in attribute.options)
            yield [categories.path(category), f"{attribute.name_zh}（{several}）：{options}"]
