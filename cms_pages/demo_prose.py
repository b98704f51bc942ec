"""Blocks of the demo's help and standard pages."""

from collections.abc import Callable
from typing import Any

from cms_pages.demo_streams import Block, block, items, link, rich
from cms_pages.images import SiteImage

# The picture of a name, and what it shows; None where the demo has no such file.
ImageOf = Callable[[str, str], SiteImage | None]


def _no_image(_name: str, _description: str) -> None:
    return None


def prose_body(data: dict[str, Any], image_of: ImageOf = _no_image) -> list[Block]:
    """The body of an article from the data's own blocks. A figure whose picture is missing is left out."""
    entries = data.get("body") or data.get("blocks") or []
    return [made for entry in entries if (made := _block(entry, image_of)) is not None]


def _block(entry: Any, image_of: ImageOf) -> Block | None:
    if isinstance(entry, str):
        return {"type": "paragraph", "value": rich(entry)}
    kind = entry.get("type", "paragraph")
    if kind == "figure":
        image = image_of(entry["image"], entry["shows"])
        return block("image", image=image.pk, caption=entry.get("caption", "")) if image else None
    maker = {"steps": _steps, "rule": _rule, "note": _note, "faq": _faq}.get(kind)
    if maker is not None:
        return maker(entry)
    text = entry.get("text") or ""
    heading = entry.get("heading") or entry.get("title") or ""
    if kind == "heading":
        heading, text = text or heading, ""
    html = (f"<h2>{heading}</h2>" if heading else "") + (rich(text) if text else "")
    if rows := entry.get("items"):
        html += "<ul>" + "".join(f"<li>{rich(row)[3:-4]}</li>" for row in rows) + "</ul>"
    return {"type": "paragraph", "value": html} if html else None


def _steps(entry: dict[str, Any]) -> Block:
    rows = entry.get("steps") or entry.get("items") or []
    steps = [
        {"title": row, "text": ""}
        if isinstance(row, str)
        else {"title": row["title"], "text": rich(row.get("text", ""))}
        for row in rows
    ]
    return block("steps", heading=entry.get("heading") or entry.get("title") or "", steps=items(steps))


def _rule(entry: dict[str, Any]) -> Block:
    rows = entry.get("lines") or entry.get("rules") or entry.get("items") or [entry]
    lines = [
        {
            "label": row.get("label") or row.get("title") or "",
            "before": row.get("text_before", ""),
            "setting": row.get("config_key", ""),
            "figure": row.get("figure", ""),
            "without_unit": True,
            "after": row.get("text_after", ""),
        }
        for row in rows
    ]
    return block("rule", lines=items(lines), reference=entry.get("reference", ""), link=link())


def _note(entry: dict[str, Any]) -> Block:
    tone = {"safe": "safe", "clock": "time", "time": "time", "error": "danger", "danger": "danger"}
    return block("note", tone=tone.get(entry.get("tone", ""), "plain"), text=rich(entry.get("text", "")))


def _faq(entry: dict[str, Any]) -> Block:
    rows = entry.get("questions") or entry.get("items") or []
    questions = [{"question": row["question"], "answer": rich(row["answer"])} for row in rows]
    return block(
        "faq", heading=entry.get("heading") or entry.get("title") or "", link=link(), questions=items(questions)
    )
