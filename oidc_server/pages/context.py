from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, str]:
    """What every page names: the wiki that this provider signs people in to."""
    return {"wiki_name": settings.WIKI_NAME, "wiki_url": settings.WIKI_URL}
