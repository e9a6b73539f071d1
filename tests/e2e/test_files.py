"""Uploads go from the browser straight to the bucket, which is private."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.e2e.people import Admin, Person
from tests.e2e.stack import Stack

CONTENT = b"minutes of the meeting\n"


def test_a_presigned_upload_can_be_read_back(admin: Admin) -> None:
    attachment = admin.upload("minutes.txt", CONTENT)

    assert attachment.stored.is_success, attachment.stored.text
    assert admin.download(attachment).content == CONTENT


def test_nobody_reads_an_upload_without_signing_in(admin: Admin, visitor: Person) -> None:
    attachment = admin.upload("minutes.txt", CONTENT)
    signed = admin.request("GET", attachment.url).headers["location"]
    unsigned = urlsplit(signed)._replace(query="").geturl()

    assert visitor.request("GET", attachment.url).status_code == 403
    assert visitor.request("GET", unsigned).status_code == 403


def test_the_bucket_can_be_listed_by_nobody(stack: Stack, visitor: Person) -> None:
    bucket = stack.config["AWS_S3_UPLOAD_BUCKET_NAME"]

    for path in (f"/{bucket}", f"/{bucket}/", "/", "/minio/health/live"):
        address = f"http://files.localhost:{urlsplit(stack.url).port}{path}"
        assert visitor.request("GET", address).status_code in {403, 404}


def test_outlines_server_puts_gets_and_deletes_from_inside(admin: Admin) -> None:
    assert admin.storage_check() == {"ok": True}


def test_outlines_key_opens_its_bucket_only(stack: Stack) -> None:
    script = (
        "import {S3Client, ListBucketsCommand, CreateBucketCommand} from '@aws-sdk/client-s3';"
        "const s3 = new S3Client({endpoint: 'http://minio:9000', forcePathStyle: true,"
        " region: 'us-east-1'});"
        "for (const call of [new CreateBucketCommand({Bucket: 'another'})])"
        " await s3.send(call).then(() => console.log('allowed'), (e) => console.log(e.name));"
        "const {Buckets} = await s3.send(new ListBucketsCommand({}));"
        "console.log(Buckets.map((bucket) => bucket.Name).join());"
    )

    said = stack.execute("outline", "node", "--input-type=module", "--eval", script).split()

    assert said == ["AccessDenied", stack.config["AWS_S3_UPLOAD_BUCKET_NAME"]]
