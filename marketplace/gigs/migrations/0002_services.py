"""Services as issue 5 has them: attributes, pictures in several widths, forbidden words, reviews, figures by day, imports."""

import django.core.validators
import django.db.models.deletion
import modelcluster.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('gigs', '0001_initial'),
        ('wagtailcore', '0098_apitoken'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='gig',
            name='attributes',
            field=models.JSONField(blank=True, db_default={}, default=dict, verbose_name='attributes'),
        ),
        migrations.AddField(
            model_name='gigmedia',
            name='duration_seconds',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='gigmedia',
            name='page_count',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='gigmedia',
            name='placeholder',
            field=models.TextField(blank=True, db_default='', default='', editable=False),
        ),
        migrations.AddField(
            model_name='gigmedia',
            name='renditions',
            field=models.JSONField(blank=True, db_default=[], default=list, editable=False),
        ),
        migrations.CreateModel(
            name='GigAttribute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort_order', models.IntegerField(blank=True, editable=False, null=True)),
                ('key', models.SlugField(help_text='Stands in addresses and in what sellers saved: do not change it later.', max_length=30, verbose_name='key')),
                ('name', models.CharField(max_length=20, verbose_name='name in Chinese')),
                ('name_en', models.CharField(max_length=40, verbose_name='name in English')),
                ('kind', models.CharField(choices=[('one', 'One of the options'), ('many', 'Several of the options')], default='many', max_length=4, verbose_name='kind')),
                ('is_required', models.BooleanField(default=False, verbose_name='required')),
                ('category', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='attributes', to='gigs.gigcategory', verbose_name='service category')),
            ],
            options={
                'verbose_name': 'attribute',
                'verbose_name_plural': 'attributes',
                'ordering': ['sort_order'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='GigAttributeOption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort_order', models.IntegerField(blank=True, editable=False, null=True)),
                ('key', models.CharField(max_length=30, validators=[django.core.validators.RegexValidator('^[a-z0-9][a-z0-9+#.-]*$', 'Small letters and digits.')], verbose_name='key')),
                ('name', models.CharField(max_length=30, verbose_name='name in Chinese')),
                ('name_en', models.CharField(max_length=40, verbose_name='name in English')),
                ('attribute', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='options', to='gigs.gigattribute', verbose_name='attribute')),
            ],
            options={
                'verbose_name': 'option',
                'verbose_name_plural': 'options',
                'ordering': ['sort_order'],
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='gigattribute',
            constraint=models.UniqueConstraint(fields=('category', 'key'), name='gigs_attribute_key_once'),
        ),
        migrations.AddConstraint(
            model_name='gigattributeoption',
            constraint=models.UniqueConstraint(fields=('attribute', 'key'), name='gigs_attribute_option_once'),
        ),
        migrations.CreateModel(
            name="AdvertisingWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=30, unique=True, verbose_name="word")),
                (
                    "spellings",
                    models.CharField(
                        blank=True,
                        help_text="With spaces between.",
                        max_length=300,
                        verbose_name="other spellings and relatives",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        help_text="Sellers read it below the field.", max_length=120, verbose_name="reason"
                    ),
                ),
                (
                    "law",
                    models.CharField(
                        default="《广告法》第九条第（三）项", max_length=60, verbose_name="article of the law"
                    ),
                ),
                (
                    "suggestion",
                    models.CharField(
                        blank=True,
                        help_text="Stands in the place of the word when the seller takes it; empty takes the word out.",
                        max_length=30,
                        verbose_name="better wording",
                    ),
                ),
                (
                    "exceptions",
                    models.TextField(
                        blank=True,
                        help_text="With spaces between. # stands for a number, "
                        "^ at the beginning for the beginning of a clause.",
                        verbose_name="harmless phrases",
                    ),
                ),
                ("is_blocking", models.BooleanField(default=False, verbose_name="stops the submission",
                    help_text="Otherwise it is a warning that the moderator sees too.")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "word forbidden in advertising",
                "verbose_name_plural": "words forbidden in advertising",
                "ordering": ["-is_blocking", "pk"],
            },
        ),
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
        migrations.CreateModel(
            name='FirstReviewTask',
            fields=[
                ('task_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.task')),
                ('groups', models.ManyToManyField(help_text='Pages/snippets at this step in a workflow will be moderated or approved by these groups of users', to='auth.group', verbose_name='groups')),
            ],
            options={
                'verbose_name': 'review of a service',
                'verbose_name_plural': 'reviews of services',
            },
            bases=('wagtailcore.task',),
        ),
        migrations.CreateModel(
            name='ReviewReason',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=4, unique=True, validators=[django.core.validators.RegexValidator('^[A-Z][0-9]{1,3}$', 'A capital letter and a number, such as C1.')], verbose_name='code')),
                ('label', models.CharField(max_length=40, verbose_name='name in Chinese')),
                ('label_en', models.CharField(max_length=60, verbose_name='name in English')),
                ('advice', models.CharField(max_length=200, verbose_name='what to do, in Chinese')),
                ('advice_en', models.CharField(max_length=300, verbose_name='what to do, in English')),
                ('part', models.CharField(choices=[('whole', 'The whole service'), ('category', 'Category'), ('title', 'Title'), ('description', 'Description'), ('tags', 'Tags'), ('packages', 'Packages'), ('extras', 'Add-ons'), ('requirements', 'Requirements'), ('faqs', 'Questions'), ('pictures', 'Gallery')], default='whole', max_length=12, verbose_name='part of the service')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('is_active', models.BooleanField(default=True, help_text='Switched off, it still explains reviews of the past.', verbose_name='offered')),
            ],
            options={
                'verbose_name': 'reason to send a service back',
                'verbose_name_plural': 'reasons to send services back',
                'ordering': ['position', 'code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('part__in', ['whole', 'category', 'title', 'description', 'tags', 'packages', 'extras', 'requirements', 'faqs', 'pictures'])), name='gigs_reason_known_part')],
            },
        ),
        migrations.CreateModel(
            name='SecondReviewTask',
            fields=[
                ('task_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.task')),
                ('groups', models.ManyToManyField(help_text='Pages/snippets at this step in a workflow will be moderated or approved by these groups of users', to='auth.group', verbose_name='groups')),
            ],
            options={
                'verbose_name': 'second look at a steep price',
                'verbose_name_plural': 'second looks at steep prices',
            },
            bases=('wagtailcore.task',),
        ),
        migrations.CreateModel(
            name='ReviewCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('kind', models.CharField(choices=[('new', 'New service'), ('price', 'Price'), ('edit', 'Edit')], max_length=5, verbose_name='kind of change')),
                ('matters', models.JSONField(blank=True, default=list, verbose_name='what matters')),
                ('steepest_percent', models.IntegerField(blank=True, null=True, verbose_name='steepest change of a price in percent')),
                ('submitted_at', models.DateTimeField(verbose_name='submitted at')),
                ('viewed_at', models.DateTimeField(blank=True, null=True)),
                ('words', models.TextField(blank=True, default='', verbose_name="moderator's words")),
                ('answer', models.CharField(blank=True, default='', max_length=500, verbose_name="seller's answer")),
                ('first_reviewer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('gig', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='review_cases', to='gigs.gig', verbose_name='service')),
                ('task_state', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='review_case', to='wagtailcore.taskstate', verbose_name='review')),
                ('viewer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reasons', models.ManyToManyField(blank=True, related_name='+', to='gigs.reviewreason', verbose_name='reasons')),
            ],
            options={
                'verbose_name': 'review',
                'verbose_name_plural': 'reviews',
                'ordering': ['submitted_at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['new', 'price', 'edit'])), name='gigs_case_known_kind')],
            },
        ),
        migrations.CreateModel(
            name='FigureBatch',
            fields=[
                ('key', models.UUIDField(primary_key=True, serialize=False)),
                ('written_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'batch of figures',
                'verbose_name_plural': 'batches of figures',
            },
        ),
        migrations.CreateModel(
            name='GigDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('impressions', models.PositiveIntegerField(verbose_name='impressions')),
                ('clicks', models.PositiveIntegerField(verbose_name='clicks')),
                ('gig', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='days', to='gigs.gig')),
            ],
            options={
                'verbose_name': 'day of a service',
                'verbose_name_plural': 'days of services',
                'constraints': [models.UniqueConstraint(fields=('gig', 'day'), name='gigs_day_once')],
            },
        ),
        migrations.CreateModel(
            name='GigImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=120, verbose_name='file')),
                ('records', models.JSONField()),
                ('created_at', models.DateTimeField(verbose_name='read at')),
                ('applied_at', models.DateTimeField(blank=True, null=True, verbose_name='applied at')),
                ('outcome', models.JSONField(blank=True, default=dict)),
                ('seller', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='gig_imports', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'import of services',
                'verbose_name_plural': 'imports of services',
                'indexes': [models.Index(fields=['created_at'], name='gigs_import_old')],
            },
        ),
        migrations.CreateModel(
            name='GigReference',
            fields=[
                ('gig', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='reference', serialize=False, to='gigs.gig')),
                ('reference', models.CharField(max_length=60, verbose_name='own number')),
                ('seller', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='gig_references', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': "seller's own number",
                'verbose_name_plural': "sellers' own numbers",
                'constraints': [models.UniqueConstraint(fields=('seller', 'reference'), name='gigs_reference_once')],
            },
        ),
    ]
