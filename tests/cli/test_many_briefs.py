"""Many briefs at once, and briefs without what has to be searched."""

from pathlib import Path

from convenio.audit.verify import Sources, verify
from convenio.cli import main
from convenio.resources import data_folder


def copies(folder: Path, number: int) -> list[str]:
    text = (data_folder("cases") / "chile-copper-law.yaml").read_text(encoding="utf-8")
    files = []
    for place in range(number):
        file = folder / f"deal-{place}.yaml"
        renamed = text.replace("case: chile-copper-law", f"case: deal-{place}")
        file.write_text(renamed, encoding="utf-8")
        files.append(str(file))
    return files


def test_many_briefs_are_those_that_are_written_one_by_one(tmp_path: Path, capsys):
    files = copies(tmp_path, 26)
    assert main(["brief", *files, "-o", str(tmp_path / "all"), "--quick"]) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("written")]
    assert [line.rpartition("/")[2] for line in told] == [f"deal-{n}.html" for n in range(26)]
    for number in (0, 13, 25):
        one = tmp_path / "one.html"
        main(["brief", files[number], "-o", str(one), "--quick"])
        assert one.read_bytes() == (tmp_path / "all" / f"deal-{number}.html").read_bytes()


def test_a_quick_brief_says_what_was_not_searched_and_verifies(tmp_path: Path):
    page = tmp_path / "x.html"
    assert main(["brief", "panamax-2014", "-o", str(page), "--quick"]) == 0
    text = page.read_text(encoding="utf-8")
    assert "was not searched for this brief" in text
    assert "What each answer would do" not in text
    assert verify(page, Sources()).differences == ()
