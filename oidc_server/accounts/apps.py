from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "oidc_server.accounts"
    verbose_name = _("Accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from oidc_server.accounts import sign_ins  # noqa: PLC0415 - needs the apps loaded

        sign_ins.connect()
