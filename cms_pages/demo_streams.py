"""Blocks of the demo's home, category and topic pages, from its data files."""

import re
from collections.abc import Callable
from difflib import SequenceMatcher
from typing import Any
from uuid import uuid4

from django.utils.html import escape
from wagtail.models import Page

from cms_pages.demo_texts import TEXTS
from cms_pages.images import SiteImage
from marketplace.gigs.models import GigCategory

Block = dict[str, Any]
Data = dict[str, Any]
_ICONS = ("lock", "doc", "box", "shield")
_FEN_PER_YUAN = 100


def block(kind: str, **value: Any) -> Block:
    """A block of a stream as StreamField keeps it."""
    return {"type": kind, "value": value, "id": str(uuid4())}


def items(values: list[Any]) -> list[Block]:
    """The rows of a ListBlock as StreamField keeps them. Without ids Wagtail would take them for an older format."""
    return [{"type": "item", "value": value, "id": str(uuid4())} for value in values]


def link(text: str = "", *, page: Page | None = None, search: str = "", address: str = "") -> Data:
    """A link that leads to one of the three."""
    return {"text": text, "page": page.pk if page else None, "search": search, "address": address}


def rich(text: str) -> str:
    """Plain text as rich text; **bold** stays bold."""
    bold = re.sub(r"[*][*](.+?)[*][*]", r"<b>\1</b>", escape(text))
    return f"<p>{bold}</p>"


def popular_searches(data: Data) -> list[Block]:
    return [block("search", label=row["label"], query=row["query"]) for row in data.get("popular_searches", [])][:8]


def worked_example(language: str) -> list[Block]:
    slip = TEXTS[language]["slip"]
    return [block("slip", **{**slip, "lines": items(slip["lines"])})]


def home_body(
    data: Data,
    language: str,
    *,
    topics: dict[str, Page],
    help_page: Page | None,
    image_of: Callable[[int], SiteImage | None],
    gigs: list[Data],
    categories: dict[str, GigCategory],
) -> list[Block]:
    """Everything below the first screen, in the order of the reference page."""
    heads = data.get("sections", {})

    def head(name: str) -> Data:
        return {"heading": heads[name]["title"], "lead": heads[name].get("text", "")}

    bundles = [
        {
            "title": bundle["title"],
            "image": getattr(image_of(number), "pk", None),
            "lines": items([_bundle_line(line, gigs, categories) for line in bundle["lines"]]),
            "link": link(
                bundle["action"],
                page=topics.get(bundle["landing"]),
                search="" if bundle["landing"] in topics else bundle["lines"][0]["query"],
            ),
        }
        for number, bundle in enumerate(data.get("bundles", []), start=1)
    ]
    steps = [
        {"icon": icon, "title": step["title"], "text": step["text"], **_step_rule(step)}
        for icon, step in zip(_ICONS, data.get("money_steps", []), strict=False)
    ]
    invitation = data["invitation"]
    sell = "/sell/" if language == "zh" else f"/{language}/sell/"
    search = "/search/" if language == "zh" else f"/{language}/search/"
    return [
        block(
            "gig_row",
            **head("recent"),
            source="popular",
            count=8,
            picks=[],
            link=link(heads["recent"].get("action", ""), address=search),
        ),
        block("bundles", **head("bundles"), bundles=items(bundles)),
        block(
            "money_steps",
            **head("money"),
            link=link(heads["money"].get("action", ""), page=help_page),
            steps=items(steps),
            show_figures=True,
        ),
        block("select_sellers", **head("sellers"), link=link(), count=4),
        block("reviews", **head("reviews"), category=None, count=3),
        block(
            "call_to_action",
            heading=invitation["title"],
            text=invitation["text"],
            link=link(invitation["action"], address=sell),
        ),
    ]


def _step_rule(step: Data) -> Data:
    rule = next(iter(step.get("rules", [])), None)
    if rule is None:
        return {"rule_before": "", "setting": "", "rule_after": ""}
    return {"rule_before": rule["text_before"], "setting": rule["config_key"], "rule_after": rule["text_after"]}


