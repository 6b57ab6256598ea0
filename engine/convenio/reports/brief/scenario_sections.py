"""What a brief says beyond the verdict: answers, scenarios, changes, chances, thresholds."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from convenio.assessment.assessment import Assessment
from convenio.reports.blocks import Block
from convenio.reports.scenarios import compare as compare_report
from convenio.reports.scenarios import questions as questions_report
from convenio.reports.scenarios import remedies as remedies_report
from convenio.reports.scenarios import sensitivity as sensitivity_report
from convenio.reports.scenarios.charts import frontier_chart
from convenio.reports.wording import Wording
from convenio.scenarios.answers.ranking import Questions, questions
from convenio.scenarios.compare import compare
from convenio.scenarios.remedies.negotiation import Remedies
from convenio.scenarios.remedies.search import frontier
from convenio.scenarios.sensitivity import sensitivity

QUESTIONS = 6
THRESHOLDS = 6
DRAWS = 100_000
SEED = 0


@dataclass(frozen=True)
class Section:
    """One section of the annex. `chart` is SVG that comes before the blocks.

    `short` is what of it stands in the brief itself.
    """

    key: str
    title: str
    blocks: Sequence[Block]
    chart: str = ""
    short: Sequence[Block] = ()


class ScenarioSections:
    """The sections, computed when first looked at."""

    def __init__(self, assessment: Assessment, wording: Wording) -> None:
        self._assessment = assessment
        self._case = assessment.case
        self._pack = assessment.pack
        self._wording = wording

    @cached_property
    def asked(self) -> Questions:
        """The open facts, ranked by what an answer would do."""
        return questions(self._case, self._pack)

    @cached_property
    def steps(self) -> Sequence[Remedies]:
        """For each lower rating the cheapest changes that reach it."""
        return frontier(self._case, self._pack)

    @cached_property
    def sections(self) -> list[Section]:
        """The sections that have something to say."""
        return list(self._sections())

    def _sections(self) -> Iterator[Section]:
        _ = self._wording
        yield Section(
            "answers",
            _("What each answer would do"),
            questions_report.blocks(self.asked, _, QUESTIONS),
        )
        if self._case.scenarios:
            compared = compare(self._case, self._pack, inference="reference")
            blocks = compare_report.blocks(compared, _)
            yield Section("scenarios", _("Scenarios"), blocks, short=blocks[:1])
        steps = self.steps
        if steps:
            ladder = remedies_report.ladder(steps, _)
            blocks = [*ladder, *self._nearest(steps[0])]
            title = _("Changes that reach a lower rating")
            yield Section("remedies", title, blocks, frontier_chart(steps, _), short=ladder)
        firm = sensitivity(self._case, self._pack)
        yield Section(
            "firmness", _("How firm the rating is"), sensitivity_report.blocks(firm, _, THRESHOLDS)
        )
        yield from self._chances()

    def _nearest(self, step: Remedies) -> list[Block]:
        """Return the alternatives for the nearest lower rating, without what stands above."""
        _ = self._wording
        first, *others = remedies_report.blocks(step, _)
        heading = _("How to reach {rating}").format(rating=_.ratings[step.target])
        return [Block(heading, first.sentences[1:]), *others]

    def _chances(self) -> Iterator[Section]:
        """Yield what a simulation says, where facts are uncertain and its libraries are there."""
        if all(fact.distribution is None for fact in self._case.facts.values()):
            return
        _ = self._wording
        title = _("Chances, with uncertain facts drawn at random")
        if any(importlib.util.find_spec(name) is None for name in ("polars", "scipy")):
            missing = _("Not computed: convenio[simulate] is not installed.")
            yield Section("chances", title, [Block(sentences=[missing])])
            return
        from convenio.reports.scenarios.simulate import chance_block
        from convenio.reports.scenarios.tornado import tornado_svg
        from convenio.scenarios.simulate.simulation import simulate

        simulation = simulate(self._case, self._pack, DRAWS, SEED)
        yield Section("chances", title, [chance_block(simulation, _)], tornado_svg(simulation, _))
