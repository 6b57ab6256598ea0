"""Whatever bytes come, reading ends with a tree or with a CaseError that names a place."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conftest import ROOT
from convenio.documents import Mapping, Node, Scalar, Sequence, parse_document
from convenio.errors import CaseError

pytestmark = pytest.mark.timeout(60)

NAMES = st.sampled_from(["f.yaml", "f.json"])
PUNCTUATION = st.text(
    alphabet=" \n\t[]{}:,-&*!|>'\"%@`#?~.0123456789abcnull\\u\u00e9\u202e\ufeff\0"
)
BITS = (
    *("a: ", "- ", "{", "}", "[", "]", ", ", "\n", "\n  ", "'x'", '"y"', ": ", "? ", "| \n", ">\n"),
    *("1", "&a ", "*a ", "!t ", "---\n", "...\n", "# c\n", "null", "<<", "\r\n", '"a": ', "true"),
    *("%YAML 1.2\n", "\t", "'", '"'),
)
WORDS = st.lists(st.sampled_from(BITS), max_size=60).map("".join)


def read(data: bytes, name: str) -> Node | None:
    """Read what may be anything; a refusal is checked to name a place inside the file."""
    try:
        return parse_document(data, name, CaseError).root
    except CaseError as error:
        refused = error
    (problem,) = refused.problems
    lines = len(re.split(r"\r\n|[\n\r\x85\u2028\u2029]", data.decode("utf-8", "replace")))
    assert problem.position.file == name
    assert 1 <= problem.position.line <= lines + 1, str(refused)
    assert problem.position.column >= 1
    return None


@given(st.binary(max_size=200), NAMES)
@example(b"\x00", "f.yaml")
@example(b"\xef\xbb\xbf", "f.json")
def test_any_bytes(data: bytes, name: str) -> None:
    read(data, name)


@given(st.one_of(st.text(), PUNCTUATION, WORDS), NAMES)
def test_any_text(text: str, name: str) -> None:
    read(text.encode("utf-8", "surrogatepass"), name)


SHIPPED = [path.read_text() for path in sorted((ROOT / "cases").glob("*.yaml"))[:2]]


@settings(max_examples=100)
@given(st.sampled_from(SHIPPED), st.data())
def test_a_real_file_with_a_part_cut_out_or_put_in(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    put = data.draw(st.one_of(st.just(""), PUNCTUATION, WORDS))
    read((text[:start] + put + text[end:]).encode("utf-8", "surrogatepass"), "f.yaml")


# --- JSON reads as json.loads reads it ----------------------------------------------------

VISIBLE = st.text(
    alphabet=st.characters(
        exclude_categories=("Cc", "Cs", "Cf", "Cn", "Zl", "Zp"), include_characters="\n\t"
    ),
    max_size=12,
).map(lambda text: unicodedata.normalize("NFC", text))
NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))
LEAVES = st.one_of(st.none(), st.booleans(), NUMBERS, VISIBLE)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5), st.dictionaries(VISIBLE, inner, max_size=5)
    ),
    max_leaves=25,
)
ROOTS = st.one_of(st.lists(VALUES, max_size=4), st.dictionaries(VISIBLE, VALUES, max_size=4))


def as_json(node: Node) -> Any:
    if isinstance(node, Mapping):
        return {key: as_json(value) for key, value in node.entries.items()}
    if isinstance(node, Sequence):
        return [as_json(item) for item in node.items]
    return json.loads(node.text) if node.plain else node.text


@given(ROOTS, st.booleans(), st.sampled_from([None, 0, 2]))
def test_valid_json_reads_as_json_loads_reads_it(data: Any, ascii_only: bool, indent: int) -> None:
    text = json.dumps(data, ensure_ascii=ascii_only, indent=indent)
    root = read(text.encode(), "f.json")
    assert root is not None
    assert as_json(root) == json.loads(text)


@given(ROOTS)
def test_a_position_points_at_the_value_that_stands_there(data: Any) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=1)
    lines = text.split("\n")
    root = read(text.encode(), "f.json")
    assert root is not None

    def check(node: Node) -> None:
        rest = lines[node.position.line - 1][node.position.column - 1 :]
        if isinstance(node, Scalar):
            assert rest.startswith(node.text if node.plain else '"')
        else:
            assert rest[0] == ("{" if isinstance(node, Mapping) else "[")
        children = node.entries.values() if isinstance(node, Mapping) else ()
        for child in node.items if isinstance(node, Sequence) else children:
            check(child)

    check(root)


@given(st.text(alphabet='{}[]:,"\\/bfnrtu0123456789abcdefAEe+-. \n\ttruefalsn', max_size=40))
@example('{"a": 1}')
@example('["\\ud83d\\ude00"]')
def test_what_json_loads_refuses_is_refused(text: str) -> None:
    root = read(text.encode(), "f.json")
    if root is not None:
        assert as_json(root) == json.loads(text)
