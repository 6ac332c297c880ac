"""One cell of text means one value, or says what was expected."""

import math
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocopt.reading.cells import area_path, free_text, id_list, identifier, number, whole, yes_no


def expected(convert: Callable[[str], object], text: str) -> str:
    with pytest.raises(ValueError) as caught:
        convert(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("007", 7),
        ("-1.5", -1.5),
        ("+2", 2),
        ("1e3", 1000),
        ("1.5E-2", 0.015),
        (".5", 0.5),
        ("5.", 5),
    ],
)
def test_numbers(text: str, value: float) -> None:
    assert number(text) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_come_back_exactly(value: float) -> None:
    assert number(repr(value)) == value


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("15%", "without a percent sign"),
        ("15％", "without a percent sign"),
        ("1,200", "without commas"),
        ("1，200", "without commas"),
        ("1,5", "without commas"),
        ("１２．５", "in ordinary (half-width) digits and signs: 12.5"),
        ("−3", "in ordinary (half-width) digits and signs: -3"),
        ("1e999", "a number below 1e308"),
    ],
)
def test_numbers_as_people_write_them_are_refused_with_a_hint(text: str, hint: str) -> None:
    assert hint in expected(number, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1",
        "1 200",
        "1_000",
        "nan",
        "inf",
        "-Infinity",
        "NA",
        "#N/A",
        "12:30",
        "0x1F",
        "1e",
        ".",
        "一",
        "1d3",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    assert expected(number, text) == "a number, such as 12 or 1.5"


@pytest.mark.parametrize(("text", "value"), [("3", 3), ("3.0", 3), ("-3.", -3), ("+007", 7), ("9" * 15, 10**15 - 1)])
def test_whole_numbers(text: str, value: int) -> None:
    assert whole(text) == value
    assert type(whole(text)) is int


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("3.5", "a whole number written out"),
        ("1e3", "a whole number written out"),
        ("9" * 16, "at most 15 digits"),
        ("1,200", "without commas"),
        ("３", "half-width"),
        ("three", "a whole number, such as 12"),
        ("", "a whole number, such as 12"),
        ("True", "a whole number, such as 12"),
    ],
)
def test_what_is_no_whole_number_is_refused(text: str, hint: str) -> None:
    assert hint in expected(whole, text)


@given(st.text(st.sampled_from("0123456789+-.eE_,% ０１\n"), max_size=12))
def test_a_whole_number_is_a_number(text: str) -> None:
    try:
        value = whole(text)
    except ValueError:
        return
    assert number(text) == value


@pytest.mark.parametrize("text", ["true", "TRUE", "yes", "Yes", "1", "是"])
def test_yes(text: str) -> None:
    assert yes_no(text) is True


@pytest.mark.parametrize("text", ["false", "FALSE", "no", "No", "0", "否"])
def test_no(text: str) -> None:
    assert yes_no(text) is False


@pytest.mark.parametrize("text", ["", "y", "2", "不", "on", "1.0", " yes"])
def test_what_is_neither_yes_nor_no_is_refused(text: str) -> None:
    assert "yes or no" in expected(yes_no, text)


@pytest.mark.parametrize(
    "text",
    [
        "A",
        "001",
        "NA",
        "无锡市 第一医院（东区）",
        "Xi'an",
        "R&D_2.b",
        "a+b",
        "नमस्ते",
        "x" * 80,
        "a-b (c)",
    ],
)
def test_ids(text: str) -> None:
    assert identifier(text) == text


@pytest.mark.parametrize("text", [".", "..", "·", "_"])
def test_signs_alone_are_no_id(text: str) -> None:
    assert expected(identifier, text) == "an id with at least one letter or digit"


@pytest.mark.parametrize("sign", list('/;=*:|,"<>?\\@#；／：\t\n\r\0\x85\u200b\u202e\ufeff\u3000\u2028\ud800'))
def test_signs_that_separate_or_cannot_be_seen_are_not_in_ids(sign: str) -> None:
    assert "an id without " in expected(identifier, f"a{sign}b")


@pytest.mark.parametrize("sign", list("=+-@＝＋－＠"))
def test_ids_do_not_start_like_a_formula(sign: str) -> None:
    assert expected(identifier, f"{sign}1") == f"an id that does not start with '{sign}'"


@pytest.mark.parametrize("text", ["", "x" * 81])
def test_ids_have_1_to_80_characters(text: str) -> None:
    assert "1 to 80 characters" in expected(identifier, text)


@pytest.mark.parametrize("text", [" a", "a ", "a\u3000", "a\n"])
def test_ids_have_no_spaces_around_them(text: str) -> None:
    assert expected(identifier, text) == "an id without spaces around it"


def test_ids_written_in_two_ways_are_one() -> None:
    assert identifier("Cafe\u0301") == identifier("Caf\u00e9") == "Caf\u00e9"


def test_a_sign_that_turns_into_a_separator_is_refused() -> None:
    greek_question_mark = "\u037e"
    assert unicodedata.normalize("NFC", greek_question_mark) == ";"
    assert "an id without ';'" in expected(identifier, f"a{greek_question_mark}b")


@given(st.text(max_size=10))
def test_an_id_stays_the_same_id(text: str) -> None:
    try:
        name = identifier(text)
    except ValueError:
        return
    assert identifier(name) == name == name.strip()
    assert id_list(name) == (name,)
    assert area_path(name) == name


def test_lists_of_ids() -> None:
    assert id_list("") == id_list("  ") == ()
    assert id_list("a; b ;无锡") == ("a", "b", "无锡")
    assert len(id_list(";".join(map(str, range(50_000))))) == 50_000


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a;b;a", "each id once, not 'a' 2 times"),
        ("Cafe\u0301;Caf\u00e9", "2 times"),
        ("a;;b", "ids separated by ';', each an id of 1 to 80 characters"),
        ("a;", "ids separated by ';', each an id of 1 to 80 characters"),
        ("a；b", "ids separated by ';', each an id without '；'"),
        ("a,b", "ids separated by ';', each an id without ','"),
    ],
)
def test_lists_that_are_not_clean_are_refused(text: str, words: str) -> None:
    assert words in expected(id_list, text)


def test_area_paths() -> None:
    assert area_path("") == area_path(" ") == ""
    assert area_path(" 无锡 / 滨湖/ Ward 3") == "无锡/滨湖/Ward 3"


@pytest.mark.parametrize("text", ["/a", "a/", "a//b", "a／b", "a/=b", "a;b"])
def test_area_paths_that_are_not_clean_are_refused(text: str) -> None:
    assert "an area path such as City/District, each an id" in expected(area_path, text)


def test_free_text_is_one_line_of_any_words() -> None:
    assert free_text("") == ""
    assert free_text("=SUM(A1); 见《应急预案》 — 50%") == "=SUM(A1); 见《应急预案》 — 50%"
    assert len(free_text("x" * 2000)) == 2000


@pytest.mark.parametrize("sign", list("\0\x07\x1b\t\r\n\x85\u2028\u202e\ud800"))
def test_free_text_holds_no_control_characters(sign: str) -> None:
    assert "without control characters" in expected(free_text, f"a{sign}b")


def test_free_text_has_an_end() -> None:
    assert "at most 2,000 characters" in expected(free_text, "x" * 2001)


def test_huge_cells_are_answered_at_once() -> None:
    digits = "1" * 1_000_000
    assert "below 1e308" in expected(number, digits)
    assert "1 to 80" in expected(identifier, digits)
    assert math.isclose(number("0." + digits), 1 / 9)
    assert "15 digits" in expected(whole, digits)
    assert "a number" in expected(number, digits + "x")
