"""Leads a person through the proposals of a draft, one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convenio.documents.models import to_plain
from convenio.drafting import draft_file
from convenio.drafting.draft_file import Proposals
from convenio.drafting.proposals import Proposal, flow
from convenio.errors import UsageError
from convenio.facts.case import StatedFact
from convenio.facts.spoken import folded
from convenio.facts.statements import StatementReader
from convenio.interview import questions
from convenio.interview.answers import AnswerReader
from convenio.messages import say, spoken
from convenio.packs import Pack
from convenio.reports.sentences import FactSentences
from convenio.reports.wording import Wording

Write = Callable[[Path, str], None]


@dataclass
class Review:
    """One person's decisions on the proposals of one draft; each is saved at once."""

    path: Path
    pack: Pack
    wording: Wording
    by: str
    write: Write
    ask: Callable[[str], str] = input
    tell: Callable[[str], None] = print

    def run(self) -> Proposals:
        """Ask on each open proposal; end where the person stops."""
        _ = self.wording
        found = draft_file.read_proposals(self.path)
        self.tell(
            _(
                "y takes a proposal, n drops it, e takes another value; "
                "Enter skips, q stops, ? explains."
            )
        )
        commands = {
            **dict.fromkeys(("y", "yes", folded(_("yes"))), "y"),
            **dict.fromkeys(("n", "no", folded(_("no"))), "n"),
            **dict.fromkeys(("e", "edit"), "e"),
            **dict.fromkeys(("q", "quit", folded(_("quit"))), "q"),
        }
        commands[folded(_("yes"))[:1]] = "y"
        for proposal in found.open:
            self.tell("")
            self.tell(self.shown(proposal))
            while True:
                try:
                    answer = self.ask("[y/n/e/q/?] ").strip()
                except EOFError:
                    return found
                command = commands.get(folded(answer), "") if answer else "skip"
                if answer == "?":
                    self._explain(proposal)
                if command == "q":
                    return found
                if command in ("y", "n", "e"):
                    try:
                        found = self._decide(found, proposal, command)
                    except (UsageError, EOFError) as fault:
                        if isinstance(fault, EOFError):
                            return found
                        self.tell("   " + spoken(fault.text))
                        continue
                if command:
                    break
        return found

    def _explain(self, proposal: Proposal) -> None:
        """Say which question the fact answers."""
        fact = self.pack.catalogue.facts[proposal.path]
        self.tell("   " + fact.ask)
        if fact.hint:
            self.tell("   " + fact.hint)

    def accept(self, names: list[str]) -> Proposals:
        """Take proposals by their names: a path takes all rows of its list."""
        found = draft_file.read_proposals(self.path)
        for proposal in chosen(found, names):
            found = self._decide(found, proposal, "y")
        return found

    def shown(self, proposal: Proposal) -> str:
        """Return a proposal in words, with the words of the document."""
        place = f"{proposal.at}: “{proposal.quote}”"
        return f"{self.said(proposal)}\n   {place}\n   {proposal.id}: {proposal.in_yaml}"

    def said(self, proposal: Proposal) -> str:
        """Return what a proposal would state, as a sentence."""
        catalogue = self.pack.catalogue
        value = [proposal.value] if proposal.row else proposal.value
        stated = self._stated(proposal.path, flow(value))
        if stated is None or proposal.row:
            label = self.wording.label(proposal.path, catalogue)
            return f"{label}: {self._row(proposal) if proposal.row else proposal.in_yaml}"
        return FactSentences(self.wording, catalogue).of(proposal.path, stated)

    def _row(self, proposal: Proposal) -> str:
        record = self.pack.catalogue.facts[proposal.path].type.record
        fields = self.pack.catalogue.records[record]
        parts = []
        for key, value in proposal.value.items():
            declared = fields.get(key)
            written: Any = value
            if declared is not None and declared.type.kind == "enum":
                written = self.wording.member(value, declared)
            elif declared is not None and declared.type.kind == "country":
                written = self.wording.country(value, self.pack.catalogue)
            parts.append(str(written))
        return ", ".join(parts)

    def _stated(self, path: str, yaml_text: str) -> StatedFact | None:
        reader = StatementReader(self.pack.catalogue, self.pack.models)
        node = questions.value_node(yaml_text)
        stated = reader.path(path, node, node.position)
        return None if reader.problems else stated

    def _decide(self, found: Proposals, proposal: Proposal, command: str) -> Proposals:
        text = self.path.read_text(encoding="utf-8")
        if command == "n":
            text, found = draft_file.rejected(text, found, proposal.decided("rejected", self.by))
        else:
            value = self._other(proposal) if command == "e" else None
            taken = proposal.decided("accepted", self.by, value)
            case = draft_file.load_draft(self.path, self.pack)
            text, found = draft_file.accepted(text, case, found, taken, self.pack)
        self.write(self.path, text)
        self.write(draft_file.beside(self.path), draft_file.as_json(found))
        return found

    def _other(self, proposal: Proposal) -> Any:
        """Ask for another value of the fact; of a row, as a case file writes it."""
        fact = self.pack.catalogue.facts[proposal.path]
        self.tell("   " + fact.ask)
        answer = self.ask("   > ").strip()
        reader = AnswerReader(self.wording, self.pack.catalogue)
        written = answer if proposal.row else reader.as_yaml(fact, answer)
        problems = questions.check(
            self.pack, proposal.path, f"[{written}]" if proposal.row else written
        )
        if problems:
            raise UsageError(problems[0].message)
        return typed(to_plain(questions.value_node(written)))


def typed(value: Any) -> Any:
    """Return plain data of YAML with its numbers and Booleans as such.

    >>> typed({"amount": "5", "currency": "USD"}), typed("true")
    ({'amount': 5, 'currency': 'USD'}, True)
    """
    if isinstance(value, dict):
        return {key: typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [typed(inner) for inner in value]
    if value in ("true", "false"):
        return value == "true"
    for kind in (int, float):
        try:
            return kind(value)
        except (TypeError, ValueError):
            continue
    return value


def chosen(found: Proposals, names: list[str]) -> list[Proposal]:
    """Return the open proposals with these names; `all` are all of them."""
    if names == ["all"]:
        return list(found.open)
    taken: list[Proposal] = []
    for name in names:
        hits = [one for one in found.open if name in (one.id, one.path)]
        if not hits:
            known = ", ".join(one.id for one in found.open) or "–"
            raise UsageError(
                say("{name}: no open proposal; there are: {known}", name=name, known=known)
            )
        taken += [one for one in hits if one not in taken]
    return taken
