"""Members are told apart by as many words as it takes."""

from msgspec.structs import replace

from dlsurvey.figures.names import group_holders, label_member, name_member, name_setting
from tests.dlsurvey.render.sample import make_member

ONE = make_member("tensorflow", 0, 3)
OTHER = make_member("pytorch", 1, 3)


def test_only_what_differs_is_named() -> None:
    assert name_member(ONE, [ONE, OTHER]) == "TensorFlow"
    eager = replace(ONE, mode="eager")
    assert name_member(eager, [ONE, eager, OTHER]) == "TensorFlow eager"
    gpu = replace(ONE, device="cuda", protocol="controlled")
    assert name_member(gpu, [ONE, gpu]) == "TensorFlow controlled GPU"


def test_setting_names_the_device_where_there_are_several() -> None:
    assert name_setting(ONE, [ONE, OTHER]) == "graph, idiomatic"
    gpu = replace(OTHER, device="cuda")
    assert name_setting(ONE, [ONE, gpu]) == "graph, idiomatic, CPU"
    assert label_member(gpu, [ONE, gpu]) == "PyTorch (eager, idiomatic, GPU)"


def test_holders_of_a_default() -> None:
    eager = replace(ONE, mode="eager")
    members = (ONE, eager, OTHER)
    assert group_holders(("off", "off", "off"), members) == (("off", "all"),)
    assert group_holders(("NHWC", "NHWC", "NCHW"), members) == (
        ("NHWC", "TensorFlow"),
        ("NCHW", "PyTorch"),
    )
    assert group_holders(("on", "off", "off"), members) == (
        ("on", "TensorFlow (graph, idiomatic)"),
        ("off", "TensorFlow (eager, idiomatic), PyTorch"),
    )
