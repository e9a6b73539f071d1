"""Looking events up. Nobody writes or deletes one by hand."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from oidc_server.audit.models import Event

if TYPE_CHECKING:  # generic for the type checker only
    _ModelAdmin = admin.ModelAdmin[Event]
else:
    _ModelAdmin = admin.ModelAdmin


@admin.register(Event)
class EventAdmin(_ModelAdmin):
    list_display = ("at", "kind", "user", "client_id", "address", "details")
    list_filter = ("kind", "at")
    list_per_page = 50
    ordering = ("-at",)
    # Whole values, so that an index finds them among millions.
    search_fields = ("subject__exact", "client_id__exact", "address__exact")
    search_help_text = _("A username, an e-mail address, an application's id or a network address.")
    show_full_result_count = False
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        users = get_user_model().objects.filter(sub=OuterRef("subject"))
        return super().get_queryset(request).annotate(username=Subquery(users.values("username")))

    @admin.display(description=_("user"))
    def user(self, event: Event) -> str:
        """The present name; of a deleted user what stays is the subject."""
        return getattr(event, "username", None) or event.subject

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], search_term: str
    ) -> tuple[QuerySet[Event], bool]:
        found = get_user_model().objects.find(search_term.strip())
        return super().get_search_results(request, queryset, found.sub if found else search_term)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's
        return False
