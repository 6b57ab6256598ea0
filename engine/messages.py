"""Collects the texts of the product for translators: `python engine/messages.py [--check]`.

Reads every text that code and templates put before a reader, and brings
`engine/convenio/locale/*/LC_MESSAGES/convenio.po` up to date with them; what has been translated
stays. Writes beside each the compiled `convenio.mo` that the program reads. With `--check` nothing
is written: the exit code is 1 where a text has no translation or a file is not up to date.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from convenio.authoring.translations import NO_DATE, written

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "engine" / "convenio" / "locale"
LANGUAGES = ("es", "pt")

_CALLS = {"_", "self", "wording", "words", "_wording", "N_", "say"}
_OPTIONS = {"jinja2.trim_blocks": "true", "jinja2.lstrip_blocks": "true", "silent": "false"}


class Found(NamedTuple):
    """A text with its plural and its context, where it has them, and the file it stands in."""

    text: str
    plural: str
    context: str
    file: str


def found_texts() -> Iterator[Found]:
    """Yield the texts of the product, in the order of files and lines."""
    for file in sorted((ROOT / "engine" / "convenio").rglob("*.py")):
        name = str(file.relative_to(ROOT))
        tree = ast.parse(file.read_text(encoding="utf-8"))
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
        for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
            yield from _texts_of_call(call, name)
        yield from _texts_of_commands(tree, name)
    for file in sorted((ROOT / "reports").rglob("*.j2")):
        name = str(file.relative_to(ROOT))
        yield from _texts_of_template(file, name)


def _texts_of_call(call: ast.Call, file: str) -> Iterator[Found]:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    texts = [text for text in map(_constant, call.args) if text]
    if name in _CALLS and call.args:
        first = call.args[0]
        either = (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,)
        yield from (Found(text, "", "", file) for text in map(_constant, either) if text)
    if name == "plural" and len(texts) == 2:
        yield Found(texts[0], texts[1], "", file)
    if name in ("pgettext", "in_context") and len(texts) == 2:
        yield Found(texts[1], "", texts[0], file)
    for keyword in call.keywords:
        text = _constant(keyword.value)
        is_argument = name in ("add_argument", "add_argument_group", "add_parser")
        if text and is_argument and keyword.arg in ("help", "description"):
            yield Found(text, "", "", file)


def _texts_of_commands(tree: ast.Module, file: str) -> Iterator[Found]:
    """Yield what each command does, as `cli/main.py` lists them, and the heads of examples."""
    for node in tree.body:
        is_list = isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "COMMANDS"
        if is_list and isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict):
            for value in node.value.values:
                if isinstance(value, ast.Tuple) and _constant(value.elts[1]):
                    yield Found(_constant(value.elts[1]), "", "", file)


def _constant(node: ast.expr) -> str:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return node.value if is_text else ""  # type: ignore[attr-defined]


def _texts_of_template(file: Path, name: str) -> Iterator[Found]:
    keywords = ("_", "plural")
    with file.open("rb") as stream:
        for _line, function, message, _comments in babel_extract(stream, keywords, (), _OPTIONS):
            parts = message if isinstance(message, tuple) else (message,)
            texts = [part for part in parts if isinstance(part, str)]
            if texts:
                plural = texts[1] if function == "plural" and len(texts) > 1 else ""
                yield Found(texts[0], plural, "", name)


def template() -> Catalog:
    """Return the catalogue of all texts, with no translations."""
    catalog = Catalog()
    for found in found_texts():
        identity = (found.text, found.plural) if found.plural else found.text
        # The name of a file and no line: lines move with every change.
        catalog.add(identity, context=found.context or None, auto_comments=[found.file])
    return catalog


def main(words: list[str]) -> int:
    """Bring the catalogues up to date, or with `--check` tell whether they are."""
    checking = "--check" in words
    stale = 0
    for language in LANGUAGES:
        folder = LOCALE / language / "LC_MESSAGES"
        file, compiled = folder / "convenio.po", folder / "convenio.mo"
        existing = Catalog(locale=language)
        if file.exists():
            existing = read_po(BytesIO(file.read_bytes()), locale=language)
        fresh = template()
        fresh.locale = existing.locale
        content = written(fresh, existing)
        compiled_from = read_po(BytesIO(content), locale=language)
        compiled_from.creation_date = compiled_from.revision_date = NO_DATE
        out = BytesIO()
        write_mo(out, compiled_from)
        missing = [entry for entry in fresh if entry.id and not _is_translated(entry.string)]
        print(f"{language}: {len(fresh)} texts, {len(missing)} without a translation")
        for entry in missing if checking else ():
            print(f"  {entry.auto_comments[0]}: {entry.id}")
        files = ((file, content), (compiled, out.getvalue()))
        changed = [path for path, data in files if not path.exists() or path.read_bytes() != data]
        stale += len(missing) + len(changed)
        if checking:
            for path in changed:
                print(f"  {path.relative_to(ROOT)}: not up to date; run make messages")
            continue
        folder.mkdir(parents=True, exist_ok=True)
        for path, data in files:
            path.write_bytes(data)
    return int(checking and stale > 0)


def _is_translated(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return bool(string) and (isinstance(string, str) or all(string or ()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
