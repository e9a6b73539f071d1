from django.urls import path

from oidc_server.accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.LoginView.as_view(), name="login"),
    path("logout/", views.LogoutView.as_view(), name="logout"),
    path("link/", views.LinkView.as_view(), name="link"),
    path("password/", views.PasswordChangeView.as_view(), name="password"),
    path("password/done/", views.PasswordChangedView.as_view(), name="password-changed"),
]
