"""How long is kept what staff decided (core/retention.py)."""

from marketplace.core.retention import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "moderation.decisions",
        (
            "moderation.ModerationQueue", "moderation.ModerationDecision", "moderation.DecisionAppeal",
            "moderation.DecisionCheck", "moderation.SecondOpinion", "moderation.Strike", "moderation.Report",
        ),
        "what was reported and decided about somebody, by whom and why: for appeals",
        "at least three years; not removed",
        "电子商务法 §31; 个人信息保护法 §24",
    ),
    Rule(
        "moderation.staff_log",
        ("moderation.AdminLog",),
        "what staff did and read, with the address they came from",
        "at least six months; not removed",
        "网络安全法 §21; 个人信息保护法 §51",
    ),
    Rule(
        "moderation.segments",
        ("moderation.Segment",),
        "searches for people that staff keep; the search, not who was found",
        "until staff deletes them",
        "our decision",
    ),
)  # fmt: skip
