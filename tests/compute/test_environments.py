"""What is asked for and what is built."""

from __future__ import annotations

import pytest

from compute.domain.environments import DEFAULTS_OF_V1, asked_python, normalise
from pipelines.runner.build_environment import parse_pip_settings


def test_nothing_asked_gives_the_defaults() -> None:
    spec = normalise(None, python="3.11")
    assert spec.defaults == DEFAULTS_OF_V1
    assert spec.requirements == () and spec.notices == ()


def test_names_and_order_do_not_make_another_environment() -> None:
    one = normalise({"name": "a", "python": {"packages": ["tqdm", "requests==2.0"]}}, python="3.11")
    other = normalise(
        {"name": "b", "python": {"packages": ["requests==2.0", " tqdm "]}, "docker": {"x": 1}},
        python="3.11",
    )
    assert one.key == other.key
    assert one.key != normalise({"python": {"packages": ["tqdm"]}}, python="3.11").key
    assert one.key != normalise({"python": {"packages": ["tqdm"]}}, python="3.12").key


def test_an_own_version_replaces_a_default() -> None:
    spec = normalise({"python": {"packages": ["Pandas>=2", "numpy"]}}, python="3.11")
    assert spec.requirements == ("Pandas>=2",)
    assert not any(one.startswith("pandas") for one in spec.defaults)
    assert "numpy==1.23.5" in spec.defaults


def test_conda_packages_become_pip_ones() -> None:
    packages = [
        "python=3.8.5",
        "pip",
        "scikit-learn=0.24.1",
        "conda-forge::pytorch",
        "numpy=1.19.2=py38",
    ]
    spec = normalise({"python": {"conda_packages": packages}}, python="3.11")
    assert spec.requirements == ("numpy==1.19.2", "scikit-learn==0.24.1", "torch")
    assert spec.notices == ("Python 3.8 can't be used here; Python 3.11 is.",)


def test_what_is_not_applied_is_said() -> None:
    asked = {
        "python": {"packages": ["azureml-sdk[automl]==1.40"], "channels": ["conda-forge"]},
        "docker": {"enabled": True, "base_image": "ubuntu"},
    }
    notices = normalise(asked, python="3.11").notices
    assert notices[0].startswith("azureml-sdk[automl]==1.40 is left out")
    assert "docker.base_image, docker.enabled" in notices[1]
    assert "conda-forge" in notices[2]


@pytest.mark.parametrize(
    ("python", "version"),
    [
        ({"version": "3.8.13"}, "3.8"),
        ({"conda_packages": ["numpy", "python>=3.9"]}, "3.9"),
        ({"conda_packages": ["python-dateutil=2.8"]}, None),
        ({}, None),
    ],
)
def test_the_asked_python(python: dict[str, object], version: str | None) -> None:
    assert asked_python({"python": python}) == version


def test_pip_configuration_is_read() -> None:
    listing = (
        "global.extra-index-url='file:///one file:///two'\n"
        "global.cert='/x'\nglobal.find-links='/old'\n:env:.find-links='/wheels'\n"
    )
    assert parse_pip_settings(listing) == {
        "extra-index-url": ["file:///one", "file:///two"],
        "find-links": ["/wheels"],
    }
