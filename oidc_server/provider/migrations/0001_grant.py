import uuid
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def forget_what_has_no_grant(apps: Any, _schema_editor: Any) -> None:
    """Codes and tokens from before lie there in plain text; their users sign in once more."""
    for name in ("Code", "Token"):
        apps.get_model("oidc_provider", name).objects.all().delete()


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("oidc_provider", "0027_alter_rsakey_options"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Grant",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("session", models.CharField(db_index=True, max_length=64)),
                ("authenticated_at", models.DateTimeField()),
                ("redirect_uri", models.TextField()),
                ("scope", models.TextField()),
                ("claims", models.JSONField(default=dict)),
                ("code", models.CharField(max_length=64)),
                ("code_used_at", models.DateTimeField(null=True)),
                ("refresh", models.CharField(blank=True, default="", max_length=64)),
                ("previous_refresh", models.CharField(blank=True, default="", max_length=64)),
                ("refreshed_at", models.DateTimeField(null=True)),
                ("salt", models.BinaryField(default=bytes, max_length=32)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="oidc_provider.client"
                    ),
                ),
                (
                    "token",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="oidc_provider.token",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.RunPython(forget_what_has_no_grant, migrations.RunPython.noop),
    ]
