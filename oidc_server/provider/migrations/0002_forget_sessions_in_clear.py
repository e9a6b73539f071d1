from typing import Any

from django.db import migrations


def forget_sessions(apps: Any, _schema_editor: Any) -> None:
    """Those from before lie there under their keys in clear, and are found no more."""
    apps.get_model("sessions", "Session").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("provider", "0001_grant"),
        ("sessions", "0001_initial"),
    ]

    operations = [migrations.RunPython(forget_sessions, migrations.RunPython.noop)]
