"""How the tests of stock's defects are turned round, and their table."""

from pathlib import Path

import pytest

from tests.oidc_server.defects.inversion import NothingWrong, fails_in
from tests.oidc_server.defects.table import table

STOCK = """<testsuites><testsuite>
<testcase name="test_userinfo_is_right"><properties>
  <property name="number" value="protocol"/><property name="source" value="RFC 6750, 3"/>
  <property name="found" value="200 == 401"/>
</properties></testcase>
<testcase name="test_nul_is_refused[query]"><properties>
  <property name="number" value="1"/><property name="source" value="RFC 6749, 5.2"/>
</properties><failure message="it is right already"/></testcase>
</testsuite></testsuites>"""
OURS = """<testsuites><testsuite>
<testcase name="test_userinfo_is_right"/>
<testcase name="test_nul_is_refused[query]"><failure message="404 == 400"/></testcase>
<testcase name="test_more"/>
</testsuite></testsuites>"""


def helper() -> None:
    raise AssertionError


def test_a_failing_assertion_shows_a_defect() -> None:
    status = 200

    with fails_in("test_a_failing_assertion_shows_a_defect") as said:
        assert status == 401

    assert said == ["200 == 401"]


def test_a_broken_test_shows_nothing() -> None:
    with pytest.raises(KeyError), fails_in("test_a_broken_test_shows_nothing"):
        raise KeyError
    with pytest.raises(AssertionError), fails_in("test_a_broken_test_shows_nothing"):
        helper()


def test_what_is_right_already_is_no_defect() -> None:
    with pytest.raises(NothingWrong), fails_in("test_what_is_right_already_is_no_defect"):
        pass


def test_the_table_tells_of_both(tmp_path: Path) -> None:
    stock, ours = tmp_path / "stock.xml", tmp_path / "ours.xml"
    stock.write_text(STOCK)
    ours.write_text(OURS)

    assert table(stock=stock, ours=ours).splitlines() == [
        "          what is right           stock                      ours   source",
        "1         nul is refused (query)  NOT SHOWN                  FAILS  RFC 6749, 5.2",
        "protocol  userinfo is right       fails: 200 instead of 401  holds  RFC 6750, 3",
        "?         more                    NOT RUN",
        "1 of 3 fail on stock and hold on ours",
    ]
