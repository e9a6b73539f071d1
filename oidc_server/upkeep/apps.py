from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    name = "oidc_server.upkeep"
    default_auto_field = "django.db.models.BigAutoField"
