"""What people upload may be looked at, but runs nothing, even where it is opened as a page."""

from __future__ import annotations

import base64
import json

import pytest

from tests.browser.visitor import Visitor
from tests.e2e.stack import Stack

ALARM = "document.title = 'it ran'; document.documentElement.dataset.ran = 'yes';"
HTML = f"<!doctype html><title>quiet</title><p>text</p><script>{ALARM}</script>"
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>{ALARM}</script></svg>'
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>\n"
)
VIEWER_OPENS_WITHIN = 3000  # milliseconds
# Outline has browsers save what could hold a script; an object without that word is the worse case.
PUT_AND_SIGN = """
import {S3Client, PutObjectCommand, GetObjectCommand} from '@aws-sdk/client-s3';
import {getSignedUrl} from '@aws-sdk/s3-request-presigner';
const {AWS_S3_UPLOAD_BUCKET_URL: endpoint, AWS_S3_UPLOAD_BUCKET_NAME: Bucket} = process.env;
const s3 = new S3Client({endpoint, forcePathStyle: true, region: 'us-east-1'});
const [ContentType, content] = process.argv.slice(1);
const Key = `test/${Math.random()}`;
const Body = Buffer.from(content, 'base64');
await s3.send(new PutObjectCommand({Bucket, Key, ContentType, Body}));
console.log(JSON.stringify(await getSignedUrl(s3, new GetObjectCommand({Bucket, Key}))));
"""


def uploaded(stack: Stack, kind: str, content: bytes) -> str:
    """Return a signed address of ``content``, stored as ``kind``."""
    words = (kind, base64.b64encode(content).decode())
    script = ("node", "--input-type=module", "--eval", PUT_AND_SIGN, *words)
    address: str = json.loads(stack.execute("outline", *script))
    return address


@pytest.mark.parametrize(
    ("kind", "content"), [("text/html", HTML.encode()), ("image/svg+xml", SVG.encode())]
)
def test_a_script_in_an_upload_does_not_run(
    stack: Stack, visitor: Visitor, kind: str, content: bytes
) -> None:
    visitor.page.goto(uploaded(stack, kind, content))

    assert visitor.page.content().count("it ran") == 1  # the script is there
    assert visitor.page.title() != "it ran"
    assert visitor.page.locator("[data-ran]").count() == 0
    # Chromium says what it kept from running, and nothing else.
    assert all(
        "sandbox" in said or "Content Security Policy" in said for said in visitor.complaints
    )
    visitor.complaints.clear()


def test_an_uploaded_picture_shows(stack: Stack, visitor: Visitor) -> None:
    visitor.page.goto(uploaded(stack, "image/png", PNG))

    assert visitor.page.evaluate("document.images[0].naturalWidth") == 1


def test_an_uploaded_pdf_opens_in_the_browsers_viewer(stack: Stack, visitor: Visitor) -> None:
    visitor.page.goto(uploaded(stack, "application/pdf", PDF))
    visitor.page.wait_for_timeout(VIEWER_OPENS_WITHIN)

    # The viewer is an extension, and its files are asked for like others.
    assert any(stray.endswith("/pdf_viewer_wrapper.js") for stray in visitor.strays)
    visitor.strays.clear()
    visitor.complaints.clear()
