#!/bin/bash
# Makes the private bucket and the one user who may use it. Runs at every start and changes only
# what differs. Keys go to mc by files and standard input, since arguments show in process lists.
# The published image has bash and coreutils, but neither grep nor sed.
set -euo pipefail

export MC_CONFIG_DIR=/tmp/mc
bucket=$AWS_S3_UPLOAD_BUCKET_NAME
user=$AWS_ACCESS_KEY_ID

json_string() {
    local text=${1//\\/\\\\}
    printf '"%s"' "${text//\"/\\\"}"
}

umask 077
mkdir -p "$MC_CONFIG_DIR"
cat >"$MC_CONFIG_DIR/config.json" <<JSON
{"version": "10", "aliases": {"s3": {"url": "http://minio:9000", "api": "S3v4", "path": "auto",
 "accessKey": $(json_string "$MINIO_ROOT_USER"), "secretKey": $(json_string "$MINIO_ROOT_PASSWORD")}}}
JSON

mc mb --ignore-existing "s3/$bucket"
mc anonymous set none "s3/$bucket"
printf '%s\n%s\n' "$user" "$AWS_SECRET_ACCESS_KEY" | mc admin user add s3
mc admin policy create s3 outline /minio-init/policy.json
case $(mc admin user info s3 "$user" --json) in
    *'"policyName":"outline"'*) ;;
    *) mc admin policy attach s3 outline --user "$user" ;;
esac
