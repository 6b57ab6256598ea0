"""Long runs of durable_rules against the reference, each started in a process of its own.

A crash of the library ends that process and nothing else.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from conformance.packs import case_text, read_case, write_pack
from convenio import assess, load_pack
from convenio.backends import reference
from convenio.backends.durable import DurableEngine
from convenio.language import syntax as s
from convenio.language.formula import All, AnyOf, AtLeastOf, Atom, Formula
from convenio.language.truth import Truth
from convenio.packs.compile import CompiledPack, CompiledRule
from convenio.packs.rule import SEVERITIES, RuleKind

CASES_OF_A_PACK = 5
THREADS = 16
WARM_UP = 2_000

_KINDS: tuple[RuleKind, ...] = ("risk", "compound", "mitigating")


def random_pack(random: Random) -> CompiledPack:
    """Return up to three strata of random rules, which look at findings of the strata below."""
    facts = random.choice((3, 10, 40))
    atoms: list[s.Expression] = [s.Path(f"say.p{number}") for number in range(facts)]
    families: dict[str, tuple[str, ...]] = {}
    strata: list[tuple[CompiledRule, ...]] = []
    usable = list(range(facts))
    for depth in range(random.randint(1, 3)):
        family = f"f{depth}"
        rules = tuple(
            _rule(random, f"R{depth}-{number:03d}", family, usable)
            for number in range(random.choice((1, 4, 12)))
        )
        strata.append(rules)
        families[family] = tuple(rule.id for rule in rules if rule.kind != "mitigating")
        findings = [
            s.Flagged(rule.id, random.choice((None, *SEVERITIES)))
            for rule in rules
            if random.random() < 0.7
        ]
        atoms += [*findings, s.FlaggedIn(family, random.choice(SEVERITIES))]
        usable = list(range(len(atoms)))
    return CompiledPack(tuple(atoms), tuple(range(facts)), tuple(strata), families)


def _rule(random: Random, name: str, family: str, atoms: list[int]) -> CompiledRule:
    kind = random.choice(_KINDS)
    chosen = sorted(random.sample(range(4), random.randint(1, 4)))
    severities = (None,) if kind == "mitigating" else tuple(SEVERITIES[place] for place in chosen)
    return CompiledRule(
        id=name,
        family=family,
        kind=kind,
        counted_as=random.choice((name, f"{family}-topic")),
        applies=All(()) if random.random() < 0.3 else random_formula(random, atoms),
        levels=tuple((severity, random_formula(random, atoms)) for severity in severities),
        # Inference looks at the formulas; the expressions serve the findings, not asked for here.
        scope=s.TRUE,
        conditions=(),
    )


def random_formula(random: Random, atoms: list[int], depth: int = 3) -> Formula:
    """Return a formula; some are wider than what the library is given at once."""
    if depth == 0 or random.random() < 0.35:
        return Atom(random.choice(atoms), random.random() < 0.6)
    width = random.choice((0, 1, 2, 2, 3, 3, 4, 11 if depth > 1 else 30))
    parts = tuple(random_formula(random, atoms, depth - 1) for _ in range(width))
    shape = random.randrange(3)
    if shape == 0:
        return All(parts)
    if shape == 1 or not parts:
        return AnyOf(parts)
    return AtLeastOf(random.randint(1, len(parts)), parts, random.random() < 0.7)


def random_truths(random: Random, pack: CompiledPack) -> dict[int, Truth]:
    """Return what is true, false and unknown of the facts of a pack."""
    unknown = random.choice((0.0, 0.2, 0.7))
    return {
        atom: None if random.random() < unknown else random.random() < 0.5
        for atom in pack.fact_atoms
    }


def compare_pairs(pairs: int) -> None:
    """Compare the two engines on so many pairs of a pack and a case."""
    for seed in range(-(-pairs // CASES_OF_A_PACK)):
        random = Random(seed)
        pack = random_pack(random)
        engine = DurableEngine(pack)
        for _ in range(CASES_OF_A_PACK):
            _compare(pack, engine, random_truths(random, pack), f"seed {seed}")
        engine.close()


def share_between_threads(rounds: int, minutes: float) -> None:
    """Let 16 threads use one engine, each for so many rounds, and longer if minutes are given."""
    pack = _large_pack()
    engine = DurableEngine(pack)
    faults: list[str] = []
    until = time.monotonic() + 60 * minutes
    start = threading.Barrier(THREADS)

    def work(number: int) -> None:
        random = Random(number)
        start.wait()
        done = 0
        try:
            while done < rounds or time.monotonic() < until:
                _compare(pack, engine, random_truths(random, pack), f"thread {number}")
                done += 1
        except BaseException as fault:  # whatever ends a thread is a fault of the run
            faults.append(repr(fault))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise SystemExit(f"{len(faults)} threads failed: {faults[0]}")


def watch_memory(assessments: int) -> None:
    """Assess so often and print by how many megabytes the process grew after warming up."""
    with TemporaryDirectory() as folder:
        pack = load_pack(write_pack(Path(folder) / "pack", _SMALL_PACK))
    cases = [
        read_case(case_text({"facts": facts}), pack)
        for facts in ({}, {"say.p": True}, {"say.p": False, "say.q": True}, {"terms.years": 7})
    ]
    before = 0.0
    for number in range(WARM_UP + assessments):
        if number == WARM_UP:
            before = _megabytes()
        assert assess(cases[number % len(cases)], pack, "durable_rules").findings
    print(f"{_megabytes() - before:.1f}")


_SMALL_PACK = (
    {"id": "AA-001", "when": "say.p and not say.q or terms.years > 5", "severity": "high"},
    {"id": "AA-002", "applies": "say.q", "levels": {"low": "say.p", "medium": "terms.years > 3"}},
    {"id": "BB-001", "kind": "compound", "when": "flagged('AA-001') and not flagged('AA-002')"},
    {"id": "MM-001", "kind": "mitigating", "when": "at_least(1, flagged('BB-001'), say.r)"},
)


def _compare(
    pack: CompiledPack, engine: DurableEngine, truths: dict[int, Truth], where: str
) -> None:
    expected, inferred = reference.infer(pack, truths), engine.infer(truths)
    for rule, outcome in expected.items():
        if inferred.get(rule) != outcome:
            raise SystemExit(f"{where}: {rule}: {outcome} is right, {inferred.get(rule)} was found")


def _large_pack() -> CompiledPack:
    packs = (random_pack(Random(seed)) for seed in range(200))
    return max(packs, key=lambda pack: sum(map(len, pack.strata)))


def _megabytes() -> float:
    """Return the memory that the process holds now (Linux) or has held at most (elsewhere)."""
    import resource  # absent on Windows

    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


RUNS: dict[str, Callable[..., None]] = {
    "pairs": lambda pairs: compare_pairs(int(pairs)),
    "threads": lambda rounds, minutes: share_between_threads(int(rounds), float(minutes)),
    "memory": lambda assessments: watch_memory(int(assessments)),
}

if __name__ == "__main__":
    RUNS[sys.argv[1]](*sys.argv[2:])
