from oidc_provider.lib.endpoints import introspection
from oidc_provider.lib.errors import TokenIntrospectionError

from oidc_server.provider.parameters import is_printable


class TokenIntrospectionEndpoint(introspection.TokenIntrospectionEndpoint):
    def validate_params(self) -> None:
        """Raises `TokenIntrospectionError`, which the view answers by `active: false`."""
        if not all(is_printable(value) for value in self.params.values() if value):
            raise TokenIntrospectionError
        super().validate_params()
        user = self.token.user if self.token else None
        if user is not None and not user.is_active:
            raise TokenIntrospectionError
