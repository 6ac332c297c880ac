"""YAML files become plain values with their lines, or faults that say where and what."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocopt.faults import Fault, InputError
from allocopt.reading import yaml_strict
from allocopt.reading.yaml_strict import read_yaml


def value(text: str) -> Any:
    return read_yaml(text.encode(), "city.yaml").value


def faults(data: bytes | str) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        read_yaml(data.encode() if isinstance(data, str) else data, "city.yaml")
    return list(caught.value.faults)


def the_fault(data: bytes | str) -> Fault:
    (fault,) = faults(data)
    return fault


LOOK_LIKE_OTHERS = """
    010000 -007 00.5 12:30 190:20:30 2021-07-20 0x1F 0o17 0b1 1_000 1,200 1.2.3 1e NaN inf
    no off yes on y None nUll TrUe = 无锡
"""


@pytest.mark.parametrize("text", LOOK_LIKE_OTHERS.split())
def test_words_that_look_like_something_else_stay_text(text: str) -> None:
    assert value(f"a: {text}") == {"a": text}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        *(("1e3", 1000.0), ("1.5", 1.5), ("-.5", -0.5), ("2.", 2.0), ("1E-2", 0.01), ("1.e2", 100.0)),
        *(("0", 0), ("-12", -12), ("+5", 5), ("9" * 18, 10**18 - 1)),
        *(("true", True), ("False", False), ("TRUE", True)),
        *(("null", None), ("~", None), ("", None), ("Null", None)),
    ],
)
def test_words_of_yaml_1_2_become_values(text: str, meant: object) -> None:
    read = value(f"a: {text}")["a"]
    assert read == meant
    assert type(read) is type(meant)


@pytest.mark.parametrize("text", ["'12'", '"true"', "'~'", '"010"', "|-\n  12", ">-\n  .nan"])
def test_quoted_words_are_text(text: str) -> None:
    assert isinstance(value(f"a: {text}")["a"], str)


@pytest.mark.parametrize("text", [".nan", ".NaN", ".inf", "-.inf", "+.INF", "1e999", "1" * 19, "1" * 900_000])
def test_numbers_without_end_are_faults(text: str) -> None:
    fault = the_fault(f"a:\n  b: {text}")
    assert (fault.line, fault.field) == (2, "a.b")
    assert "number" in fault.expected


def test_an_empty_file_holds_nothing() -> None:
    assert value("") is None
    assert value("# only a note\n") is None
    assert read_yaml(b"", "city.yaml").line(("a", 1)) == 1


TEXT = """\
# a city
name: Wuxi
periods:
  - id: P1
    hours: 10

  - id: P2
    hours: 20
travel: {metric: plane,
         speeds: {car: 30}}
note: |
  two
  lines
last:
  - [1,
     2]
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 2),
        (("name",), 2),
        (("periods",), 3),
        (("periods", 0), 4),
        (("periods", 0, "hours"), 5),
        (("periods", 1), 7),
        (("periods", 1, "hours"), 8),
        (("travel", "metric"), 9),
        (("travel", "speeds", "car"), 10),
        (("last",), 14),
        (("last", 0, 1), 16),
        (("periods", 1, "weeks"), 7),
        (("periods", 9, "id"), 3),
        (("nothing", "at", "all"), 2),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_part_knows_its_line_or_that_of_the_nearest_part_around_it(
    path: tuple[str | int, ...], line: int, end: str
) -> None:
    assert read_yaml(TEXT.replace("\n", end).encode(), "city.yaml").line(path) == line


def test_a_key_used_twice_is_a_fault_with_both_lines() -> None:
    assert the_fault("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n") == Fault(
        "city.yaml", 5, "b.c", "a second 'c' (the first is in line 3)", "each key once"
    )


@pytest.mark.parametrize("key", ["1", "1.5", "true", "null", "~", "[a]", "{a: 1}", "? [a, b]\n"])
def test_a_key_that_is_no_text_is_a_fault(key: str) -> None:
    fault = the_fault(f"a: 1\n{key}: 2\n")
    assert fault.line == 2
    assert "as a key" in fault.found


