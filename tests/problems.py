"""What a problem says, compared with what a row of a corpus expects."""

from convenio.errors import Problem


def assert_problem(problem: Problem, expected: dict[str, str]) -> None:
    """Compare the parts that the row names: path, says, expected, found, nearest."""
    assert problem.path == expected.get("path", problem.path)
    assert expected.get("says", "") in problem.message
    assert expected.get("expected", "") in problem.expected
    assert problem.found == expected.get("found", problem.found)
    assert problem.nearest == expected.get("nearest", problem.nearest)
