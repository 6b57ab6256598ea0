"""A draft: a case file in which every proposal is an open fact, and the proposals beside it.

The case file holds `null` for what is proposed, with the proposal above it in comments, so that it
loads and nothing counts. The proposals stand in a file of their own (NAME.yaml.proposals, JSON);
accepting one puts its value into the case file, with its source, place, words and who accepted it.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from convenio.assessment import load_case
from convenio.drafting.clauses import quoted
from convenio.drafting.pages import Pages, seen
from convenio.drafting.proposals import Draft, Proposal, flow
from convenio.errors import UsageError
from convenio.facts.case import Case
from convenio.facts.case_file import MAX_TITLE
from convenio.facts.plain import value_of
from convenio.facts.provenance import MAX_QUOTE_WORDS
from convenio.files import read_at_most
from convenio.interview import questions
from convenio.messages import say
from convenio.packs import Pack

FORM = "convenio/proposals/1"
SOURCE = "document"
"""The key under which a draft declares its document as a source."""

_MOST = 5_000_000
_LONGEST_COMMENT = 400
_ID = re.compile(r"[^A-Za-z0-9._-]+")
_STATUSES = ("proposed", "accepted", "rejected")


@dataclass(frozen=True, slots=True)
class Proposals:
    """What stands beside a draft: the document, and each proposal with what became of it."""

    document: str
    digest: str
    kind: str
    language: str
    proposals: tuple[Proposal, ...]

    def with_(self, proposal: Proposal) -> Proposals:
        """Return them with one proposal in the place of that with its name."""
        rest = tuple(proposal if one.id == proposal.id else one for one in self.proposals)
        return replace(self, proposals=rest)

    def get(self, name: str) -> Proposal | None:
        """Return the proposal with a name."""
        return next((one for one in self.proposals if one.id == name), None)

    @property
    def open(self) -> tuple[Proposal, ...]:
        """Return those on which nobody has decided."""
        return tuple(one for one in self.proposals if one.status == "proposed")


def beside(path: Path) -> Path:
    """Return the file of proposals that belongs to a draft.

    >>> beside(Path("deal.yaml")).name
    'deal.yaml.proposals'
    """
    return path.with_name(path.name + ".proposals")


# --- writing a draft ---------------------------------------------------------------------


def draft_text(draft: Draft, pages: Pages, case_id: str, as_of: dt.date, words: Words) -> str:
    """Return the case file of a draft."""
    title = seen(draft.title)[:MAX_TITLE] or pages.name
    head = [
        *_comments([words.head.format(name=pages.name), words.how]),
        *_comments(words.notes),
        f"case: {_ID.sub('-', case_id).strip('-._')[:100] or 'draft'}",
        f"title: {flow_text(title)}",
        f"as_of: {as_of.isoformat()}",
        "sources:",
        f"  {SOURCE}:",
        f"    kind: {draft.kind}",
        f"    title: {flow_text(title)}",
        f"    note: {flow_text(f'{pages.name}, {pages.digest}')}",
    ]
    return "\n".join([*head, *_facts(draft.proposals), *_rest(draft, words)]) + "\n"


@dataclass(frozen=True, slots=True)
class Words:
    """The comments of a draft in the language of the person who reads it."""

    head: str
    how: str
    notes: Sequence[str]
    not_found: str
    topics_not_found: str
    to_read: str
    labels: Mapping[str, str]
    topics: Mapping[str, str]


def _facts(proposals: Sequence[Proposal]) -> Iterable[str]:
    sections: dict[str, list[Proposal]] = {}
    for one in proposals:
        sections.setdefault(one.path.partition(".")[0], []).append(one)
    for section, found in sections.items():
        paths = list(dict.fromkeys(one.path for one in found))
        indent = "  " if "." in paths[0] else ""
        if indent:
            yield f"{section}:"
        for path in paths:
            for one in found:
                if one.path == path:
                    yield from (indent + line for line in _proposed(one))
            yield f"{indent}{path.partition('.')[2] or path}: null"


def _proposed(one: Proposal) -> list[str]:
    return [
        *_comments([f"proposal {one.id}: {one.in_yaml}"]),
        f"#   {_one_line(one.at)}: {flow_text(one.quote)}",
    ]


def _rest(draft: Draft, words: Words) -> Iterable[str]:
    def named(topic: str) -> str:
        return words.topics.get(topic, topic)

    if draft.not_found:
        yield from _comments(["", words.not_found])
        for path in draft.not_found:
            label = words.labels.get(path, "")
            yield from _comments([f"  {path}" + (f" ({label})" if label else "")])
    if draft.topics_not_found:
        yield from _comments(
            [words.topics_not_found + " " + ", ".join(map(named, draft.topics_not_found))]
        )
    if draft.passages:
        yield from _comments(["", words.to_read])
        for passage in draft.passages:
            yield from _comments(
                [f"  {named(passage.topic)}, {passage.at}: {flow_text(passage.quote)}"]
            )


def _comments(texts: Iterable[str]) -> list[str]:
    return [f"# {_one_line(text)}".rstrip() for text in texts]


def _one_line(text: str) -> str:
    """Return a text that stays within one comment, whatever a document holds."""
    lead = text[: len(text) - len(text.lstrip(" "))]
    return (lead + " ".join(seen(text).split()))[:_LONGEST_COMMENT]


def flow_text(text: str) -> str:
    r"""Return a text of a document in quotes, on one line.

    >>> flow_text("a\n- b: c")
    '"a - b: c"'
    """
    return json.dumps(" ".join(seen(text).split()), ensure_ascii=False)


def proposals_text(draft: Draft, pages: Pages) -> str:
    """Return the file of proposals."""
    return as_json(Proposals(pages.name, pages.digest, draft.kind, draft.language, draft.proposals))


def as_json(found: Proposals) -> str:
    """Return the file of proposals as text."""
    data = {
        "schema": FORM,
        "document": {"file": found.document, "digest": found.digest},
        "kind": found.kind,
        "language": found.language,
        "proposals": [_plain(one) for one in found.proposals],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _plain(one: Proposal) -> dict[str, Any]:
    data: dict[str, Any] = {"path": one.path, "value": one.value, "page": one.page, "at": one.at}
    if one.row:
        data["row"] = one.number
    if one.by:
        data["by"] = one.by
    return {**data, "quote": one.quote, "status": one.status}


# --- reading it again --------------------------------------------------------------------


def read_proposals(path: Path) -> Proposals:
    """Return the proposals beside a draft. Raises UsageError where they can't be read."""
    where = beside(path)
    data = read_at_most(where, _MOST, say("the file of proposals"))
    try:
        root = json.loads(data)
        if root["schema"] != FORM:
            raise ValueError
        document = root["document"]
        return Proposals(
            str(document["file"]),
            str(document["digest"]),
            str(root["kind"]),
            str(root["language"]),
            tuple(map(_read, root["proposals"])),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(say("{path}: this is no file of proposals", path=where)) from None


def _read(entry: Mapping[str, Any]) -> Proposal:
    status = entry["status"]
    if status not in _STATUSES or not isinstance(entry["path"], str):
        raise ValueError
    row = entry.get("row")
    return Proposal(
        entry["path"],
        entry["value"],
        int(entry["page"]),
        _one_line(str(entry["at"])),
        _short(str(entry["quote"])),
        row is not None,
        int(row or 0),
        status,
        _one_line(str(entry.get("by", ""))),
    )


def _short(quote: str) -> str:
    bare = " ".join(seen(quote).split())
    return bare if len(bare.split()) <= MAX_QUOTE_WORDS else quoted(bare, 0, 1)


# --- accepting ---------------------------------------------------------------------------


def accepted(
    text: str, case: Case, found: Proposals, proposal: Proposal, pack: Pack
) -> tuple[str, Proposals]:
    """Return the case file with a proposal in it, and the proposals with that noted.

    Raises UsageError where the value can't stand in a case file, and where somebody has stated
    the fact by hand since: what a person wrote is not replaced.
    """
    _refuse_written_by_hand(case, found, proposal)
    after = found.with_(proposal)
    stated = _stated(proposal.path, after)
    problems = questions.check(pack, proposal.path, stated)
    if problems:
        raise UsageError(say("{id}: {problem}", id=proposal.id, problem=problems[0].message))
    bare = questions.without(_without_comment(text, proposal.id), proposal.path)
    return questions.inserted(bare, proposal.path, stated), after


def rejected(text: str, found: Proposals, proposal: Proposal) -> tuple[str, Proposals]:
    """Return the case file without a proposal's comment, and the proposals with that noted."""
    return _without_comment(text, proposal.id), found.with_(proposal)


def _refuse_written_by_hand(case: Case, found: Proposals, proposal: Proposal) -> None:
    stated = case.facts.get(proposal.path)
    if stated is None or stated.state == "unknown":
        return
    ours = [
        one.value
        for one in found.proposals
        if one.path == proposal.path and one.status == "accepted"
    ]
    # Rows are added to those that were taken in before, as long as nobody has touched them.
    if proposal.row and value_of(stated.value) == ours:
        return
    raise UsageError(
        say(
            "{path} is stated in the draft already; take it out there, or leave the proposal",
            path=proposal.path,
        )
    )


def _stated(path: str, found: Proposals) -> str:
    """Return a fact as the case file states it: one value, or all rows that were accepted."""
    taken = [one for one in found.proposals if one.path == path and one.status == "accepted"]
    if not taken[0].row:
        one = taken[0]
        further = {"complete": False} if isinstance(one.value, list) else {}
        return flow_entry({"value": one.value, **further, **_provenance(one)})
    rows = ", ".join(flow_entry({**one.value, **_provenance(one)}) for one in taken)
    return f"{{items: [{rows}], complete: false}}"


def _provenance(one: Proposal) -> dict[str, str]:
    by = {"by": one.by} if one.by else {}
    return {"source": SOURCE, "at": one.at, "quote": one.quote, **by}


def flow_entry(entry: Mapping[str, Any]) -> str:
    """Return a mapping on one line of YAML; texts of a document always in quotes."""
    parts = []
    for key, value in entry.items():
        text = flow_text(value) if key in ("at", "quote", "by", "name") else flow(value)
        parts.append(f"{key}: {text}")
    return "{" + ", ".join(parts) + "}"


def _without_comment(text: str, name: str) -> str:
    """Return a draft without the comment that shows a proposal."""
    kept, inside = [], False
    for line in text.split("\n"):
        bare = line.strip()
        if bare.startswith(f"# proposal {name}:"):
            inside = True
            continue
        if inside and bare.startswith("#   "):
            continue
        inside = False
        kept.append(line)
    return "\n".join(kept)


def load_draft(path: Path, pack: Pack) -> Case:
    """Return the case that a draft states."""
    return load_case(path, pack)
