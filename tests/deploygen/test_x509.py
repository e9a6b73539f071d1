"""Whatever stands in a file that claims to be a certificate."""

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from deploygen import x509
from tests.certificates import make

DER = make("wiki.example.com", "192.0.2.7").certificate.public_bytes(serialization.Encoding.DER)


def test_names_and_addresses_are_read() -> None:
    found = x509.read(DER)

    assert (found.names, found.addresses) == (("wiki.example.com",), ("192.0.2.7",))
    assert found.subject == found.issuer


@pytest.mark.parametrize("length", [0, 1, 2, 4, 100, -1])
def test_what_ends_too_early_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        x509.read(DER[:length])


@given(st.binary(max_size=60))
def test_any_bytes_are_either_read_or_refused(content: bytes) -> None:
    with suppress(ValueError):
        x509.read(content)


@given(st.integers(0, len(DER) - 1), st.integers(0, 255))
def test_a_certificate_with_any_byte_changed_is_either_read_or_refused(
    position: int, value: int
) -> None:
    with suppress(ValueError):
        x509.read(DER[:position] + bytes([value]) + DER[position + 1 :])
