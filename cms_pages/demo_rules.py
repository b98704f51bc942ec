"""Versions of the demo's rules: a first one of each document, in force long since, and a change of the rules under comment."""

import json
from datetime import timedelta
from typing import Any

from django.utils.timezone import localtime

from cms_pages.demo_prose import prose_body
from cms_pages.demo_streams import Block
from cms_pages.models import RulesDocument, RulesText
from cms_pages.rules_texts import announce_rules_text, comment_on_rules
from marketplace.core import clock

# Before the first order of the demo.
_OPENED = timedelta(days=1000)
_CHANGE = {
    "zh": "服务商用AI工具完成的部分，要在交付说明里写明用了什么工具、用在哪里。买家可以据此提出修改。",
    "en": "Sellers say in the delivery note which parts were made with AI tools, and with which. "
    "Buyers may ask for revisions on that ground.",
}


def build_demo_rules(pages: list[dict[str, Any]]) -> None:
    """Announce the texts of the data file's pages that are rules. Touches nothing where there are versions already."""
    for entry in pages:
        document = entry.get("key") or entry["slug"]
        if document not in RulesDocument.values or RulesText.objects.filter(document=document).exists():
            continue
        bodies = {language: prose_body(entry[language]) for language in ("zh", "en")}
        with clock.moved_to(clock.now() - _OPENED):
            now = clock.now()
            first = _draft(document, bodies, {"zh": "开站时的第一版。", "en": "The first version, as the site opened."})
            announce_rules_text(text_id=first.pk, effective_at=now, comments_until=now, opens_site=True)
        if document == RulesDocument.RULES:
            _change(document, bodies)


def _change(document: str, bodies: dict[str, list[Block]]) -> None:
    longer = {
        language: [*body, {"type": "paragraph", "value": f"<p>{_CHANGE[language]}</p>"}]
        for language, body in bodies.items()
    }
    why = {
        "zh": "新增一条：交付里用了AI工具的，要写明。买家常问，写清楚少起纠纷。",
        "en": "One rule is new: say where AI tools were used. Buyers ask for it often, and saying it saves disputes.",
    }
    text = _draft(document, longer, why)
    now = localtime(clock.now()).replace(
        hour=0, minute=0, second=0, microsecond=0
    )  # a day of the law begins at midnight
    announce_rules_text(text_id=text.pk, effective_at=now + timedelta(days=14), comments_until=now + timedelta(days=10))
    comment_on_rules(text_id=text.pk, comment="支持。希望能说明用AI查资料算不算。")
    comment_on_rules(text_id=text.pk, comment="修图时用的智能抠图也要写吗？写太细会很啰嗦。")


def _draft(document: str, bodies: dict[str, list[Block]], changes: dict[str, str]) -> RulesText:
    return RulesText.objects.create(
        document=document,
        changes_zh=changes["zh"],
        changes_en=changes["en"],
        body_zh=json.dumps(bodies["zh"]),
        body_en=json.dumps(bodies["en"]),
    )
