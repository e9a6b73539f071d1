"""No administration of the provider's own tables.

django-oidc-provider's would show private keys, client secrets and tokens in clear, and the one
client is made from the configuration.
"""

from django.contrib import admin
from oidc_provider import admin as registering  # whatever the order of the apps
from oidc_provider.models import Client, Code, RSAKey, Token

__all__ = ["registering"]

admin.site.unregister([Client, Code, RSAKey, Token])
