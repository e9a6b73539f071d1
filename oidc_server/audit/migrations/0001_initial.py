import django.utils.timezone
from django.db import migrations, models

import oidc_server.audit.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                (
                    "kind",
                    models.CharField(
                        choices=oidc_server.audit.models.kinds, max_length=32, verbose_name="kind"
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=255, verbose_name="subject")),
                (
                    "client_id",
                    models.CharField(blank=True, max_length=255, verbose_name="application"),
                ),
                ("address", models.CharField(blank=True, max_length=45, verbose_name="address")),
                ("details", models.JSONField(blank=True, default=dict, verbose_name="details")),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "indexes": [
                    models.Index(fields=["at"], name="audit_at"),
                    models.Index(fields=["kind", "at"], name="audit_kind"),
                    models.Index(fields=["subject", "at"], name="audit_subject"),
                    models.Index(fields=["address", "at"], name="audit_address"),
                ],
            },
        ),
    ]
