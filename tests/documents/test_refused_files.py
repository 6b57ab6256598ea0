"""What may not stand in a file is refused at once, and the message names the place.

Each row is one threat of the design's list: the bytes, where the problem is, what is said.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from convenio.documents import parse_document, read_document
from convenio.errors import CaseError, PackError, Problem

pytestmark = pytest.mark.timeout(10)


@dataclass(frozen=True)
class Row:
    name: str
    text: str | bytes
    line: int
    column: int
    says: str
    expected: str = ""
    found: str = ""

    @property
    def data(self) -> bytes:
        return self.text.encode() if isinstance(self.text, str) else self.text


ANCHORS = "anchors (&) and aliases (*) are refused"
TAGS = "tags are refused"
UNSEEN = "invisible control characters and marks of direction are refused"
TWICE = "this key stands twice; the first is at line"
DEEP = ("nested too deeply", "at most 32 levels")
LONG = ("the text is too long", "at most 20,000 characters")
KEY = ("the key is too long", "at most 200 characters")
COMMA = (
    "no colon follows: inside { } a comma ends a text",
    'the whole text in double quotes, such as {note: "one, two"}',
)
MANY = ("too many values", "at most 250,000")
ALONE = "the file is empty or holds a single value"

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

YAML = [
    Row("alias bomb", BOMB, 1, 4, ANCHORS),
    Row("alias to itself", "a: &a [*a]\n", 1, 4, ANCHORS),
    Row("anchor that nobody uses", "a: 1\nb: &x 2\n", 2, 4, ANCHORS),
    Row("anchor on a mapping", "a:\n  &x\n  b: 1\n", 2, 3, ANCHORS),
    Row("anchor on a key", "&x a: 1\n", 1, 1, ANCHORS),
    Row("alias without an anchor", "a: *x\n", 1, 4, ANCHORS),
    Row("merge key with an alias", "a: 1\n<<: *x\n", 2, 5, ANCHORS),
    Row(
        "tag that runs code",
        "a: !!python/object/apply:os.system [ls]\n",
        *(1, 4, TAGS, "", "tag:yaml.org,2002:python/object/apply:os.system"),
    ),
    Row("tag of a standard type", "a: !!int '3'\n", 1, 4, TAGS, "", "tag:yaml.org,2002:int"),
    Row("tag of the author's own", "a: !x {b: 1}\n", 1, 4, TAGS, "", "!x"),
    Row("tag without a name", "a: ! '10'\n", 1, 4, TAGS),
    Row("tag on a key", "!x a: 1\n", 1, 1, TAGS, "", "!x"),
    Row("tag on the whole file", "!x\na: 1\n", 1, 1, TAGS, "", "!x"),
    Row("key twice", "a: 1\nb: 2\na: 3\n", 3, 1, f"{TWICE} 1, column 1"),
    Row("key twice in braces", "x: {a: 1, b: 2, a: 3}\n", 1, 17, f"{TWICE} 1, column 5"),
    Row("key twice, once quoted", "a: 1\n'a': 2\n", 2, 1, f"{TWICE} 1, column 1"),
    Row("key twice, spelled in two Unicode forms", "é: 1\ne\u0301: 2\n", 2, 1, TWICE),
    Row(
        "key twice, deep inside",
        "x:\n  - y:\n      a: 1\n      a: 2\n",
        4,
        7,
        f"{TWICE} 3, column 7",
    ),
    Row("text of two million characters", "a: 1\nb: " + "x" * 2_000_000, 2, 4, *LONG),
    Row("text in quotes of 20,001 characters", f"a: '{'x' * 20_001}'", 1, 4, *LONG),
    Row("key of 201 characters", "a: 1\n" + "x" * 201 + ": 1\n", 2, 1, *KEY, "x" * 59 + "…"),
    Row("comma in a text in braces", "a: {b: one, two}\n", 1, 13, *COMMA, "two"),
    Row("comma, over two lines", "a: {b: one,\n  two three, c: 1}\n", 2, 3, *COMMA, "two three"),
    Row("a key that is a list", "? [a, b]\n: 1\n", 1, 3, "a key must be a single word"),
    Row("a key that is a mapping", "{a: 1}: 2\n", 1, 1, "a key must be a single word"),
    Row("33 lists in each other", "[" * 33 + "]" * 33, 1, 33, *DEEP),
    Row("33 mappings in each other", "{a: " * 33 + "1" + "}" * 33, 1, 126, *DEEP),
    Row("100,000 open brackets", "[" * 100_000, 1, 33, *DEEP),
    Row("100,000 dashes on one line", "- " * 100_000, 1, 65, *DEEP),
    Row("5,000 question marks", "? " * 5_000, 1, 65, *DEEP),
    Row("more values than fit", "- 1\n" * 250_001, 250_000, 3, *MANY),
    Row("mark of direction", "a: x\u202ey\n", 1, 4, UNSEEN, "", "U+202E"),
    Row("mark of direction, escaped", 'a: "x\\u202Ey"\n', 1, 4, UNSEEN, "", "U+202E"),
    Row("mark of direction in a key", "a: 1\n\u2066b: 1\n", 2, 1, UNSEEN, "", "U+2066"),
    Row("right-to-left mark in a list", "a:\n  - x\u200f\n", 2, 5, UNSEEN, "", "U+200F"),
    Row("Arabic letter mark", "a: \u061cx\n", 1, 4, UNSEEN, "", "U+061C"),
    Row("NUL, escaped", 'a: "x\\0"\n', 1, 4, UNSEEN, "", "U+0000"),
    Row("bell, escaped", 'a: "\\a"\n', 1, 4, UNSEEN, "", "U+0007"),
    Row("escape sequence of a terminal", 'a: "\\e[31m"\n', 1, 4, UNSEEN, "", "U+001B"),
    Row("NUL", "a: 1\nb: x\0y\n", 2, 5, "control characters are not allowed"),
    Row("bell", "a: 1\nb: \a\n", 2, 4, "control characters are not allowed"),
    Row("half of a surrogate pair, escaped", 'a: "\\ud800"\n', 1, 7, "invalid Unicode character"),
    Row("half of a surrogate pair", b"a: 1\nb: \xed\xa0\x80\n", 2, 1, "the file is not UTF-8 text"),
    Row("UTF-16", "a: 1\n".encode("utf-16"), 1, 1, "the file is not UTF-8 text"),
    Row("Latin-1", "a: 1\nb: año\n".encode("latin-1"), 2, 1, "the file is not UTF-8 text"),
    Row("two documents", "a: 1\n---\nb: 2\n", 2, 1, "the file holds more than one document"),
    Row("an empty second document", "a: 1\n---\n", 2, 1, "the file holds more than one document"),
    Row("empty file", "", 1, 1, ALONE),
    Row("comments only", "# nothing\n", 1, 1, ALONE),
    Row("null", "null\n", 1, 1, ALONE),
    Row("one word", "word\n", 1, 1, ALONE),
    Row("tab as indentation", "a:\n\tb: 1\n", 2, 1, "this is not valid YAML"),
    Row("two colons on a line", "a: b: c\n", 1, 5, "this is not valid YAML"),
    Row("bracket that never closes", "a: [1, 2\n", 2, 1, "this is not valid YAML"),
    Row("quote that never closes", "a: 1\nb: 'x", 2, 6, "this is not valid YAML"),
    Row("a template's braces", "a: {{ value }}\n", 1, 5, "a key must be a single word"),
    Row("less indented than before", "a:\n    b: 1\n  c: 2\n", 3, 3, "this is not valid YAML"),
]

JSON = [
    Row(
        "text of two million characters", '{"a": 1,\n "b": "' + "x" * 2_000_000 + '"}', 2, 7, *LONG
    ),
    Row("number of 30,000 digits", '{"a": ' + "9" * 30_000 + "}", 1, 7, *LONG),
    Row("key of 201 characters", '{"' + "x" * 201 + '": 1}', 1, 2, *KEY, "x" * 59 + "…"),
    Row("trailing comma in an object", '{"a": 1,}', 1, 9, "a text in double quotes is expected"),
    Row("trailing comma in a list", '{"a": [1,\n 2,]}', 2, 4, "a value is expected"),
    Row("comma before anything", "[,]", 1, 2, "a value is expected"),
    Row("no comma", '{"a": [1 2]}', 1, 10, "',' or ']' is expected"),
    Row("no colon", '{"a" 1}', 1, 6, "':' is expected"),
    Row("no value", '{"a": }', 1, 7, "a value is expected"),
    Row("bare key", "{a: 1}", 1, 2, "a text in double quotes is expected"),
    Row("single quotes", "{'a': 1}", 1, 2, "a text in double quotes is expected"),
    Row("comment", '{\n  // no\n  "a": 1}', 2, 3, "a text in double quotes is expected"),
    Row("leading zero", '{"a": 010}', 1, 8, "',' or '}' is expected"),
    Row("leading plus", '{"a": +1}', 1, 7, "a value is expected"),
    Row("leading point", '{"a": .5}', 1, 7, "a value is expected"),
    Row("hexadecimal", '{"a": 0x10}', 1, 8, "',' or '}' is expected"),
    Row("not a number", '{"a": NaN}', 1, 7, "a value is expected"),
    Row("infinity", '{"a": Infinity}', 1, 7, "a value is expected"),
    Row("minus infinity", '{"a": -Infinity}', 1, 7, "a value is expected"),
    Row("word of Python", '{"a": None}', 1, 7, "a value is expected"),
    Row("text after the end", '{"a": 1}\n{"b": 2}', 2, 1, "text after the end of the value"),
    Row("object that never closes", '{"a": 1\n', 2, 1, "',' or '}' is expected"),
    Row("text that never closes", '{"a": "x', 1, 7, "a text in double quotes is expected"),
    Row("line break in a text", '{"a": "x\ny"}', 1, 7, "without control characters"),
    Row("NUL", '{"a":\n "x\0"}', 2, 2, "without control characters"),
    Row("unknown escape", '{"a": "\\x41"}', 1, 7, "a text in double quotes is expected"),
    Row("NUL, escaped", '{"a": "\\u0000"}', 1, 7, UNSEEN, "", "U+0000"),
    Row("mark of direction", '{"a": "\u202e"}', 1, 7, UNSEEN, "", "U+202E"),
    Row("mark of direction, escaped", '{"a": "\\u202e"}', 1, 7, UNSEEN, "", "U+202E"),
    Row("mark of direction in a key", '{"\\u2067a": 1}', 1, 2, UNSEEN, "", "U+2067"),
    Row("first half of a surrogate pair", '{"a": "\\ud83d!"}', 1, 7, UNSEEN, "", "U+D83D"),
    Row("second half of a surrogate pair", '{"a": "\\ude00"}', 1, 7, UNSEEN, "", "U+DE00"),
    Row("key twice", '{"a": 1,\n "a": 2}', 2, 2, f"{TWICE} 1, column 2"),
    Row("key twice, once escaped", '{"a": 1, "\\u0061": 2}', 1, 10, f"{TWICE} 1, column 2"),
    Row("key twice in two Unicode forms", '{"é": 1, "e\\u0301": 2}', 1, 10, TWICE),
    Row("33 lists in each other", "[" * 33 + "]" * 33, 1, 33, *DEEP),
    Row("33 objects in each other", '{"a":' * 33 + "1" + "}" * 33, 1, 161, *DEEP),
    Row("100,000 open brackets", "[" * 100_000, 1, 33, *DEEP),
    Row("100,000 open objects", '{"a":' * 100_000, 1, 161, *DEEP),
    Row("more values than fit", "[" + "1," * 250_000 + "1]", 1, 500_000, *MANY),
    Row("not UTF-8", b'{"a":\n "\xff"}', 2, 1, "the file is not UTF-8 text"),
    Row("empty file", "", 1, 1, "a value is expected"),
    Row("one number", "1", 1, 1, ALONE),
    Row("one text", '"x"', 1, 1, ALONE),
]


def refusal(data: bytes, name: str) -> Problem:
    with pytest.raises(CaseError) as caught:
        parse_document(data, name, CaseError)
    (problem,) = caught.value.problems
    return problem


def check(row: Row, name: str) -> None:
    problem = refusal(row.data, name)
    assert problem.position == (name, row.line, row.column), str(problem)
    assert row.says in problem.message
    assert problem.expected == row.expected
    if row.found:
        assert problem.found == row.found


@pytest.mark.parametrize("row", YAML, ids=lambda row: row.name)
def test_yaml_is_refused_with_the_place(row: Row) -> None:
    check(row, "case.yaml")


@pytest.mark.parametrize("row", JSON, ids=lambda row: row.name)
def test_json_is_refused_with_the_place(row: Row) -> None:
    check(row, "case.json")


@pytest.mark.parametrize("name", ["case.yaml", "case.json"])
def test_more_than_five_million_bytes_are_refused(name: str) -> None:
    problem = refusal(b'{"a": "' + b"x" * 5_000_000 + b'"}', name)
    assert problem.message == "the file is too large"
    assert problem.expected == "at most 5,000,000 bytes"


@pytest.mark.parametrize("name", ["case.yaml", "case.json"])
def test_just_five_million_bytes_are_read(name: str) -> None:
    text = "x" * 19_993
    rows = "[" + ",\n ".join([f'"{text}"'] * 250)
    root = parse_document(f"{rows}{' ' * (5_000_000 - len(rows) - 1)}]".encode(), name, CaseError)
    assert [item.text for item in root.root.items] == [text] * 250


@pytest.mark.parametrize("name", ["case.yaml", "case.json"])
def test_32_levels_are_read(name: str) -> None:
    node = parse_document(b"[" * 31 + b"1" + b"]" * 31, name, CaseError).root
    for _ in range(31):
        (node,) = node.items
    assert node.text == "1"


@pytest.mark.parametrize("error", [CaseError, PackError])
def test_the_caller_chooses_the_class_of_the_error(error: type[CaseError | PackError]) -> None:
    with pytest.raises(error, match="the file is empty"):
        parse_document(b"", "f.yaml", error)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.yaml", tmp_path):
        with pytest.raises(CaseError) as caught:
            read_document(path, CaseError)
        (problem,) = caught.value.problems
        assert problem.position == (str(path), 0, 0)
        assert problem.message == "the file can't be read"
        assert problem.found


LARGE_YAML = [
    "a: '" + "x" * 4_900_000,
    "[" + "[],[" * 1_200_000,
    "&a " * 1_600_000,
    "a: !" + "x" * 4_900_000,
    " " * 4_900_000 + "\t&",
    "%A\n" * 1_600_000,
]
LARGE_JSON = [
    '{"a": "' + "x" * 4_900_000,
    '{"a": "' + "\\u202e" * 800_000 + '"}',
    '{"a": ' + "1" * 4_900_000,
    '{"a": ' + " " * 4_900_000,
]

HOSTILE_RUN = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
from convenio.documents import parse_document
from convenio.errors import CaseError
for name, text in json.load(sys.stdin):
    try:
        parse_document(text.encode("latin-1"), name, CaseError)
    except CaseError as refused:
        assert len(str(refused)) < 600, name
print("no other error")
"""


@pytest.mark.timeout(40)
def test_all_threats_stay_within_a_limit_of_time_and_memory() -> None:
    corpus = [("case.yaml", row.data.decode("latin-1")) for row in YAML if row.line < 9]
    corpus += [("case.json", row.data.decode("latin-1")) for row in JSON if row.column < 999]
    corpus += [("case.json", text) for text in LARGE_JSON]
    corpus += [("case.yaml", text) for text in LARGE_YAML]
    done = subprocess.run(
        [sys.executable, "-c", HOSTILE_RUN],
        input=json.dumps(corpus),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("no other error\n", "")
