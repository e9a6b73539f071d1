from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProviderConfig(AppConfig):
    name = "oidc_server.provider"
    label = "provider"
    verbose_name = _("OpenID provider")

    def ready(self) -> None:
        from oidc_server.provider import authentication, clients  # noqa: PLC0415 - need the apps

        authentication.connect()
        clients.connect()
