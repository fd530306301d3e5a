"""Pictures of models: drawn from recorded figures, and left out where there are none."""

from serving.pages.models.pictures import beside_simple, calibration, weekly

FOUND = {
    "period": "week",
    "periods": ["2024-01-01", "2024-01-08"],
    "weekly": {"robbery": {"recorded": [3.0, 5.0], "forecast": [3.5, 4.25]}},
    "pit": {"levels": [0.25, 0.5, 0.75], "shares": {"robbery": [0.125, 0.5, 0.875]}},
}


def test_calibration_and_weeks_are_drawn_in_the_colours_of_the_page() -> None:
    for picture in (calibration(FOUND), weekly(FOUND)):
        assert picture is not None
        assert "Robbery" in picture
        assert "style=" not in picture


def test_what_was_not_recorded_is_not_drawn() -> None:
    assert calibration({"period": "week"}) is None
    assert weekly({**FOUND, "periods": []}) is None
    assert beside_simple({"methods": {"challenger": {"crps_by_strand": {"robbery": 0.5}}}}) is None
