import django.core.validators
import django.db.models.deletion
import pghistory.utils
from django.conf import settings
from django.db import migrations, models

import hmislead.tenancy.context
import hmislead.tenancy.fields
import reporting.encoding
from hmislead.tenancy.migration_operations import AllAtOnce, SecureTenantTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('directory', '0001_initial'),
        ('files', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        AllAtOnce([
            migrations.CreateModel(
                name='ReportSchedule',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('kind', models.CharField(choices=[('cho_compliance', 'Agency compliance'), ('implementation_compliance', 'Implementation compliance')], max_length=30)),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='report_schedules', to='directory.organization')),
                    ('coc', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='report_schedules', to='directory.coc')),
                    ('day_of_month', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(28)])),
                    ('active', models.BooleanField(default=True)),
                    ('runs_from', models.DateField(help_text='Months whose day lies before this one are not made up for.')),
                    ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='set up by')),
                ],
                options={
                    'ordering': ('kind', 'organization__name', 'pk'),
                    'constraints': [models.UniqueConstraint(fields=('implementation', 'kind', 'organization', 'coc'), name='report_schedule_once', nulls_distinct=False, violation_error_message='This report is made every month already.'), models.CheckConstraint(condition=models.Q(('day_of_month__gte', 1), ('day_of_month__lte', 28)), name='report_schedule_day_of_every_month')],
                },
            ),
            migrations.CreateModel(
                name='Report',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('number', models.CharField(max_length=20)),
                    ('kind', models.CharField(choices=[('cho_compliance', 'Agency compliance'), ('implementation_compliance', 'Implementation compliance')], max_length=30)),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='directory.organization')),
                    ('coc', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='directory.coc')),
                    ('as_of', models.DateField(verbose_name='day')),
                    ('names_people', models.BooleanField(default=False, help_text='Holds names: only for those who may see those people.')),
                    ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='queued', max_length=10)),
                    ('progress_done', models.PositiveSmallIntegerField(default=0, verbose_name='steps done')),
                    ('progress_total', models.PositiveSmallIntegerField(default=3, verbose_name='steps')),
                    ('attempt', models.PositiveSmallIntegerField(default=1)),
                    ('failure', models.CharField(blank=True, max_length=300)),
                    ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked for by')),
                    ('schedule', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports', to='reporting.reportschedule')),
                    ('period', models.DateField(help_text='The first of the month that a schedule made it for.', null=True)),
                    ('finished_at', models.DateTimeField(blank=True, null=True)),
                    ('pdf', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                    ('xlsx', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ],
                options={
                    'ordering': ('-created_at', '-pk'),
                    'indexes': [models.Index(fields=['implementation', 'organization', '-created_at'], name='report_by_organization')],
                    'constraints': [models.UniqueConstraint(fields=('implementation', 'number'), name='report_number_once'), models.UniqueConstraint(condition=models.Q(('schedule__isnull', False)), fields=('implementation', 'schedule', 'organization', 'period'), name='report_once_a_month', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('organization', None), ('coc', None), _connector='OR'), name='report_is_about_one_thing', violation_error_message='A report is about one agency, one CoC or the implementation.'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(('pdf__isnull', False), ('xlsx__isnull', False)), _connector='OR'), name='report_done_has_files')],
                },
            ),
            migrations.CreateModel(
                name='ReportScheduleEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reporting.reportschedule')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(db_constraint=False, default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('kind', models.CharField(choices=[('cho_compliance', 'Agency compliance'), ('implementation_compliance', 'Implementation compliance')], max_length=30)),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.organization')),
                    ('coc', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.coc')),
                    ('day_of_month', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(28)])),
                    ('active', models.BooleanField(default=True)),
                    ('runs_from', models.DateField(help_text='Months whose day lies before this one are not made up for.')),
                    ('created_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='set up by')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='ReportEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reporting.report')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(db_constraint=False, default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('number', models.CharField(max_length=20)),
                    ('kind', models.CharField(choices=[('cho_compliance', 'Agency compliance'), ('implementation_compliance', 'Implementation compliance')], max_length=30)),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.organization')),
                    ('coc', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.coc')),
                    ('as_of', models.DateField(verbose_name='day')),
                    ('names_people', models.BooleanField(default=False, help_text='Holds names: only for those who may see those people.')),
                    ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='queued', max_length=10)),
                    ('progress_done', models.PositiveSmallIntegerField(default=0, verbose_name='steps done')),
                    ('progress_total', models.PositiveSmallIntegerField(default=3, verbose_name='steps')),
                    ('attempt', models.PositiveSmallIntegerField(default=1)),
                    ('failure', models.CharField(blank=True, max_length=300)),
                    ('requested_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked for by')),
                    ('schedule', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reporting.reportschedule')),
                    ('period', models.DateField(help_text='The first of the month that a schedule made it for.', null=True)),
                    ('finished_at', models.DateTimeField(blank=True, null=True)),
                    ('pdf', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='files.storedfile')),
                    ('xlsx', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='files.storedfile')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='ReportFacts',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('report', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='facts', to='reporting.report')),
                    ('facts', models.JSONField(decoder=reporting.encoding.FactsDecoder, encoder=reporting.encoding.FactsEncoder)),
                ],
                options={
                    'verbose_name_plural': 'report facts',
                    'constraints': [models.UniqueConstraint(fields=('implementation', 'report'), name='report_facts_once')],
                },
            ),
        ]),
        SecureTenantTables(),
    ]
