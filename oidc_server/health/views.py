"""Whether the process answers, and whether it can sign anyone in."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def live(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """503 while the database is away or was never set up."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
            is_set_up = cursor.fetchone() is not None
    except DatabaseError:
        is_set_up = False
    if is_set_up:
        return HttpResponse("ok\n", content_type="text/plain")
    return HttpResponse("no database\n", content_type="text/plain", status=503)
