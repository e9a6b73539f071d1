from django.apps import AppConfig


class BootstrapConfig(AppConfig):
    name = "oidc_server.bootstrap"
    label = "oidc_bootstrap"
