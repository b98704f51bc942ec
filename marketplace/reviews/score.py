"""The explained score of a seller."""


def score_tenths_of(user_id: int) -> int | None:
    """The score in tenths of a point, 10 to 100; None before the first order that ended."""
    return None
