import django.db.models.deletion
import django.db.models.functions.comparison
import pghistory.utils
from django.conf import settings
from django.db import migrations, models

import hmislead.access.models
import hmislead.tenancy.context
import hmislead.tenancy.fields
from hmislead.tenancy.migration_operations import AllAtOnce, SecureTenantTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('directory', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        AllAtOnce([
            migrations.CreateModel(
                name='CoCUserPermission',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                    ('implementation', hmislead.tenancy.fields.TenantField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(hmislead.access.models.CurrentSetting(), models.Value('')), models.UUIDField()), editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('content_object', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='permission_rows', to='directory.coc')),
                ],
                options={
                    'abstract': False,
                    'unique_together': {('user', 'permission', 'content_object')},
                },
            ),
            migrations.CreateModel(
                name='ImplementationUserPermission',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                    ('implementation', hmislead.tenancy.fields.TenantField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(hmislead.access.models.CurrentSetting(), models.Value('')), models.UUIDField()), editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('content_object', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='permission_rows', to='tenancy.implementation')),
                ],
                options={
                    'abstract': False,
                    'unique_together': {('user', 'permission', 'content_object')},
                },
            ),
            migrations.CreateModel(
                name='OrganizationUserPermission',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                    ('implementation', hmislead.tenancy.fields.TenantField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(hmislead.access.models.CurrentSetting(), models.Value('')), models.UUIDField()), editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('content_object', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='permission_rows', to='directory.organization')),
                ],
                options={
                    'abstract': False,
                    'unique_together': {('user', 'permission', 'content_object')},
                },
            ),
            migrations.CreateModel(
                name='RoleGrant',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='role_grants', to=settings.AUTH_USER_MODEL)),
                    ('role', models.CharField(choices=[('lead_administrator', 'Lead administrator'), ('lead_staff', 'Lead staff'), ('trainer', 'Trainer'), ('help_desk_agent', 'Help desk agent'), ('monitor', 'Monitor'), ('analyst', 'Analyst'), ('coc_staff', 'CoC staff'), ('body_member', 'Body member'), ('cho_lead', 'CHO lead'), ('cho_security_officer', 'CHO security officer'), ('auditor', 'Auditor')], max_length=30)),
                    ('coc', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.coc')),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='role_grants', to='directory.organization')),
                    ('starts_on', models.DateField()),
                    ('ends_on', models.DateField(blank=True, null=True)),
                    ('revoked_at', models.DateTimeField(blank=True, null=True)),
                    ('granted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('coc', None), ('organization', None), _connector='OR'), name='role_grant_at_one_scope'), models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='role_grant_ends_after_it_starts', violation_error_message='A role cannot end before it starts.')],
                },
            ),
            migrations.CreateModel(
                name='RoleGrantEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='access.rolegrant')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(db_constraint=False, default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('role', models.CharField(choices=[('lead_administrator', 'Lead administrator'), ('lead_staff', 'Lead staff'), ('trainer', 'Trainer'), ('help_desk_agent', 'Help desk agent'), ('monitor', 'Monitor'), ('analyst', 'Analyst'), ('coc_staff', 'CoC staff'), ('body_member', 'Body member'), ('cho_lead', 'CHO lead'), ('cho_security_officer', 'CHO security officer'), ('auditor', 'Auditor')], max_length=30)),
                    ('coc', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.coc')),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.organization')),
                    ('starts_on', models.DateField()),
                    ('ends_on', models.DateField(blank=True, null=True)),
                    ('revoked_at', models.DateTimeField(blank=True, null=True)),
                    ('granted_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                },
            ),
        ]),
        SecureTenantTables(),
    ]