def _bundle_line(line: Data, gigs: list[Data], categories: dict[str, GigCategory]) -> Data:
    """The line with the subcategory and the word that lead to its price, guessed from the gig the price was taken from."""
    best: tuple[int, str, str] = (0, "", "")
    for gig in gigs:
        if gig["price_fen"] != line["price_from_fen"]:
            continue
        match = SequenceMatcher(None, gig["title"].lower(), line["query"].lower()).find_longest_match()
        best = max(best, (match.size, gig["subcategory"], gig["title"][match.a : match.a + match.size]))
    size, subcategory, word = best
    category = categories.get(subcategory) if size > 1 else None
    return {
        "label": line["label"],
        "category": category.pk if category else None,
        "word": word.strip() if category else "",
        "search": line["query"],
    }


def category_body(language: str, *, is_top: bool, articles: list[Page], picks: list[Data]) -> list[Block]:
    """A category page: tiles, picks, what is on sale, usual prices, questions, articles."""
    words = TEXTS[language]
    title, text, action = words["cta"]
    questions = [{"question": question, "answer": rich(answer)} for question, answer in words["faq"]]
    search = "/search/" if language == "zh" else f"/{language}/search/"
    body: list[Block] = [{"type": "subcategories", "value": None}] if is_top else []
    if picks:
        body.append(
            block("picks", heading=words["landing_picks"][0], lead="", anchor="", link=link(), picks=items(picks))
        )
    body += [
        block("listing", heading=words["listing"], lead=""),
        block("price_guide", heading=words["guide"], lead="", note=words["guide_note"], link=link()),
        block("faq", heading=words["faq_heading"], link=link(), questions=items(questions)),
    ]
    if articles:
        body.append(
            block("articles", heading=words["articles"], link=link(), articles=items([page.pk for page in articles]))
        )
    body.append(block("call_to_action", heading=title, text=text, link=link(action, address=search)))
    return body


def landing_body(data: Data, language: str, *, image: SiteImage | None, gig_ids: dict[str, int]) -> list[Block]:
    """A topic: first screen, steps, picks, ways, reviews, questions."""
    words = TEXTS[language]
    picks = [
        {"gig": gig_ids[gig], "reason": reason}
        for gig, reason in zip(data["picks"]["gig_ids"], data["picks"]["reasons"], strict=True)
        if gig in gig_ids
    ]
    ways = data["compare"]["ways"]
    plans = [
        {
            "name": way["name"],
            "remark": way["suits"],
            "yuan": way["price_from_fen"] // _FEN_PER_YUAN,
            "recommended": number == len(ways) // 2,
            "link": link(words["plan_action"], address="#picks"),
        }
        for number, way in enumerate(ways)
    ]
    weeks = [
        {"when": words["landing_step"].format(number=number), "title": step["title"], "text": step["text"], "price": ""}
        for number, step in enumerate(data["steps"], start=1)
    ]
    questions = [{"question": row["question"], "answer": rich(row["answer"])} for row in data["faq"]]
    rows = [{"label": row["label"], "cells": items(row["values"])} for row in data["compare"]["rows"]]
    title, text, action = words["landing_cta"]
    search = "/search/" if language == "zh" else f"/{language}/search/"
    return [
        block(
            "hero",
            kicker="",
            title=data["hero_title"],
            title_second_line="",
            text=data["hero_text"],
            primary=link(data["hero_action"], address="#picks"),
            secondary=link(words["see_ways"], address="#plan"),
            countdown={"ends_at": None, "note": ""},
            image=image.pk if image else None,
            slip={"owner": "", "stamp": "", "title": "", "lines": []},
        ),
        block("steps", heading=words["landing_steps"], lead="", steps=items(weeks)),
        block(
            "picks",
            heading=words["landing_picks"][0],
            lead=words["landing_picks"][1],
            anchor="picks",
            link=link(),
            picks=items(picks),
        ),
        block(
            "compare",
            heading=data["compare"]["title"],
            lead=data["compare"]["text"],
            anchor="plan",
            plans=items(plans),
            rows=items(rows),
        ),
        block("reviews", heading=words["landing_reviews"][0], lead=words["landing_reviews"][1], category=None, count=3),
        block("faq", heading=words["landing_faq"], link=link(), questions=items(questions)),
        block("call_to_action", heading=title, text=text, link=link(action, address=search)),
    ]
