"""How long trials of watched words are kept (core/retention.py)."""

from marketplace.core.retention import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "safety.trials",
        ("safety.WordTrial",),
        "who of the staff tried a change of the watched words",
        "not removed",
        "our decision",
    ),
)
