"""How long questions to the support are kept (core/retention.py)."""

from marketplace.core.retention import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "support.cases",
        ("support.SupportCase", "support.SupportNote"),
        "what somebody asked and was answered",
        "at least three years; not removed",
        "电子商务法 §31; 消费者权益保护法 §44",
    ),
)
