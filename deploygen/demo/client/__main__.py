"""`python -m deploygen.demo.client FD [FD]` serves on listening sockets that it was handed."""

import os
import socket
import sys
import threading
from pathlib import Path

from deploygen.demo.client.application import Application
from deploygen.demo.client.relying_party import RelyingParty
from deploygen.demo.client.server import Server


def main(descriptors: list[int]) -> None:
    party = RelyingParty(
        issuer=os.environ["ISSUER"],
        client_id=os.environ["CLIENT_ID"],
        client_secret=Path(os.environ["CLIENT_SECRET_FILE"]).read_text(encoding="ascii"),
        origin=os.environ["ORIGIN"],
    )
    application = Application(party)
    servers = [Server(socket.socket(fileno=each), application) for each in descriptors]
    for server in servers[1:]:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    servers[0].serve_forever()


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]])
