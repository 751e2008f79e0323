"""Files as spreadsheets and editors write them: what is read, and what is refused."""

from __future__ import annotations

import pytest

from innocluster.sim.ground.text_files import (
    EncodingError,
    decoded,
    delimiter_of,
    plain_number,
)

TEXT = "key,name\ngumi,구미 전자·모바일\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp949"])
def test_every_encoding_that_can_be_told_is_read(encoding: str) -> None:
    assert decoded(TEXT.encode(encoding)) == TEXT


@pytest.mark.parametrize("text", ["Besançon, Zürich", "señor", "naïve café", "Москва"])
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "cp1251"])
def test_western_bytes_are_not_taken_for_korean(text: str, encoding: str) -> None:
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError:
        pytest.skip("cannot be written")
    with pytest.raises(EncodingError, match="0x"):
        decoded(content)


def test_the_first_byte_that_is_wrong_is_named() -> None:
    with pytest.raises(EncodingError, match="byte 0xe9 at position 3") as caught:
        decoded(b"caf\xe9 au lait")
    assert (caught.value.position, caught.value.byte) == (3, 0xE9)


def test_half_a_character_of_utf_16_is_refused() -> None:
    with pytest.raises(EncodingError):
        decoded("구미".encode("utf-16")[:-1])


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        ("key,name", ","),
        ("key;name", ";"),
        ("key\tname", "\t"),
        ('"key";"name, long"', ";"),
        ("nothing of it", ","),
        ('"never closed', ","),
    ],
)
def test_the_delimiter_is_the_one_that_finds_the_columns(header: str, delimiter: str) -> None:
    assert delimiter_of(header, ("key", "name")) == delimiter


@pytest.mark.parametrize(
    ("cell", "delimiter", "read"),
    [
        ("94,000", ",", "94000"),
        ("94,000", "\t", "94000"),
        ("94,000", ";", "94,000"),
        ("1,194,000", ";", "1194000"),
        ("94,000.5", ";", "94000.5"),
        ("-1,000", ",", "-1000"),
        ("94,00", ",", "94,00"),
        ("94000.0", ",", "94000"),
        ("94000.00", ";", "94000"),
        ("0.10", ",", "0.10"),
        ("1.0e3", ",", "1.0e3"),
        ("ulsan", ",", "ulsan"),
        ("petrochemicals 1,000; ships 2", ",", "petrochemicals 1,000; ships 2"),
    ],
)
def test_numbers_as_spreadsheets_write_them(cell: str, delimiter: str, read: str) -> None:
    assert plain_number(cell, delimiter) == read
