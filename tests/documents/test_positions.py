"""Every key and every value knows its line and column, counted from 1, in characters."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from convenio.documents import Mapping, Node, Scalar, Sequence, parse_document
from convenio.errors import CaseError

YAML = """\
# a comment above
case: example
deal:
  elements: [arms_sale,   grant_aid]
  'stage' :   "signed"
parties:
- {country: USA, role: provider}
-   country: COL
    role:
      value: recipient
summary: >-
  two
  lines
año: ñandú
nothing:
"""

YAML_PLACES = [
    ("", 2, 1),
    ("case=", 2, 1),
    ("case", 2, 7),
    ("deal=", 3, 1),
    ("deal", 4, 3),
    ("deal.elements=", 4, 3),
    ("deal.elements", 4, 13),
    ("deal.elements[0]", 4, 14),
    ("deal.elements[1]", 4, 27),
    ("deal.stage=", 5, 3),
    ("deal.stage", 5, 15),
    ("parties=", 6, 1),
    ("parties", 7, 1),
    ("parties[0]", 7, 3),
    ("parties[0].country=", 7, 4),
    ("parties[0].country", 7, 13),
    ("parties[0].role=", 7, 18),
    ("parties[0].role", 7, 24),
    ("parties[1]", 8, 5),
    ("parties[1].country", 8, 14),
    ("parties[1].role=", 9, 5),
    ("parties[1].role", 10, 7),
    ("parties[1].role.value=", 10, 7),
    ("parties[1].role.value", 10, 14),
    ("summary", 11, 10),
    ("año=", 14, 1),
    ("año", 14, 6),
    ("nothing=", 15, 1),
    ("nothing", 15, 9),
]

JSON = """\
{
  "case": "example",
  "deal": {"elements": ["arms_sale",   "grant_aid"],
           "a\\u00f1o" :  "ñ", "n": -1.5e3},
\t"parties": [
    {"country": "USA"},
    [],
    {}, true, null
  ]
}
"""

JSON_PLACES = [
    ("", 1, 1),
    ("case=", 2, 3),
    ("case", 2, 11),
    ("deal=", 3, 3),
    ("deal", 3, 11),
    ("deal.elements=", 3, 12),
    ("deal.elements", 3, 24),
    ("deal.elements[0]", 3, 25),
    ("deal.elements[1]", 3, 40),
    ("deal.año=", 4, 12),
    ("deal.año", 4, 26),
    ("deal.n=", 4, 31),
    ("deal.n", 4, 36),
    ("parties=", 5, 2),
    ("parties", 5, 13),
    ("parties[0]", 6, 5),
    ("parties[0].country=", 6, 6),
    ("parties[0].country", 6, 17),
    ("parties[1]", 7, 5),
    ("parties[2]", 8, 5),
    ("parties[3]", 8, 9),
    ("parties[4]", 8, 15),
]


def places(node: Node, path: str = "") -> Iterator[tuple[str, int, int]]:
    """Yield the place of every value, and of every key (its path with `=`)."""
    yield path, node.position.line, node.position.column
    if isinstance(node, Mapping):
        for key, value in node.entries.items():
            inner = f"{path}.{key}" if path else key
            yield f"{inner}=", node.keys[key].line, node.keys[key].column
            yield from places(value, inner)
    elif isinstance(node, Sequence):
        for number, item in enumerate(node.items):
            yield from places(item, f"{path}[{number}]")


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["no BOM", "BOM"])
@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [("f.yaml", YAML, YAML_PLACES), ("f.json", JSON, JSON_PLACES)],
    ids=["YAML", "JSON"],
)
def test_keys_and_values_know_their_place(
    name: str, text: str, expected: list[tuple[str, int, int]], mark: str, ending: str
) -> None:
    data = (mark + text.replace("\n", ending)).encode()
    root = parse_document(data, name, CaseError).root
    found = {path: place for path, *place in places(root)}
    assert {path: found[path] for path, *_ in expected} == {
        path: place for path, *place in expected
    }


def test_each_position_names_the_file() -> None:
    root = parse_document(b"a: [1]", "folder/x.yaml", CaseError).root
    assert str(root.entries["a"].items[0].position) == "folder/x.yaml:1:5"


def test_yaml_that_is_json_too_has_the_same_tree_by_either_reader() -> None:
    text = '{"a": [1, "two", {"b": null}],\n "c": {"d": true,\n  "e": "ñ"}}'.encode()
    as_yaml = parse_document(text, "f", CaseError).root
    as_json = parse_document(text, "f.json", CaseError).root
    assert list(places(as_yaml)) == list(places(as_json))


WRITTEN = [
    # in the file, text, plain
    ("no", "no", True),
    ("yes", "yes", True),
    ("True", "True", True),
    ("010", "010", True),
    ("0x1F", "0x1F", True),
    ("1_000", "1_000", True),
    ("1:30", "1:30", True),
    ("2009-10-30", "2009-10-30", True),
    (".nan", ".nan", True),
    (".inf", ".inf", True),
    ("1e999", "1e999", True),
    ("9" * 4000, "9" * 4000, True),
    ("'no'", "no", False),
    ('"010"', "010", False),
    ("'null'", "null", False),
    ("|\n  a\n  b\n", "a\nb\n", False),
    ("e\u0301", "é", True),
    ("'e\u0301'", "é", False),
    ('"e\\u0301"', "é", False),
    ("=", "=", True),
]


@pytest.mark.parametrize(("written", "text", "plain"), WRITTEN)
def test_a_scalar_stays_the_text_that_stands_there(written: str, text: str, plain: bool) -> None:
    root = parse_document(f"a: {written}".encode(), "f.yaml", CaseError).root
    assert root.entries["a"][:2] == (text, plain)


@pytest.mark.parametrize("word", ["", "null", "~", "Null", "NULL"])
def test_an_unquoted_null_states_nothing_and_a_quoted_one_is_text(word: str) -> None:
    root = parse_document(f"a: {word}\nb: '{word}'\n".encode(), "f.yaml", CaseError).root
    assert root.entries["a"].is_null
    assert not root.entries["b"].is_null
    assert root.get("a") is None
    assert root.get("b") == root.entries["b"]


def test_keys_come_in_unicodes_composed_form() -> None:
    root = parse_document("e\u0301: 1".encode(), "f.yaml", CaseError).root
    assert list(root.entries) == ["é"]


def test_the_digest_tells_any_two_files_apart_and_is_sha256() -> None:
    one = parse_document(b"a: 1", "f.yaml", CaseError)
    other = parse_document(b"a: 1 ", "f.yaml", CaseError)
    assert one.digest == "sha256:" + hashlib.sha256(b"a: 1").hexdigest()
    assert one.digest != other.digest


def test_what_was_read_cannot_be_changed() -> None:
    document = parse_document(b"a: 1", "f.yaml", CaseError)
    with pytest.raises(AttributeError):
        document.digest = ""
    with pytest.raises(AttributeError):
        document.root.entries["a"].text = "2"
    assert isinstance(document.root.entries["a"], Scalar)
