"""What disputes keep of a person, for the copy of their data (own_data.py)."""

from collections.abc import Iterable

from django.db.models import Case, CharField, QuerySet, Value, When

from marketplace.accounts.models import User
from marketplace.accounts.personal_data import StoredFile, Table, plain, stored, table
from marketplace.orders.models import (
    DisputeDecision,
    DisputeFile,
    DisputeStatement,
    EvidenceBundle,
    Order,
    StatementKind,
)


def dispute_tables(user: User, own: QuerySet[Order]) -> Iterable[Table]:
    """What was said, handed in and decided in the disputes of these orders, and the bundles made of it."""
    said_by = Case(
        When(author=user, then=Value("you")),
        When(kind=StatementKind.ADVICE, then=Value("mediator")),
        default=Value("other side"),
        output_field=CharField(),
    )
    yield table(
        "dispute_statements",
        DisputeStatement.objects.filter(dispute__order__in=own).order_by("pk").annotate(by=said_by),
        order="dispute__order__number",
        **plain("kind", "by", "reason_code", "text", "wanted_fen", "created_at"),
    )
    yield table(
        "dispute_files",
        DisputeFile.objects.filter(statement__dispute__order__in=own).order_by("pk"),
        order="statement__dispute__order__number",
        **plain("name", "size", "sha256"),
    )
    yield table(
        "dispute_decisions",
        DisputeDecision.objects.filter(dispute__order__in=own).order_by("pk"),
        order="dispute__order__number",
        **plain("number", "outcome", "kept_fen", "refund_fen", "explanation", "decided_at"),
    )
    yield table(
        "evidence_bundles",
        EvidenceBundle.objects.filter(dispute__order__in=own, asked_by=user).order_by("pk"),
        order="dispute__order__number",
        **plain("status", "archive_sha256", "pdf_sha256", "created_at", "ready_at"),
    )


def dispute_files(own: QuerySet[Order]) -> Iterable[StoredFile]:
    """What both sides handed in: each of them sees all of it on the page anyway."""
    files = DisputeFile.objects.filter(statement__dispute__order__in=own)
    for file in files.select_related("statement__dispute__order"):
        yield stored(f"orders/{file.statement.dispute.order.number}/dispute", file.file, file.name)