def test_keys_that_look_like_yes_or_a_date_are_text() -> None:
    assert value("yes: 1\n2021-07-20: 2\n'1': 3\n") == {"yes": 1, "2021-07-20": 2, "1": 3}


def test_aliases_merges_and_tags_are_refused_all_at_once() -> None:
    text = "a: &x {b: 1}\nc: *x\nd:\n  <<: {e: 1}\nf: !!python/name:os.system x\ng: !h 1\ni: !!str 1\n"
    assert [(fault.line, fault.field, fault.found) for fault in faults(text)] == [
        (1, "a", "'&x'"),
        (2, "c", "'*x'"),
        (4, "d", "the merge key '<<'"),
        (5, "f", "a tag"),
        (6, "g", "a tag"),
        (7, "i", "a tag"),
    ]


def test_a_quoted_merge_sign_is_a_key_like_others() -> None:
    assert value("'<<': 1") == {"<<": 1}


@pytest.mark.parametrize("text", ["a: 1\n---\nb: 2\n", "--- a\n--- b\n", "a: 1\n...\n---\n"])
def test_a_second_document_is_refused(text: str) -> None:
    assert the_fault(text).found == "a second document"


def test_one_document_may_be_marked_as_such() -> None:
    assert value("---\na: 1\n...\n") == {"a": 1}


@pytest.mark.parametrize("text", ["%YAML 1.1\n---\na: no\n", "%TAG !e! tag:x,2000:\n---\na: 1\n"])
def test_directives_are_refused(text: str) -> None:
    assert the_fault(text).found == "a line that starts with '%'"


def alias_bomb() -> str:
    levels = [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    return "\n".join(["a0: &a0 lol", *levels])


def merge_bomb() -> str:
    levels = [f"a{i}: &a{i} {{<<: [{','.join([f'*a{i - 1}'] * 9)}]}}" for i in range(1, 9)]
    return "\n".join(["a0: &a0 {x: 1}", *levels])


HOSTILE = {
    "alias bomb": alias_bomb(),
    "merge bomb": merge_bomb(),
    "brackets": "[" * 50_000,
    "braces": "{" * 50_000,
    "bracket lines": "[\n" * 50_000,
    "dashes": "- " * 50_000,
    "keys in keys": "? " * 50_000,
    "keys in keys in brackets": "[? " * 50_000,
    "mappings as keys": "{" * 30 + "}" * 30,
    "numbers as keys": "{1: " * 50_000,
    "indentation": "".join(" " * i + "a:\n" for i in range(1000)),
    "entries": "[" + "a," * 400_000,
    "aliases": "- &a b\n" + "- *a\n" * 150_000,
    "keys twice": "a: 1\n" * 150_000,
    "open quotation": '"' + "a\n" * 400_000,
    "character beyond Unicode": 'a: "\\UFFFFFFFF"',
    "long version": "%YAML 1." + "9" * 5000 + "\n---\na",
    "too long": "#" * 1_000_001,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_are_refused_soon(text: str) -> None:
    start = time.process_time()
    assert len(faults(text)) <= yaml_strict.MOST_FAULTS
    assert time.process_time() - start < 15


def test_depth_has_a_limit_and_it_is_told_where() -> None:
    assert value("[" * 20 + "]" * 20)
    fault = the_fault("a:\n " + "[" * 21 + "]" * 21)
    assert (fault.line, fault.field, fault.expected) == (2, "a", "at most 20 levels inside each other")


def test_as_many_values_as_the_limit_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_strict, "MOST_NODES", 5)
    assert value("[1, 2, 3, 4]") == [1, 2, 3, 4]
    assert the_fault("[1, 2, 3, 4, 5]").found == "more than 5 values"


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "']' after the last; '[' stands in line 2"),
        ("a: 1\nb: {c: 1\nd: 3\n", 3, "'}' after the last; '{' stands in line 2"),
        ("a: [1,\n", 2, "an entry of the list, or the ']' or '}' that closes it"),
        ("a: 1\nb: 'x\nc: 3\n", 2, "a closing quotation mark for the text that opens in this line"),
        ("a: 1\n\tb: 2\n", 2, "spaces, not a tab"),
        ("a:\n\t- 1\n", 2, "spaces, not a tab"),
        ("a: 1\nb: c: d\n", 2, "one 'key: value'"),
        ("a: 1\n b: 2\n", 2, "one 'key: value'"),
        ("a:\n    b: 1\n  c: 2\n", 3, "the same indentation as the entries that start in line"),
        ("a: 1\nb\n", 2, "a colon and a space after the key"),
        ("a: 1\nb:2\nc: 3\n", 2, "a colon and a space after the key"),
        ("a: - 1\n", 1, "'- ' at the start of a line of its own"),
        ("a: @home\n", 1, "quotation marks around a text that starts with such a character"),
        ("a: 50%\nb: %5\n", 2, "quotation marks around"),
        ("a: *\n", 1, "quotation marks around a text that starts with '&', '*' or '%'"),
        ('a: "C:\\data"\n', 1, "for a backslash between double quotation marks"),
        ("a: |x\n  b\n", 1, "nothing but a line break after '|'"),
        ("- a\nb: 1\n", 2, "the same indentation"),
        ("a: !e!x 1\n", 1, "no tags"),
    ],
)
def test_wrong_syntax_is_told_in_plain_words(text: str, line: int, expected: str) -> None:
    fault = the_fault(text)
    assert expected in fault.expected
    assert fault.line == line
    assert "{" not in fault.expected.replace("'{'", "")


