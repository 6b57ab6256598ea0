"""What a pack says of its facts in words: how it is read, what is refused, what may be missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from convenio import load_pack
from convenio.authoring.missing_sentences import missing_sentences
from convenio.authoring.rule_tests import run_rule_tests
from convenio.errors import PackError
from convenio.packs import Pack
from convenio.packs.kept import from_data, to_data
from convenio.packs.rule import PLACEHOLDER

SMALL = Path(__file__).resolve().parents[1] / "reports" / "small_pack"
MAX_FACTS_OF_A_REASON = 4

SAYS = """\
version: 1
facts:
  deal.elements:
    open: what the deal contains
    name: the elements
    says: The deal contains {value}.
    none: The deal contains nothing.
    without: The deal does not contain {value}.
    phrases: {basing_access: access to bases, arms_sale: a sale of arms}
  deal.form:
    open: which form it has
    name: the form
    says: {treaty: It is a treaty., contract: It is a contract.}
  terms.duration_years: {open: how long it runs, name: the term, says: "It runs for {value}."}
  terms.end:
    open: how it ends
    name: the end
    says: {fixed: It ends by itself., indefinite: It has no end.}
  parties:
    open: who takes part
    entry: party
    entries: parties
    says: "{n} states take part."
    none: Nobody takes part.
  value.total: {open: what it is worth, name: the value, says: "It is worth {value}."}
records:
  party:
    country: {open: which state it is, name: the state, says: "The party is {value}."}
    role:
      open: which role it has
      name: the role
      says: {provider: The party gives., host: The party receives.}
"""


def written(folder: Path, says: str) -> Path:
    shutil.copytree(SMALL, folder)
    (folder / "says.yaml").write_text(says, encoding="utf-8")
    return folder


def test_a_pack_may_leave_its_sentences_out() -> None:
    pack = load_pack(SMALL)
    assert not pack.catalogue.has_sentences
    assert list(missing_sentences(pack)) == []


def test_sentences_are_part_of_the_pack_and_of_its_digest(tmp_path: Path) -> None:
    pack = load_pack(written(tmp_path / "pack", SAYS))
    assert "says.yaml" in pack.files
    assert pack.digest != load_pack(SMALL).digest
    words = pack.catalogue.facts["terms.end"].sentences
    assert words is not None
    assert words.values["fixed"] == "It ends by itself."
    assert from_data(to_data(pack)).catalogue == pack.catalogue


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("  deal.form:", "  deal.from:", "deal.from: no such fact in the catalogue; did you mean"),
        ("{treaty: It", "{treatie: It", "not a value of this fact; did you mean treaty?"),
        ("arms_sale: a", "arms_sail: a", "not a value of this fact; did you mean arms_sale?"),
        ("  party:\n", "  pary:\n", "no such record in the catalogue; did you mean party?"),
        ('"It is worth {value}."', '"It is worth {amount}."', "only {value} and {n} are filled in"),
        ('"It is worth {value}."', "It is worth much.", "says the same of every value"),
        ('"It is worth {value}."', "{a: It is worth much.}", "is not said so of a fact of type"),
        ("It ends by itself.", "it ends by itself.", "terms.end.says"),
        ("It ends by itself.", "It is a fixed_end.", "a name that readers do not know"),
        ("It ends by itself.", "It " + "really " * 30 + "ends.", "can't be read out"),
        ("open: how it ends", "opened: how it ends", "opened"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    right: str, wrong: str, told: str, tmp_path: Path
) -> None:
    assert right in SAYS
    with pytest.raises(PackError) as caught:
        load_pack(written(tmp_path / "pack", SAYS.replace(right, wrong, 1)))
    problem = next(str(one) for one in caught.value.problems if told in str(one))
    assert "says.yaml:" in problem


@pytest.mark.parametrize(
    ("left_out", "path", "told"),
    [
        ("indefinite: It has no end.", "terms.end", "does not word: indefinite"),
        (", arms_sale: a sale of arms", "deal.elements", "does not word: arms_sale"),
        ("    none: The deal contains nothing.\n", "deal.elements", "does not word: none"),
        ("    entry: party\n", "parties", "does not word: entry"),
        ('  value.total: {open: what it is worth, name: the value, says: "It is worth {value}."}\n',
         "value.total", "no words for this fact"),
    ],
)  # fmt: skip
def test_rules_test_tells_what_is_not_in_words(
    left_out: str, path: str, told: str, tmp_path: Path
) -> None:
    assert left_out in SAYS
    pack = load_pack(written(tmp_path / "pack", SAYS.replace(left_out, "", 1)))
    failures = [one for one in run_rule_tests(pack).failures if one.rule == path]
    assert [told in one.message for one in failures] == [True]
    assert failures[0].position.line > 0
    assert not [one for one in run_rule_tests(pack, ["SOV-001"]).failures if one.rule == path]


def test_the_core_pack_words_everything(pack: Pack) -> None:
    assert pack.catalogue.has_sentences
    assert list(missing_sentences(pack)) == []


def test_a_reason_of_the_core_pack_says_few_facts_and_in_sentences(pack: Pack) -> None:
    for rule in pack.rules:
        paths = PLACEHOLDER.findall(rule.because)
        assert len(paths) <= MAX_FACTS_OF_A_REASON, rule.id
        bare = PLACEHOLDER.sub("", rule.because)
        assert ":" not in bare, f"{rule.id}: a label is no sentence"
