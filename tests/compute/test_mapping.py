"""The administrator's mapping: what is asked -> what is used, and what is said about it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from compute.domain.environments import normalise
from compute.domain.mapping import Rule, apply_rules, rule_faults
from compute.models import EnvironmentRequest, EnvironmentRule
from compute.services.environments import plan_environment, request_environment

NUMPY = Rule(7, "package", "numpy==1.19.*", "numpy==1.23.5", "no wheels for 3.11")


def asked(*packages: str, **fields: Any) -> dict[str, Any]:
    return {"name": "mine", "python": {"packages": list(packages)}, **fields}


def test_a_pin_is_replaced_and_said() -> None:
    mapped, notices = apply_rules(asked("numpy==1.19.5", "pandas"), [NUMPY])
    assert mapped is not None and mapped["python"]["packages"] == ["numpy==1.23.5", "pandas"]
    assert notices == ["Asked numpy==1.19.5, used numpy==1.23.5: rule 7 (no wheels for 3.11)."]


@pytest.mark.parametrize(
    ("pattern", "requirement", "fits"),
    [
        ("numpy", "NumPy>=1.2", True),
        ("numpy==1.19.5", "numpy == 1.19.5", True),
        ("numpy==1.19.5", "numpy==1.19.50", False),
        ("numpy==1.*", "numpy", False),
        ("scikit_learn", "scikit-learn[alldeps]==0.2", True),
        ("numpy", "numpydoc", False),
    ],
)
def test_which_requirement_a_rule_speaks_of(pattern: str, requirement: str, fits: bool) -> None:
    _, notices = apply_rules(asked(requirement), [Rule(1, "package", pattern, "")])
    assert bool(notices) is fits
    assert not fits or "left out: rule 1." in notices[0]


def test_the_first_rule_of_a_kind_counts() -> None:
    rules = [NUMPY, Rule(8, "package", "numpy", "numpy==2.0"), Rule(9, "python", "3.*", "3.11")]
    mapped, notices = apply_rules(asked("numpy==1.19.1", "numpy"), rules)
    assert mapped is not None
    assert mapped["python"]["packages"] == ["numpy==1.23.5", "numpy==2.0"]
    old = {"python": {"conda_packages": ["python=3.6.2", "numpy=1.19.2"], "packages": []}}
    mapped, notices = apply_rules(old, rules)
    assert normalise(mapped, python="3.11", with_defaults=False).requirements == ("numpy==1.23.5",)
    assert notices[0] == "Asked Python 3.6, used Python 3.11: rule 9."


def test_curated_names_and_images_bring_packages() -> None:
    rules = [
        Rule(1, "curated", "AzureML-sklearn-*", "python=3.11\nscikit-learn==1.1.3\njoblib"),
        Rule(2, "image", "mcr.microsoft.com/*", "tqdm"),
    ]
    wish = {"name": "AzureML-sklearn-0.24", "docker": {"base_image": "mcr.microsoft.com/x:1"}}
    mapped, notices = apply_rules(wish, rules)
    assert mapped is not None
    assert mapped["python"]["packages"] == ["scikit-learn==1.1.3", "joblib", "tqdm"]
    assert mapped["python"]["version"] == "3.11"
    assert notices[0] == (
        "Asked AzureML-sklearn-0.24, used python=3.11, scikit-learn==1.1.3, joblib: rule 1."
    )
    _, notices = apply_rules({"name": "AzureML-Tutorial"}, rules)
    assert notices == [
        "No rule of the studio's mapping says what AzureML-Tutorial is; "
        "the default packages are used."
    ]


def test_no_rules_change_no_key() -> None:
    wish = {"python": {"conda_packages": ["numpy=1.19", "pip"], "packages": ["tqdm"]}}
    other = [Rule(1, "package", "torch", "torch==2")]
    assert apply_rules(wish, [])[0] == wish
    mapped, _ = apply_rules(wish, other)
    assert normalise(mapped, python="3.11").key == normalise(wish, python="3.11").key


@pytest.mark.parametrize(
    ("kind", "wish", "used", "field"),
    [
        ("python", "3.6", "three", "used"),
        ("package", "numpy", "-e .", "used"),
        ("package", "numpy", "a\nb", "used"),
        ("package", "/etc", "numpy", "asked"),
        ("image", "x", "../y", "used"),
        ("curated", "sklearn", "tqdm", "asked"),
        ("python", "", "3.11", "asked"),
    ],
)
def test_useless_rules_are_refused(kind: str, wish: str, used: str, field: str) -> None:
    assert [where for where, _ in rule_faults(kind, wish, used)] == [field]


@pytest.mark.django_db
def test_rules_change_what_is_built_and_who_asked_is_told(workspace: Any) -> None:
    before = request_environment(asked=asked("numpy==1.19.5"), workspace=workspace)
    rule = EnvironmentRule.objects.create(kind="package", asked="numpy", used="numpy==1.23.5")
    after = request_environment(asked=asked("numpy==1.19.5"), workspace=workspace)
    assert before.key != after.key
    told = EnvironmentRequest.objects.get(build=after).notices
    assert told == [f"Asked numpy==1.19.5, used numpy==1.23.5: rule {rule.pk}."]
    EnvironmentRule.objects.update(enabled=False)
    assert plan_environment(asked("numpy==1.19.5")).key == before.key


@pytest.mark.django_db
def test_the_administration_has_a_clear_form_with_a_dry_run(
    workspace: Any, django_user_model: Any
) -> None:
    request_environment(asked=asked("numpy==1.19.5"), workspace=workspace)
    request_environment(asked=None, workspace=workspace)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(django_user_model.objects.create_superuser("root"))
    address = "/admin/compute/environmentrule/"
    form = {"kind": "package", "asked": "numpy", "used": "-e .", "position": 1, "enabled": "on"}
    page = client.post(f"{address}add/", form).content.decode()
    assert "is an option of pip" in page
    assert client.post(f"{address}add/", {**form, "used": "numpy==1.23.5"}).status_code == 302
    rule = EnvironmentRule.objects.get()
    page = client.get(f"{address}{rule.pk}/change/").content.decode()
    assert "1 of the 2 environments asked for so far" in page
    assert "mine: Asked numpy==1.19.5, used numpy==1.23.5" in page
