import django.db.models.deletion
import pghistory.utils
from django.conf import settings
from django.db import migrations, models

import hmislead.tenancy.context
import hmislead.tenancy.fields
from hmislead.tenancy.migration_operations import AllAtOnce, SecureTenantTables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('compliance', '0001_initial'),
        ('directory', '0001_initial'),
        ('directory', '0002_tables_2'),
        ('files', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        AllAtOnce([
            migrations.CreateModel(
                name='Task',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('number', models.PositiveIntegerField()),
                    ('kind', models.CharField(choices=[('lock_account', 'Lock the account in the HMIS'), ('deactivate_account', 'Deactivate the account in the HMIS'), ('reopen_account', 'Reopen the account in the HMIS'), ('decide_suspension', 'Decide whether to suspend'), ('unknown_account', 'Account in the HMIS that nobody here knows'), ('missing_account', 'License whose account is not in the HMIS'), ('active_though_blocked', 'Account active though the license is not'), ('stale_sign_in', 'Account not used for long')], max_length=30)),
                    ('title', models.CharField(help_text='In words, without personal data.', max_length=200)),
                    ('license', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='directory.license')),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='directory.organization')),
                    ('key', models.CharField(blank=True, help_text='Tells apart tasks without a license.', max_length=120)),
                    ('detail', models.JSONField(blank=True, default=dict)),
                    ('due_at', models.DateTimeField(blank=True, null=True)),
                    ('closed_at', models.DateTimeField(blank=True, null=True)),
                    ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('proof_kind', models.CharField(blank=True, choices=[('stated', 'Stated by a person'), ('observed', 'Seen in a roster'), ('moot', 'No longer needed')], max_length=10)),
                    ('proof', models.CharField(blank=True, max_length=300)),
                    ('proof_file', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ],
                options={
                    'ordering': ('closed_at', 'due_at', 'number'),
                    'constraints': [models.UniqueConstraint(fields=('implementation', 'number'), name='task_number_once'), models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('implementation', 'kind', 'license', 'key'), name='task_one_open', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('proof_kind', '')), models.Q(('closed_at__isnull', False), models.Q(('proof_kind', ''), _negated=True)), _connector='OR'), name='task_closed_by_proof', violation_error_message='A task is closed by proof alone.')],
                },
            ),
            migrations.CreateModel(
                name='TaskEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='compliance.task')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(db_constraint=False, default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('number', models.PositiveIntegerField()),
                    ('kind', models.CharField(choices=[('lock_account', 'Lock the account in the HMIS'), ('deactivate_account', 'Deactivate the account in the HMIS'), ('reopen_account', 'Reopen the account in the HMIS'), ('decide_suspension', 'Decide whether to suspend'), ('unknown_account', 'Account in the HMIS that nobody here knows'), ('missing_account', 'License whose account is not in the HMIS'), ('active_though_blocked', 'Account active though the license is not'), ('stale_sign_in', 'Account not used for long')], max_length=30)),
                    ('title', models.CharField(help_text='In words, without personal data.', max_length=200)),
                    ('license', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.license')),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.organization')),
                    ('key', models.CharField(blank=True, help_text='Tells apart tasks without a license.', max_length=120)),
                    ('detail', models.JSONField(blank=True, default=dict)),
                    ('due_at', models.DateTimeField(blank=True, null=True)),
                    ('closed_at', models.DateTimeField(blank=True, null=True)),
                    ('closed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('proof_kind', models.CharField(blank=True, choices=[('stated', 'Stated by a person'), ('observed', 'Seen in a roster'), ('moot', 'No longer needed')], max_length=10)),
                    ('proof', models.CharField(blank=True, max_length=300)),
                    ('proof_file', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='files.storedfile')),
                ],
                options={
                    'abstract': False,
                },
            ),
        ]),
        SecureTenantTables(),
    ]
