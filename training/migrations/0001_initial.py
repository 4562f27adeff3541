import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import pghistory.utils
from django.conf import settings
from django.db import migrations, models

import hmislead.tenancy.context
import hmislead.tenancy.fields
from hmislead.tenancy.migration_operations import AllAtOnce, SecureTenantTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('directory', '0002_tables_2'),
        ('files', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        AllAtOnce([
            migrations.CreateModel(
                name='Course',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('title', models.CharField(max_length=150)),
                    ('topics', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('software', 'Software'), ('privacy', 'Privacy and confidentiality'), ('security', 'Data security'), ('other', 'Other')], max_length=10), size=None)),
                    ('validity_months', models.PositiveSmallIntegerField(blank=True, help_text="Months. Empty: as long as the implementation's setting says.", null=True, verbose_name='counts for')),
                    ('external_code', models.CharField(blank=True, max_length=60, verbose_name='code in the learning system')),
                    ('retired_on', models.DateField(blank=True, null=True)),
                ],
                options={
                    'ordering': (django.db.models.functions.text.Lower('title'),),
                    'constraints': [models.UniqueConstraint(models.F('implementation'), django.db.models.functions.text.Lower('title'), name='course_title_once', violation_error_message='There is a course with this title already.')],
                },
            ),
            migrations.CreateModel(
                name='SecurityCertification',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('person', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='security_certifications', to='directory.person')),
                    ('certified_on', models.DateField()),
                    ('statement', models.TextField(blank=True, help_text='The words that were certified.')),
                    ('carried_over', models.BooleanField(default=False, help_text='Loaded as opening evidence.')),
                    ('file', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                    ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ('-certified_on', 'pk'),
                    'constraints': [models.UniqueConstraint(fields=('implementation', 'person', 'certified_on'), name='security_certification_once_a_day', violation_error_message='This certification is recorded already.')],
                },
            ),
            migrations.CreateModel(
                name='Completion',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('course', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='completions', to='training.course')),
                    ('person', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='completions', to='directory.person')),
                    ('completed_on', models.DateField()),
                    ('score', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='score in percent')),
                    ('source', models.CharField(choices=[('hand', 'By hand'), ('csv', 'From a spreadsheet'), ('api', 'By the API')], default='hand', max_length=5)),
                    ('carried_over', models.BooleanField(default=False, help_text='Loaded as opening evidence.')),
                    ('file', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                    ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ('-completed_on', 'pk'),
                    'constraints': [models.UniqueConstraint(fields=('implementation', 'person', 'course', 'completed_on'), name='completion_once_a_day', violation_error_message='This completion is recorded already.')],
                },
            ),
            migrations.CreateModel(
                name='CourseEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.course')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(db_constraint=False, default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('title', models.CharField(max_length=150)),
                    ('topics', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('software', 'Software'), ('privacy', 'Privacy and confidentiality'), ('security', 'Data security'), ('other', 'Other')], max_length=10), size=None)),
                    ('validity_months', models.PositiveSmallIntegerField(blank=True, help_text="Months. Empty: as long as the implementation's setting says.", null=True, verbose_name='counts for')),
                    ('external_code', models.CharField(blank=True, max_length=60, verbose_name='code in the learning system')),
                    ('retired_on', models.DateField(blank=True, null=True)),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='SecurityCertificationEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.securitycertification')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(db_constraint=False, default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('person', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.person')),
                    ('certified_on', models.DateField()),
                    ('statement', models.TextField(blank=True, help_text='The words that were certified.')),
                    ('carried_over', models.BooleanField(default=False, help_text='Loaded as opening evidence.')),
                    ('file', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='files.storedfile')),
                    ('recorded_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='CompletionEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.completion')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(db_constraint=False, default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('course', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.course')),
                    ('person', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.person')),
                    ('completed_on', models.DateField()),
                    ('score', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='score in percent')),
                    ('source', models.CharField(choices=[('hand', 'By hand'), ('csv', 'From a spreadsheet'), ('api', 'By the API')], default='hand', max_length=5)),
                    ('carried_over', models.BooleanField(default=False, help_text='Loaded as opening evidence.')),
                    ('file', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='files.storedfile')),
                    ('recorded_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                },
            ),
        ]),
        SecureTenantTables(),
    ]