def test_faults_before_the_wrong_syntax_are_told_too() -> None:
    assert [fault.line for fault in faults("a: 1\na: 2\n1: 3\nb: [\n")][:3] == [2, 3, 5]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("name: 无锡".encode(), "UTF-8"),
        ("name: 无锡".encode("utf-8-sig"), "UTF-8"),
        ("name: 无锡".encode("gbk"), "GB18030"),
    ],
)
def test_the_encoding_is_found_and_told(data: bytes, encoding: str) -> None:
    document = read_yaml(data, "city.yaml")
    assert document.value == {"name": "无锡"}
    assert document.encoding == encoding


def test_utf16_is_refused_by_name() -> None:
    assert the_fault("name: 无锡".encode("utf-16")).found == "a file saved as UTF-16"


@pytest.mark.parametrize("sign", ["\0", "\x07", "\x1b", "\x7f", "\x85", "\u2028", "\ufffe"])
def test_control_characters_are_faults_written_out_or_escaped(sign: str) -> None:
    assert the_fault(f"a: 1\nb: x{sign}y\n").line == 2
    fault = the_fault(f'a: 1\nb: "x\\u{ord(sign):04X}y"\n')
    assert (fault.line, fault.field) == (2, "b")


def test_half_a_character_is_a_fault() -> None:
    assert the_fault('a: "\\uD800"').field == "a"


def test_an_escaped_line_break_is_text() -> None:
    assert value('a: "x\\ny\\t"') == {"a": "x\ny\t"}


_keys = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"]), max_size=5)
_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18) + 1, 10**18 - 1)
    | _keys
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=15,
)


@given(_values, st.sampled_from([None, 1]))
def test_what_was_written_is_read(written: Any, indent: int | None) -> None:
    assert value(json.dumps(written, ensure_ascii=False, indent=indent)) == written


@given(st.text(st.sampled_from("ab1:-?#&*!|>'\"%@`{}[], \n\t<~.\\xuU"), max_size=25) | st.binary(max_size=40))
def test_any_file_becomes_a_value_or_faults(data: str | bytes) -> None:
    try:
        read_yaml(data.encode() if isinstance(data, str) else data, "city.yaml")
    except InputError as error:
        assert error.faults
