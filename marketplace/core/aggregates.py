"""What PostgreSQL can say of many values and Django has no name for."""

from django.db.models import Aggregate, Expression, Field, IntegerField


class Percentile(Aggregate):
    """PostgreSQL's PERCENTILE_DISC, of 1 to 99 percent: a value that really occurs, so that whole fen stay whole fen."""

    function = "PERCENTILE_DISC"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, expression: str | Expression, percent: int, *, output_field: Field | None = None) -> None:
        super().__init__(expression, fraction=f"0.{percent:02}", output_field=output_field or IntegerField())


class Median(Percentile):
    """The middle value, the lower of two."""

    def __init__(self, expression: str | Expression, *, output_field: Field | None = None) -> None:
        super().__init__(expression, 50, output_field=output_field)
