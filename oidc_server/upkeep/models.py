from django.db import models


class Turn(models.Model):
    """When it was last anybody's turn to clean up: one row, which all servers share."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.at)
