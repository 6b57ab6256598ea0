"""How far a claim is credible, graded apart from how far its source is reliable."""

import pytest

from convenio import assess
from convenio.errors import CaseError
from convenio.reports.html import render_brief

TEXT = """case: a
title: A deal
as_of: 2020-01-01
deal: {{elements: [basing_access]}}
text: {{access: {{value: withheld, source: s, at: p. 3, credibility: {grade}}}}}
sources: {{s: {{title: A paper, kind: press, reliability: B}}}}
"""


def test_both_grades_stand_beside_the_fact_and_change_no_verdict(pack, case_of):
    graded = case_of(TEXT.format(grade=2))
    assert graded.facts["text.access"].provenance.credibility == 2
    page = render_brief(assess(graded, pack))
    assert "source and claim: B2" in page
    assert "one press report" in page
    doubtful = case_of(TEXT.format(grade=6))
    assert [f.verdict for f in assess(doubtful, pack).findings] == [
        f.verdict for f in assess(graded, pack).findings
    ]


@pytest.mark.parametrize("grade", ["0", "7", "B", "high", "1.5"])
def test_another_grade_is_refused(case_of, grade):
    with pytest.raises(CaseError) as caught:
        case_of(TEXT.format(grade=grade))
    assert "from 1, confirmed, to 6" in str(caught.value)
