"""The signing keys, without what is private of them, and nothing else of the provider's tables.

django-oidc-provider's pages would show private keys, client secrets and tokens, and the one client
is made from the configuration.
"""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oidc_provider import admin as registering  # whatever the order of the apps
from oidc_provider.models import Client, Code, RSAKey, Token

from oidc_server.provider import rotation
from oidc_server.provider.models import SigningKey

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[SigningKey]
    _ModelAdmin = admin.ModelAdmin[SigningKey]
else:
    _ModelForm = forms.ModelForm
    _ModelAdmin = admin.ModelAdmin

__all__ = ["registering"]

admin.site.unregister([Client, Code, RSAKey, Token])


class RotationForm(_ModelForm):
    revoke = forms.BooleanField(
        label=_("A key was stolen"),
        required=False,
        help_text=_(
            "The new key signs at once, and no other is believed any more. Applications that keep"
            " the old ones refuse sign-ins for up to an hour. Otherwise the new key signs in an"
            " hour, when all of them know it, and nobody notices."
        ),
    )

    class Meta:
        model = SigningKey
        fields: tuple[str, ...] = ()


@admin.register(SigningKey)
class SigningKeyAdmin(_ModelAdmin):
    """To add a key is to rotate; each goes by itself when nothing that it signed is of use."""

    form = RotationForm
    list_display = ("kid", "signs_from", "signs")
    list_display_links = None
    ordering = ("-signs_from", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SigningKey]:
        ready = SigningKey.objects.filter(signs_from__lte=timezone.now()).reverse()
        signs = ExpressionWrapper(Q(pk=Subquery(ready.values("pk")[:1])), BooleanField())
        return super().get_queryset(request).annotate(signs=signs)

    @admin.display(description=_("signs"), boolean=True)
    def signs(self, key: Any) -> bool:
        return bool(key.signs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        del request, obj
        return False

    def save_model(self, request: HttpRequest, obj: SigningKey, form: Any, change: bool) -> None:
        del change
        made = (rotation.revoke if form.cleaned_data["revoke"] else rotation.rotate)(request)
        obj.pk = made.pk
        obj.refresh_from_db()
