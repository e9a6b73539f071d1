"""What a demo that is ready says of itself, to a script or to a person."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


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
        kept = "kept" if self.is_kept else "removed at the end"
        return (
            f"The demo is ready.\n\n"
            f"  Open        {self.client_url}   a small application; click “Sign in”\n"
            f"  Username    {self.admin_username}\n"
            f"  Password    {self.admin_password}\n"
            f"  Its users   {self.admin_url}   make another one, sign in as that one\n"
            f"  Its data    {self.folder}   {kept}\n\n"
            f"Ctrl-C stops it."
        )
