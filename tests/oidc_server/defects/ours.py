"""Rows of ours, made by what makes them in a deployment."""

from typing import Any

from oidc_provider.models import Client

from oidc_server.provider.bootstrap import WIKI_CLIENT_NAME, ensure_wiki_client
from tests.oidc_server import flow


def make_client(client_id: str, secret: str, **fields: Any) -> Any:
    """A client beside the wiki's, which `bootstrap` knows by its name: each gets one of its own."""
    wiki = Client.objects.filter(name=WIKI_CLIENT_NAME)
    wiki.update(name="Wiki")
    ensure_wiki_client(client_id, secret, flow.WIKI)
    given = {"name": client_id, **fields}
    if not secret:
        given["client_secret"] = ""  # and no digest of nothing
    wiki.update(**given)
    return Client.objects.get(client_id=client_id)
