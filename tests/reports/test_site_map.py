"""The map of the places that a case tells of."""

from convenio import assess, load_case
from convenio.reports.brief.site_map import HEIGHT, WIDTH, site_map
from convenio.reports.html import render_brief
from convenio.reports.wording import Wording


def test_each_place_is_a_mark_inside_the_drawing(pack):
    found = site_map(assess(load_case("us-colombia-dca-2009", pack), pack), Wording())
    assert found is not None
    assert [mark.kind for mark in found.marks] == ["disputes", "incidents"]
    assert all(0 < mark.x < WIDTH and 0 < mark.y < HEIGHT for mark in found.marks)
    assert {"COL", "PAN"} <= {name for _x, _y, name in found.names}


def test_a_single_place_lies_in_the_middle(pack):
    found = site_map(assess(load_case("argentina-f16-2024", pack), pack), Wording())
    assert found is not None
    (mark,) = found.marks
    assert (mark.x, mark.y) == (WIDTH / 2, HEIGHT / 2)


def test_places_that_would_cover_one_another_stand_apart(pack, case_of):
    case = case_of(
        "case: a\ntitle: A\nas_of: 2020-01-01\ndisputes:\n"
        + "  - {with: PER, place: {lat: -3.0, lon: -78.0}}\n" * 3
    )
    found = site_map(assess(case, pack), Wording())
    assert found is not None
    assert len({(mark.x, mark.y) for mark in found.marks}) == 3


def test_places_at_the_ends_of_the_earth_are_drawn(pack, case_of):
    for lat, lon in ((89.9, 179.9), (-90, -180), (0, 0)):
        case = case_of(
            "case: a\ntitle: A\nas_of: 2020-01-01\n"
            f"disputes: [{{with: PER, place: {{lat: {lat}, lon: {lon}}}}}]\n"
        )
        found = site_map(assess(case, pack), Wording())
        assert found is not None
        assert len(found.marks) == 1


def test_without_places_there_is_no_map(pack):
    assessment = assess(load_case("chile-copper-law", pack), pack)
    assert site_map(assessment, Wording()) is None
    assert 'class="map"' not in render_brief(assessment)
