"""Managing users. There is always an administrator left: nobody can delete, turn off or demote
themselves, so whoever acts remains.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from oidc_server.accounts import limits
from oidc_server.accounts.forms import OwnUserEditForm, PasswordForm, UserAddForm, UserEditForm
from oidc_server.accounts.models import User
from oidc_server.audit.models import Kind
from oidc_server.audit.recording import record

if TYPE_CHECKING:  # generic for the type checker only
    _UserAdmin = UserAdmin[User]
else:
    _UserAdmin = UserAdmin

# A small team has users and administrators; groups and single permissions would only confuse.
admin.site.unregister(Group)


@admin.register(User)
class AccountAdmin(_UserAdmin):
    form = UserEditForm
    add_form = UserAddForm
    change_password_form = PasswordForm
    list_display = ("username", "is_active", "name", "email", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser")
    list_per_page = 50
    search_fields = ("username", "name", "email")
    ordering = ("username",)
    filter_horizontal = ()
    readonly_fields = ("sub", "last_login", "date_joined")
    actions = ("turn_off", "turn_on", "unblock")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("name", "email")}),
        (_("Access"), {"fields": ("is_active", "is_superuser")}),
        (_("Facts"), {"fields": ("sub", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "name", "email", "password1", "password2", "is_superuser"),
            },
        ),
    )

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is not None and obj.pk == request.user.pk:
            kwargs["form"] = OwnUserEditForm
        return super().get_form(request, obj, change=change, **kwargs)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            self._tell(Kind.USER_MADE, request, obj)
            return
        fields = [name for name in form.changed_data if name != "is_active"]
        if "is_active" in form.changed_data:
            self._tell_switched(request, obj)
        if fields:
            self._tell(Kind.USER_CHANGED, request, obj, fields=fields)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002 - Django's signature
        user = self.get_object(request, id)
        response = super().user_change_password(request, id, form_url)
        if user and user.password != User.objects.values_list("password").get(pk=user.pk)[0]:
            self._tell(Kind.PASSWORD_CHANGED, request, user)
        return response

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        super().delete_model(request, obj)
        self._tell(Kind.USER_DELETED, request, obj, username=obj.username)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        deleted = list(queryset)
        super().delete_queryset(request, queryset)
        for user in deleted:
            self._tell(Kind.USER_DELETED, request, user, username=user.username)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and obj.pk == request.user.pk:
            return False
        return super().has_delete_permission(request, obj)

    @admin.action(description=_("Turn off selected users"), permissions=["change"])
    def turn_off(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._switch(request, queryset, active=False)

    @admin.action(description=_("Turn on selected users"), permissions=["change"])
    def turn_on(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._switch(request, queryset, active=True)

    @admin.action(description=_("Let in at once after wrong passwords"), permissions=["change"])
    def unblock(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        users = list(queryset)
        limits.let_in(users)
        for user in users:
            self._tell(Kind.SIGN_IN_UNBLOCKED, request, user)
            self.log_change(request, user, [{"changed": {"fields": [str(_("wrong passwords"))]}}])
        text = ngettext(
            "%d user may sign in again.", "%d users may sign in again.", len(users)
        ) % len(users)
        self.message_user(request, text, messages.SUCCESS)

    def _switch(self, request: HttpRequest, queryset: QuerySet[User], *, active: bool) -> None:
        changed = 0
        for user in queryset.exclude(is_active=active):
            if user.pk == request.user.pk:
                continue
            user.is_active = active
            user.save(update_fields=["is_active"])
            self._tell_switched(request, user)
            self.log_change(request, user, [{"changed": {"fields": [str(_("active"))]}}])
            changed += 1
        text = ngettext("%d user was changed.", "%d users were changed.", changed) % changed
        self.message_user(request, text, messages.SUCCESS)

    def _tell_switched(self, request: HttpRequest, user: User) -> None:
        kind = Kind.USER_TURNED_ON if user.is_active else Kind.USER_TURNED_OFF
        self._tell(kind, request, user)

    def _tell(self, kind: Kind, request: HttpRequest, user: User, **details: Any) -> None:
        actor: Any = request.user
        record(kind, request=request, subject=user.sub, by=actor.sub, **details)
