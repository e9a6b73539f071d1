from django.contrib.auth.hashers import Argon2PasswordHasher


class LightArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id at the smallest parameters of OWASP's Password Storage Cheat Sheet (19 MiB, 2, 1).

    Django's own (100 MiB, 8 lanes) would take as much memory for one sign-in as the whole server.
    """

    time_cost = 2
    memory_cost = 19456  # KiB
    parallelism = 1
