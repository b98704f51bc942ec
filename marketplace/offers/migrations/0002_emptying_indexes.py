"""The indexes by which the job of each hour finds what it is to empty, made beside the running portal."""

from django.db import migrations, models

from marketplace.core.indexes import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("offers", "0001_offers_and_briefs")]

    operations = [
        AddIndexAnew(
            model_name="offer",
            index=models.Index(
                condition=models.Q(("scope", "…"), _negated=True), fields=["created_at"], name="offers_offer_not_emptied"
            ),
        ),
        AddIndexAnew(
            model_name="brief",
            index=models.Index(
                condition=models.Q(("story", "…"), _negated=True), fields=["ended_at"], name="offers_brief_not_emptied"
            ),
        ),
    ]
