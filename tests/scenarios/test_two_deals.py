"""Two deals side by side."""

import json
from pathlib import Path

import pytest

from convenio import assess, load_case
from convenio.cli import main
from convenio.scenarios.two_deals import two_deals


@pytest.fixture(scope="module")
def found(pack):
    names = ("manta-fol-1999", "us-colombia-dca-2009")
    return two_deals(*(assess(load_case(name, pack), pack) for name in names))


def test_every_stated_fact_stands_in_one_place(found):
    differ = {change.path for change in found.differ}
    only = [{fact.path for fact in side} for side in (found.first_only, found.second_only)]
    places = [differ, set(found.same), *only]
    stated = {
        path
        for one in (found.first, found.second)
        for path, fact in one.case.facts.items()
        if fact.state != "unknown"
    }
    assert set.union(*places) == stated
    assert sum(map(len, places)) == len(stated)


def test_a_deal_beside_itself_differs_in_nothing(pack):
    one = assess(load_case("panamax-2014", pack), pack)
    found = two_deals(one, one)
    assert (found.differ, found.first_only, found.second_only, found.rules) == ((), (), (), ())


@pytest.mark.parametrize("ending", ["html", "xlsx", "docx", "md", "json", "txt"])
def test_it_is_written_as_the_file_is_called(tmp_path: Path, ending: str):
    target = tmp_path / f"both.{ending}"
    command = ["compare", "manta-fol-1999", "us-colombia-dca-2009", "-o", str(target)]
    assert main(command) == 0
    first = target.read_bytes()
    starts = {"html": b"<!doctype html>", "xlsx": b"PK", "docx": b"PK", "md": b"# ", "json": b"{"}
    assert first.startswith(starts.get(ending, b"Two deals side by side"))
    target.unlink()
    main(command)
    assert target.read_bytes() == first


def test_its_data_name_both_deals(capsys):
    main(["compare", "manta-fol-1999", "panamax-2014", "--format", "json"])
    found = json.loads(capsys.readouterr().out)
    assert [deal["case"] for deal in found["deals"]] == ["manta-fol-1999", "panamax-2014"]
    assert found["rules"]


def test_scenarios_of_two_deals_are_refused(capsys):
    assert main(["compare", "manta-fol-1999", "panamax-2014", "--scenario", "x"]) == 2
    assert "two were named" in capsys.readouterr().err
