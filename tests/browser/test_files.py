"""Files go from the browser straight to the private bucket, and only signed-in people get them."""

from __future__ import annotations

from tests.browser.visitor import Visitor

CONTENT = b"minutes of the meeting\n"


def test_an_upload_by_the_file_picker_opens_for_colleagues_and_for_nobody_else(
    admin: Visitor, member: Visitor, visitor: Visitor
) -> None:
    link = admin.upload("minutes.txt", CONTENT)
    address = str(link.get_attribute("href"))

    assert admin.save(link) == CONTENT
    assert member.save_from(address) == CONTENT
    assert visitor.go(address) == 403
