"""JUnit XML: each rule is a test case, so that CI systems show findings as failures."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from convenio.assessment.assessment import Assessment
from convenio.assessment.finding import Finding
from convenio.reports.wording import Wording


def render(assessments: Sequence[Assessment], wording: Wording) -> str:
    """Return a suite for each case. Flagged: failure. Not tested or not applicable: skipped."""
    suites = Xml.Element("testsuites", name="convenio")
    for assessment in assessments:
        findings = [f for f in assessment.findings if f.rule.kind != "mitigating"]
        skipped = sum(f.verdict in ("unknown", "not_applicable") for f in findings)
        suite = Xml.SubElement(
            suites,
            "testsuite",
            name=assessment.case.id,
            tests=str(len(findings)),
            failures=str(sum(f.is_flag for f in findings)),
            errors="0",
            skipped=str(skipped),
        )
        if assessment.redacted:
            properties = Xml.SubElement(suite, "properties")
            Xml.SubElement(
                properties, "property", name="redacted", value=", ".join(assessment.redacted)
            )
        for finding in findings:
            _case(suite, finding, assessment, wording)
    Xml.indent(suites)
    body = Xml.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _case(suite: Xml.Element, finding: Finding, assessment: Assessment, wording: Wording) -> None:
    element = Xml.SubElement(
        suite,
        "testcase",
        name=f"{finding.rule.id} {finding.rule.title}",
        classname=f"{assessment.case.id}.{finding.rule.family}",
        file=assessment.case.file,
    )
    if finding.verdict == "flag":
        because = wording.because(finding, assessment)
        failure = Xml.SubElement(
            element, "failure", type=str(finding.severity), message=finding.rule.title
        )
        failure.text = because
    elif finding.verdict == "unknown":
        missing = ", ".join(finding.missing)
        Xml.SubElement(element, "skipped", message=f"{wording('missing')}: {missing}")
    elif finding.verdict == "not_applicable":
        Xml.SubElement(element, "skipped", message=wording("not applicable"))
