import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("oidc_provider", "0027_alter_rsakey_options"),
        ("provider", "0002_forget_sessions_in_clear"),
    ]

    operations = [
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                (
                    "rsa_key",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="oidc_provider.rsakey",
                    ),
                ),
                (
                    "kid",
                    models.CharField(
                        editable=False, max_length=43, unique=True, verbose_name="key ID"
                    ),
                ),
                ("signs_from", models.DateTimeField(editable=False, verbose_name="signs from")),
            ],
            options={
                "verbose_name": "signing key",
                "verbose_name_plural": "signing keys",
                "ordering": ["signs_from", "pk"],
            },
        ),
    ]
