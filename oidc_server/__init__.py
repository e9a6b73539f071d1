"""The bundled OpenID provider: its own users, one client (the wiki), everything under /uc/."""
