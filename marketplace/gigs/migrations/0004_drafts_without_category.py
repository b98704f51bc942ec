import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gigs", "0003_advertising_words")]

    operations = [
        migrations.AlterField(
            model_name="gig",
            name="category",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="gigs",
                to="gigs.gigcategory",
                verbose_name="subcategory",
            ),
        ),
        # Reads the table once; nothing in it can fail, since the column has had no NULL until now.
        migrations.AddConstraint(
            model_name="gig",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "live"), _negated=True) | models.Q(("category__isnull", False)),
                name="gigs_gig_live_has_category",
            ),
        ),
    ]
