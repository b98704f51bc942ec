"""How long is kept what sellers make and who looks at it (core/retention.py)."""

from marketplace.accounts.retention import CLOSING, ECOMMERCE, with_account
from marketplace.core.retention import Bound, Rule, days_of
from marketplace.gigs.models import FigureBatch, GigDay, GigImport
from marketplace.gigs.services import figures, importing

RULES: tuple[Rule, ...] = (
    Rule(
        "gigs.services",
        ("gigs.Gig", "gigs.ReviewCase"),
        "orders, reviews and their evidence point at services, and at who of the staff passed them",
        "not removed: taken off the shelf when the account is closed",
        ECOMMERCE,
    ),
    Rule(
        "gigs.kept_services",
        ("gigs.Favourite", "gigs.GigReference"),
        "services somebody kept; numbers a seller's file gave them",
        "until the account is closed, or until its person removes them",
        "个人信息保护法 §47",
        CLOSING,
        (with_account("gigs.Favourite"), with_account("gigs.GigReference", "seller")),
    ),
    Rule(
        "gigs.imports",
        ("gigs.GigImport",),
        "a file of services that is being looked at",
        f"{importing.IMPORT_KEPT.days} day",
        "our decision",
        "marketplace.gigs.tasks.forget_imports",
        (Bound(lambda: GigImport.objects.all(), "created_at", lambda: importing.IMPORT_KEPT),),
    ),
    Rule(
        "gigs.figures",
        ("gigs.GigDay",),
        "impressions and clicks of a service by day, of nobody in particular",
        "{gigs.figures_days}",
        "our decision",
        "marketplace.gigs.tasks.forget_figures",
        (Bound(lambda: GigDay.objects.all(), "day", days_of("gigs.figures_days"), is_day=True),),
    ),
    Rule(
        "gigs.batches",
        ("gigs.FigureBatch",),
        "that figures are counted once",
        f"{figures.BATCHES_KEPT.days} days",
        "our decision",
        "marketplace.gigs.tasks.write_figures",
        (Bound(lambda: FigureBatch.objects.all(), "written_at", lambda: figures.BATCHES_KEPT),),
    ),
)
