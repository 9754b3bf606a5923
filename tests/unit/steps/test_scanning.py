from flink_chaos.profiles.catalogue import Catalogue
from flink_chaos.steps.scanning import shape_of, source_shape_of


def test_the_profile_says_what_identifies_a_record():
    """All other columns must be equal, whatever does."""
    by_number = shape_of(Catalogue().pipeline("ad_events").output)
    by_key = shape_of(Catalogue().pipeline("ad_event_counts").output)
    assert (by_number.number, by_number.key, "n" in by_number.values) == ("n", (), False)
    assert "valid_status" in by_number.values
    assert (by_key.number, by_key.key[0], by_key.values) == ("", "window_start", ("cnt", "price_micros"))
    assert (by_number.count, by_key.count, dict(by_key.types)["cnt"]) == ("", "cnt", "BIGINT")


def test_the_loaders_fields_are_the_outputs_unless_it_names_its_own():
    """Without a number nobody knows what it should have written."""
    keyed = Catalogue().pipeline("ad_event_counts")
    assert source_shape_of(keyed).number == "n"
    unnamed = keyed.model_copy(update={"loader": keyed.loader.model_copy(update={"number": ""})})
    assert source_shape_of(unnamed) is None
    own = keyed.model_copy(update={"loader": keyed.loader.model_copy(update={"number": "no", "run_key": "run"})})
    assert (source_shape_of(own).number, source_shape_of(own).run_key) == ("no", "run")


def test_the_order_is_that_of_the_named_column():
    """A profile that names none promises none."""
    output = Catalogue().pipeline("ad_events").output
    assert (shape_of(output).order, shape_of(output.model_copy(update={"order": "ad_id"})).order) == ("", "ad_id")
