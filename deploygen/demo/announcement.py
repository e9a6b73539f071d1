"""What a demo that is ready says of itself, to a script or to a person."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from deploygen.language import _


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A running demo. `pids` are its own, as `demo`, and its children's."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    client_url: str
    admin_url: str
    admin_username: str
    admin_password: str
    pids: dict[str, int]
    folder: Path
    is_kept: bool

    def as_json(self) -> str:
        """Return one line. It holds secrets: a script needs them to sign in."""
        shown = {**asdict(self), "folder": str(self.folder)}
        del shown["is_kept"]
        return json.dumps(shown)

    def as_text(self) -> str:
        return _(
            "The demo is ready.\n\n"
            "  Open        {client_url}   a small application; click “Sign in”\n"
            "  Username    {admin_username}\n"
            "  Password    {admin_password}\n"
            "  Its users   {admin_url}   make another one, sign in as that one\n"
            "  Its data    {folder}   {kept}\n\n"
            "Ctrl-C stops it.",
            client_url=self.client_url,
            admin_username=self.admin_username,
            admin_password=self.admin_password,
            admin_url=self.admin_url,
            folder=self.folder,
            kept=_("kept") if self.is_kept else _("removed at the end"),
        )
