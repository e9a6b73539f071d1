"""MinIO's server, built from source: no package archive has it."""

from __future__ import annotations

from tests.rig.go_programs import Program

# The last source with all published fixes; `go install` is the way its makers document.
SERVER = Program("minio", "github.com/minio/minio", "v0.0.0-20260212201848-7aac2a2c5b7c")
