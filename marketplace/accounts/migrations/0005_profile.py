"""Profiles as people edit them now: media of a portfolio, levels of languages, the curated list of skills.

Expand only: the columns image, width and height of a piece stay in the table, with defaults, for processes of the release
before. The release after this one drops them. What is in the tables moves in 0006: no lock of this one is held for it.
"""

import django.db.models.deletion
import marketplace.accounts.models.portfolio
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', "0004_verification"),
    ]

    operations = [
        migrations.AddField(
            model_name='portfolio',
            name='hidden_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='hidden at'),
        ),
        migrations.AddField(
            model_name='portfolio',
            name='hidden_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='hidden by'),
        ),
        migrations.AddField(
            model_name='portfolio',
            name='hidden_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='skill',
            name='area',
            field=models.CharField(blank=True, db_default='', default='', choices=[('design', 'Design'), ('development', 'Development'), ('video', 'Video and animation'), ('writing', 'Writing'), ('translation', 'Translation'), ('marketing', 'Marketing'), ('audio', 'Audio'), ('data', 'Data and AI'), ('photo', 'Photography'), ('business', 'Business'), ('education', 'Education'), ('life', 'Life')], max_length=12, verbose_name='area'),
        ),
        migrations.AddField(
            model_name='skill',
            name='name_en',
            field=models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='English name'),
        ),
        migrations.AddField(
            model_name='userprofile',
            name='away_message',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='message while away'),
        ),
        migrations.AddField(
            model_name='userprofile',
            name='away_until',
            field=models.DateField(blank=True, null=True, verbose_name='away until'),
        ),
        migrations.AddField(
            model_name='userprofile',
            name='handle_changed_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='address changed at'),
        ),
        migrations.AddField(
            model_name='userprofile',
            name='hat',
            field=models.CharField(choices=[('buyer', 'Buyer'), ('seller', 'Seller')], db_default='buyer', default='buyer', editable=False, max_length=6, verbose_name='hat'),
        ),
        migrations.AddField(
            model_name='userprofile',
            name='work_days',
            field=models.JSONField(blank=True, db_default=[], default=list, verbose_name='working days'),
        ),
        migrations.AddField(
            model_name='userprofile',
            name='work_from',
            field=models.TimeField(blank=True, null=True, verbose_name='works from'),
        ),
        migrations.AddField(
            model_name='userprofile',
            name='work_until',
            field=models.TimeField(blank=True, null=True, verbose_name='works until'),
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('title', models.CharField(max_length=60, verbose_name='title')),
                ('issuer', models.CharField(max_length=60, verbose_name='issued by')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('picture', models.ImageField(blank=True, height_field='height', upload_to='certificates/%Y/%m', verbose_name='picture', width_field='width')),
                ('width', models.PositiveIntegerField(default=0, editable=False)),
                ('height', models.PositiveIntegerField(default=0, editable=False)),
                ('profile', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='certificates', to='accounts.userprofile')),
            ],
            options={
                'verbose_name': 'certificate',
                'verbose_name_plural': 'certificates',
                'ordering': ['-year', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='HandleRedirect',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('handle', models.SlugField(max_length=40, unique=True, verbose_name='address')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('profile', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='old_handles', to='accounts.userprofile')),
            ],
            options={
                'verbose_name': 'earlier address',
                'verbose_name_plural': 'earlier addresses',
            },
        ),
        migrations.CreateModel(
            name='PortfolioMedia',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('image', 'Picture'), ('video', 'Video'), ('pdf', 'PDF'), ('link', 'Link')], max_length=5, verbose_name='kind')),
                ('picture', models.ImageField(blank=True, upload_to='portfolio/%Y/%m', verbose_name='picture')),
                ('width', models.PositiveIntegerField(default=0, editable=False)),
                ('height', models.PositiveIntegerField(default=0, editable=False)),
                ('video', models.FileField(blank=True, upload_to='portfolio/%Y/%m', verbose_name='video')),
                ('document', models.FileField(blank=True, storage=marketplace.accounts.models.portfolio.private_storage, upload_to='portfolio/%Y/%m', verbose_name='PDF')),
                ('url', models.URLField(blank=True, max_length=300, verbose_name='link')),
                ('caption', models.CharField(blank=True, max_length=120, verbose_name='caption')),
                ('size', models.PositiveIntegerField(default=0, editable=False, verbose_name='bytes')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('piece', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='media', to='accounts.portfolio', verbose_name='piece')),
            ],
            options={
                'verbose_name': 'medium',
                'verbose_name_plural': 'media',
                'ordering': ['position', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'image'), models.Q(('picture', ''), _negated=True)), models.Q(('kind', 'video'), models.Q(('video', ''), _negated=True)), models.Q(('kind', 'pdf'), models.Q(('document', ''), _negated=True)), models.Q(('kind', 'link'), ('url__startswith', 'https://')), _connector='OR'), name='accounts_portfoliomedia_has_what_it_is')],
            },
        ),
        migrations.CreateModel(
            name='SkillSuggestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('status', models.CharField(choices=[('open', 'Open'), ('approved', 'Taken into the list'), ('merged', 'Is in the list under another name'), ('refused', 'Refused')], default='open', max_length=8, verbose_name='status')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('skill', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.skill', verbose_name='skill')),
                ('suggested_by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='skill_suggestions', to=settings.AUTH_USER_MODEL, verbose_name='suggested by')),
            ],
            options={
                'verbose_name': 'suggested skill',
                'verbose_name_plural': 'suggested skills',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'open')), fields=('suggested_by', 'name'), name='accounts_suggestion_once')],
            },
        ),
        migrations.RunSQL(
            sql="""
            ALTER TABLE accounts_portfolio ALTER COLUMN image SET DEFAULT '',
                ALTER COLUMN width SET DEFAULT 0, ALTER COLUMN height SET DEFAULT 0
            """,
            reverse_sql="""
            ALTER TABLE accounts_portfolio ALTER COLUMN image DROP DEFAULT,
                ALTER COLUMN width DROP DEFAULT, ALTER COLUMN height DROP DEFAULT
            """,
        ),
    ]
