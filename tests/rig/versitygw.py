"""versitygw, an S3 server by other hands than MinIO's: the service elsewhere of some tests."""

from __future__ import annotations

from tests.rig.go_programs import Program

# The first version that takes browsers' forms (POST object). Its source asks for Go 1.25.
SERVER = Program(
    "versitygw", "github.com/versity/versitygw/cmd/versitygw", "v1.8.0", toolchain="auto"
)
