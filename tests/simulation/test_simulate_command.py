"""`marketproof simulate`: what it prints, and how bad use ends."""

from __future__ import annotations

import json

import pytest

from tests.cli.calling import calling, check_refused

FEW = ("--transactions", "2000")


def test_json_has_every_figure_with_its_interval(capsys: pytest.CaptureFixture[str]) -> None:
    found = calling(capsys)("simulate", "--json", "--runs", "3", "--peers", "5", "--policy", "2", *FEW)
    document = json.loads(found.out)
    assert found.code == 0 and document["experiment"]["peers"] == 5
    one = document["figures"]["latency_s"]
    assert 0 < one["low"] <= one["mean"] <= one["high"] < 10


def test_both_engines_print_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    call = calling(capsys)
    shown = [call("simulate", "--engine", engine, "--seed", "4", "--transactions", "300").out for engine in ("fast", "simpy")]
    assert shown[0] == shown[1] and "caliper_tps" in shown[0]


def test_a_parameter_can_be_set(capsys: pytest.CaptureFixture[str]) -> None:
    found = calling(capsys)("simulate", "--json", *FEW, "--set", "client_prepare_s=0.002")
    assert json.loads(found.out)["busiest"] == "client"


@pytest.mark.parametrize(("given", "shown"), [
    (("--peers", "0"), "'0' is not a whole number from 1"), (("--policy", "9"), "no policy '9' with 4 peers"),
    (("--placement", "Mars"), "1-DC"), (("--set", "colour=1"), "no parameter 'colour'"), (("--set", "order_s"), "not of the form"),
    (("--rate", "nan"), "'nan' is not a number from"), (("--set", "order_s=-1"), "order_s cannot be -1.0"),
])  # fmt: skip
def test_bad_use_is_one_clear_sentence(capsys: pytest.CaptureFixture[str], given: tuple[str, ...], shown: str) -> None:
    check_refused(calling(capsys)("simulate", *given, *FEW), shown)
