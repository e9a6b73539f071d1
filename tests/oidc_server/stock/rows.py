"""The rows of a plain project, made as its administrator would make them."""

from typing import Any

from oidc_provider.models import Client, ResponseType, RSAKey

from tests.oidc_server import flow


def make_wiki(signing_key: str) -> Any:
    RSAKey.objects.create(key=signing_key)
    return make_client(
        flow.CLIENT_ID, flow.CLIENT_SECRET, _post_logout_redirect_uris=flow.WIKI, name="Outline"
    )


def make_client(client_id: str, secret: str, **fields: Any) -> Any:
    client = Client.objects.create(
        **{
            "client_id": client_id,
            "client_secret": secret,
            "name": client_id,
            "require_consent": False,
            "_redirect_uris": flow.CALLBACK,
            **fields,
        }
    )
    client.response_types.set(ResponseType.objects.filter(value="code"))
    return client
