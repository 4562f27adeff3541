import django.db.models.deletion
import django.db.models.functions.datetime
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
        ('directory', '0001_initial'),
        ('directory', '0002_tables_2'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        AllAtOnce([
            migrations.CreateModel(
                name='Gate',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('license', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='gates', to='directory.license')),
                    ('is_open', models.BooleanField()),
                    ('reasons', models.JSONField(default=list, help_text='What blocks: requirement, state, due_on, subject_kind, subject_id.')),
                    ('lapses_on', models.DateField(help_text='The first day on which an open gate closes if nothing is done.', null=True)),
                    ('checked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('implementation', 'license'), name='gate_one_per_license')],
                },
            ),
            migrations.CreateModel(
                name='Run',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('kind', models.CharField(choices=[('night', 'Nightly'), ('hand', 'Started by hand')], max_length=6)),
                    ('as_of', models.DateField()),
                    ('state', models.CharField(choices=[('running', 'Running'), ('finished', 'Finished')], default='running', max_length=10)),
                    ('done', models.JSONField(default=list, help_text='The units that are finished.')),
                    ('total', models.PositiveSmallIntegerField(default=0)),
                    ('changed', models.PositiveIntegerField(default=0)),
                    ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('finished_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'ordering': ('-as_of', '-created_at'),
                    'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'night')), fields=('implementation', 'as_of'), name='run_one_a_night')],
                },
            ),
            migrations.CreateModel(
                name='Status',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('requirement', models.CharField(max_length=60)),
                    ('subject_kind', models.CharField(choices=[('implementation', 'Implementation'), ('coc', 'CoC'), ('organization', 'Agency'), ('person', 'Person'), ('license', 'License')], max_length=16)),
                    ('subject_id', models.UUIDField()),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directory.organization')),
                    ('coc', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directory.coc')),
                    ('person', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directory.person')),
                    ('license', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directory.license')),
                    ('state', models.CharField(choices=[('met', 'Met'), ('due_soon', 'Due soon'), ('overdue', 'Overdue'), ('not_met', 'Not met'), ('not_applicable', 'Not applicable'), ('waived', 'Waived')], max_length=16)),
                    ('due_on', models.DateField(help_text='By when something must be done.', null=True)),
                    ('lapses_on', models.DateField(help_text='The first day on which what holds today holds no more.', null=True)),
                    ('since', models.DateField(help_text='The day on which this state began.')),
                    ('note', models.CharField(blank=True, help_text='The evidence, or why, in words.', max_length=300)),
                    ('checked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ],
                options={
                    'verbose_name_plural': 'statuses',
                    'indexes': [models.Index(fields=['implementation', 'organization', 'requirement'], name='status_by_organization'), models.Index(fields=['implementation', 'person'], name='status_by_person'), models.Index(fields=['implementation', 'license'], name='status_by_license')],
                    'constraints': [models.UniqueConstraint(fields=('implementation', 'requirement', 'subject_id'), name='status_once')],
                },
            ),
            migrations.CreateModel(
                name='Tally',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('as_of', models.DateField()),
                    ('requirement', models.CharField(max_length=60)),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directory.organization')),
                    ('coc', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directory.coc')),
                    ('state', models.CharField(choices=[('met', 'Met'), ('due_soon', 'Due soon'), ('overdue', 'Overdue'), ('not_met', 'Not met'), ('not_applicable', 'Not applicable'), ('waived', 'Waived')], max_length=16)),
                    ('count', models.PositiveIntegerField()),
                ],
                options={
                    'verbose_name_plural': 'tallies',
                    'constraints': [models.UniqueConstraint(fields=('implementation', 'as_of', 'requirement', 'organization', 'coc', 'state'), name='tally_once', nulls_distinct=False)],
                },
            ),
            migrations.CreateModel(
                name='Waiver',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('requirement', models.CharField(max_length=60)),
                    ('subject_kind', models.CharField(choices=[('implementation', 'Implementation'), ('coc', 'CoC'), ('organization', 'Agency'), ('person', 'Person'), ('license', 'License')], max_length=16)),
                    ('subject_id', models.UUIDField()),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directory.organization')),
                    ('person', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directory.person')),
                    ('kind', models.CharField(choices=[('waived', 'Waived'), ('not_applicable', 'Not applicable')], max_length=16)),
                    ('reason', models.CharField(max_length=300)),
                    ('starts_on', models.DateField()),
                    ('ends_on', models.DateField(blank=True, null=True)),
                    ('granted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('withdrawn_on', models.DateField(blank=True, null=True)),
                ],
                options={
                    'ordering': ('-starts_on',),
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind', 'not_applicable'), ('ends_on__isnull', False), _connector='OR'), name='waiver_has_an_end', violation_error_message='A waiver needs its last day.')],
                },
            ),
            migrations.CreateModel(
                name='Change',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('requirement', models.CharField(max_length=60)),
                    ('subject_kind', models.CharField(choices=[('implementation', 'Implementation'), ('coc', 'CoC'), ('organization', 'Agency'), ('person', 'Person'), ('license', 'License')], max_length=16)),
                    ('subject_id', models.UUIDField()),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directory.organization')),
                    ('coc', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directory.coc')),
                    ('person', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directory.person')),
                    ('license', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directory.license')),
                    ('old_state', models.CharField(blank=True, choices=[('met', 'Met'), ('due_soon', 'Due soon'), ('overdue', 'Overdue'), ('not_met', 'Not met'), ('not_applicable', 'Not applicable'), ('waived', 'Waived')], max_length=16)),
                    ('new_state', models.CharField(blank=True, choices=[('met', 'Met'), ('due_soon', 'Due soon'), ('overdue', 'Overdue'), ('not_met', 'Not met'), ('not_applicable', 'Not applicable'), ('waived', 'Waived')], help_text='Empty: no longer a subject.', max_length=16)),
                    ('due_on', models.DateField(null=True)),
                    ('note', models.CharField(blank=True, max_length=300)),
                    ('as_of', models.DateField(help_text='The local day for which it was evaluated.')),
                    ('run', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='changes', to='compliance.run')),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ],
                options={
                    'indexes': [models.Index(fields=['implementation', 'as_of'], name='change_by_day'), models.Index(fields=['implementation', 'subject_id', 'requirement', 'as_of'], name='change_by_subject')],
                },
            ),
            migrations.CreateModel(
                name='WaiverEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='compliance.waiver')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(db_constraint=False, default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('requirement', models.CharField(max_length=60)),
                    ('subject_kind', models.CharField(choices=[('implementation', 'Implementation'), ('coc', 'CoC'), ('organization', 'Agency'), ('person', 'Person'), ('license', 'License')], max_length=16)),
                    ('subject_id', models.UUIDField()),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.organization')),
                    ('person', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.person')),
                    ('kind', models.CharField(choices=[('waived', 'Waived'), ('not_applicable', 'Not applicable')], max_length=16)),
                    ('reason', models.CharField(max_length=300)),
                    ('starts_on', models.DateField()),
                    ('ends_on', models.DateField(blank=True, null=True)),
                    ('granted_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('withdrawn_on', models.DateField(blank=True, null=True)),
                ],
                options={
                    'abstract': False,
                },
            ),
        ]),
        SecureTenantTables(),
    ]
