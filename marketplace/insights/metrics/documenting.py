"""The definitions as a table, for docs/analytics.md (tests/insights/test_definitions.py compares them)."""

from django.utils import translation

from marketplace.insights.metrics import registry


def definitions_table() -> str:
    """One line a metric, in English, as Markdown."""
    with translation.override("en"):
        lines = ["| key | name | counts | divided by | rule | days | from |", "|---|---|---|---|---|---|---|"]
        for source in registry.sources():
            for metric in source.metrics:
                cells = (
                    f"`{metric.key}`",
                    metric.name,
                    metric.unit.value,
                    metric.dimension or "–",
                    metric.description,
                    metric.adding.value,
                    source.words,
                )
                lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
        return "\n".join(lines)
