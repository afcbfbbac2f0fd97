"""Values of a program: environments, run configurations, paths, compute sizes, tables."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from azureml._forebay.unsupported import NotSupportedError
from azureml._forebay.yaml_subset import _read_subset, read_yaml, write_yaml
from azureml.core import Environment, Model, RunConfiguration, ScriptRunConfig, Workspace
from azureml.core.authentication import (
    InteractiveLoginAuthentication,
    ServicePrincipalAuthentication,
)
from azureml.core.compute import AmlCompute, DatabricksCompute
from azureml.core.compute.amlcompute import AmlComputeStatus
from azureml.core.conda_dependencies import CondaDependencies
from azureml.core.runconfig import DEFAULT_CPU_IMAGE, MpiConfiguration
from azureml.data import LinkFileOutputDatasetConfig
from azureml.data.azure_storage_datastore import AzureBlobDatastore, safe_join
from azureml.data.data_reference import DataReference
from azureml.data.datapath import DataPath, DataPathComputeBinding
from azureml.data.dataset_consumption_config import DatasetConsumptionConfig
from azureml.exceptions import (
    AuthenticationException,
    ComputeTargetException,
    UserErrorException,
)

from tests.sdk.programs import FakeTransport


@pytest.fixture
def lab() -> Workspace:
    transport: Any = FakeTransport({})
    return Workspace("s", "r", "lab", _disable_service_check=True, _transport=transport)


# -- environments ------------------------------------------------------------------------------


def test_a_run_configuration_left_alone_asks_for_the_default_environment() -> None:
    assert RunConfiguration()._environment_to_wire() is None
    azureml_only = CondaDependencies.create(pip_packages=["azureml-sdk", "azureml-defaults"])
    config = RunConfiguration(conda_dependencies=azureml_only)
    config.environment.docker.base_image = DEFAULT_CPU_IMAGE
    assert config._environment_to_wire() is None


def test_what_a_v1_program_asks_for_travels() -> None:
    config = RunConfiguration()
    config.environment.docker.enabled = True
    config.environment.docker.base_image = "my/image:1"
    config.environment.python.user_managed_dependencies = False
    config.environment.python.conda_dependencies = CondaDependencies.create(
        conda_packages=["pandas=1.5.3", "scikit-learn"], pip_packages=["azureml-sdk", "lightgbm"]
    )
    config.environment_variables = {"MODE": "fast"}
    assert config._environment_to_wire() == {
        "name": None,
        "version": None,
        "python": {
            "version": None,
            "packages": ["azureml-sdk", "lightgbm"],
            "conda_packages": ["pandas=1.5.3", "scikit-learn"],
            "channels": [],
        },
        "docker": {"enabled": True, "base_image": "my/image:1"},
        "variables": {"MODE": "fast"},
    }


def test_a_python_version_travels_only_when_the_program_gave_it() -> None:
    assert CondaDependencies.create(pip_packages=["a"])._to_wire()["version"] is None
    made = CondaDependencies.create(pip_packages=["a"], python_version="3.8.5")
    assert made._to_wire()["version"] == "3.8.5"
    made.set_python_version("3.9")
    assert made.get_python_version() == "3.9"
    assert list(made.conda_packages) == ["python=3.9"]


def test_packages_replace_other_versions_of_themselves() -> None:
    made = CondaDependencies.create(pip_packages=["Foo_Bar==1"])
    made.add_pip_package("foo-bar==2")
    made.add_conda_package("numpy")
    made.remove_conda_package("numpy")
    assert list(made.pip_packages) == ["foo-bar==2"]
    with pytest.raises(UserErrorException, match="must be a list"):
        CondaDependencies.create(pip_packages="pandas")


CONDA = """\
# an environment
name: my_env
channels:
  - conda-forge   # first
  - defaults
dependencies:
- python=3.8
- "numpy>=1.2,<2"
- pip
- pip:
  - azureml-defaults==1.0
  - --extra-index-url https://pypi.test/simple
  - torch==1.8.1+cpu
variables: {}
"""


@pytest.mark.parametrize("with_yaml", [True, False])
def test_a_conda_file_is_read_with_and_without_pyyaml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_yaml: bool
) -> None:
    if not with_yaml:
        monkeypatch.setitem(sys.modules, "yaml", None)
        text = CONDA.replace("variables: {}\n", "")
    else:
        text = CONDA
    (tmp_path / "env.yml").write_text(text)
    made = Environment.from_conda_specification("e", tmp_path / "env.yml")
    assert made.python._to_wire() == {
        "version": "3.8",
        "packages": ["azureml-defaults==1.0", "torch==1.8.1+cpu"],
        "conda_packages": ["numpy>=1.2,<2"],
        "channels": ["conda-forge", "defaults"],
        "pip_options": ["--extra-index-url https://pypi.test/simple"],
    }


def test_written_yaml_reads_back_alike_everywhere() -> None:
    made = CondaDependencies.create(
        pip_packages=["a==1; python_version < '3.9'", "b @ https://x.test/b.whl", "c[d]>=1"],
        conda_packages=["conda-forge::numpy=1.*"],
    )
    made.add_channel("conda-forge")
    text = made.serialize_to_string()
    assert read_yaml(text, "x") == _read_subset(text, "x") == made.as_dict()
    assert CondaDependencies(_underlying_structure=read_yaml(text, "x")) == made


def test_yaml_beyond_the_subset_is_a_sentence() -> None:
    with pytest.raises(UserErrorException, match=r"line 2.*PyYAML"):
        _read_subset("a: 1\nb: &anchor 2\n", "env.yml")
    assert write_yaml({"a": "1.0", "b": [], "c": None}) == "a: '1.0'\nb: []\nc: null\n"


def test_requirements_files_are_followed(tmp_path: Path) -> None:
    (tmp_path / "base.txt").write_text("numpy==1.23.5\n")
    (tmp_path / "requirements.txt").write_text("# ours\n-r base.txt\npandas  # frames\n")
    made = Environment.from_pip_requirements("e", tmp_path / "requirements.txt")
    assert made.python._to_wire()["packages"] == ["numpy==1.23.5", "pandas"]
    with pytest.raises(UserErrorException, match="does not exist"):
        Environment.from_pip_requirements("e", tmp_path / "nix.txt")


@pytest.mark.parametrize(
    "line", ["-e .", "--extra-index-url https://x.test/simple", "-f /wheels", "-c limits.txt"]
)
def test_options_in_a_requirements_file_are_refused_with_their_line(
    tmp_path: Path, line: str
) -> None:
    (tmp_path / "base.txt").write_text(f"numpy\n\n{line}\n")
    (tmp_path / "all.txt").write_text("-r base.txt\n")
    with pytest.raises(UserErrorException, match=r"base.txt, line 3: '-.*option of pip"):
        Environment.from_pip_requirements("e", tmp_path / "all.txt")
    (tmp_path / "base.txt").write_text("numpy \\\n  ==1.2\n-r all.txt\n")
    with pytest.raises(UserErrorException, match=r"all.txt, line 1: .*leads back"):
        Environment.from_pip_requirements("e", tmp_path / "all.txt")


def test_a_dockerfile_is_kept_to_be_shown(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x\nRUN y\n")
    (tmp_path / "needs.txt").write_text("tqdm\n")
    made = Environment.from_dockerfile(
        "e", str(tmp_path / "Dockerfile"), pip_requirements=tmp_path / "needs.txt"
    )
    wire = made._to_wire()
    assert wire["docker"]["base_dockerfile"] == "FROM x\nRUN y\n"
    assert wire["python"]["packages"] == ["tqdm"]
    assert Environment.from_dockerfile("e", "FROM z").docker.base_dockerfile == "FROM z"


def test_a_misspelt_setting_is_noticed() -> None:
    config = RunConfiguration()
    with pytest.warns(UserWarning, match="Did you mean 'environment'"):
        config.enviroment = Environment("x")
    config.mpi = MpiConfiguration(process_count_per_node=2)
    config.target = type("Target", (), {"name": "cpu"})()
    assert config.target == "cpu"


# -- paths and inputs --------------------------------------------------------------------------


def test_references_and_paths(lab: Workspace) -> None:
    store = AzureBlobDatastore(lab, "blob", "blob", "account")
    reference = store.path("a/b").path("c")
    assert reference._to_wire() == {"datastore": "blob", "path": "a/b/c"}
    assert str(reference) == "$AZUREML_DATAREFERENCE_blob"
    assert reference.as_download().mode == "download"
    path = DataPath(store, "x", name="in")
    made = path.create_data_reference("n", DataPathComputeBinding(mode="download"))
    assert (made.data_reference_name, made.mode, made.path_on_datastore) == ("n", "download", "x")
    assert DataPath.create_from_data_reference(made).path_on_datastore == "x"
    with pytest.raises(UserErrorException, match="letters, digits"):
        DataReference(store, data_reference_name="a b")
    with pytest.raises(UserErrorException, match="mode"):
        DataReference(store, mode="copy")


def test_named_inputs() -> None:
    data = type("Files", (), {"_kind": "file"})()
    config = DatasetConsumptionConfig("raw", data).as_mount("/data")
    assert (config.name, config.mode, config.path_on_compute) == ("raw", "mount", "/data")
    assert config.as_download().mode == "download"
    with pytest.raises(UserErrorException, match="letters"):
        DatasetConsumptionConfig("a-b", data)
    with pytest.raises(UserErrorException, match="TabularDataset"):
        DatasetConsumptionConfig("t", type("Table", (), {"_kind": "tabular"})()).as_mount()


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "a\\..\\x", "C:/x", ""])
def test_paths_from_a_server_stay_in_the_folder(path: str) -> None:
    with pytest.raises(UserErrorException, match="can't be written"):
        safe_join("/tmp/target", path)


# -- compute -----------------------------------------------------------------------------------


def test_sizes_of_a_compute_target_are_checked() -> None:
    made = AmlCompute.provisioning_configuration(vm_size="STANDARD_NC6", max_nodes=4)
    assert made._to_wire("c")["vm_size"] == "STANDARD_NC6"
    with pytest.raises(ComputeTargetException, match="max_nodes"):
        AmlCompute.provisioning_configuration(min_nodes=5, max_nodes=4)
    with pytest.raises(ComputeTargetException, match="vm_priority"):
        AmlCompute.provisioning_configuration(vm_priority="cheap")


# -- what is not there -------------------------------------------------------------------------


def test_names_that_are_not_there_yet_say_so_when_used() -> None:
    for use in (
        lambda: Model("ws", "name"),
        lambda: Model.register("ws"),
        LinkFileOutputDatasetConfig,
        lambda: DatabricksCompute.attach_configuration("x"),
    ):
        with pytest.raises(NotSupportedError, match=r"not supported by Forebay\. (Use|Keep)"):
            use()
    assert not isinstance(3, Model)


# -- who is asking -----------------------------------------------------------------------------


def test_authentication_never_prompts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("FOREBAY_TOKEN", raising=False)
    with pytest.raises(AuthenticationException, match="forebay login"):
        InteractiveLoginAuthentication().get_authentication_header()
    monkeypatch.setenv("FOREBAY_TOKEN", "fby_1")
    header = InteractiveLoginAuthentication(tenant_id="t").get_authentication_header()
    assert header == {"Authorization": "Bearer fby_1"}
    principal = ServicePrincipalAuthentication("t", "id", "fby_2")
    assert principal.get_authentication_header() == {"Authorization": "Bearer fby_2"}


def test_a_config_is_found_above_and_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lab: Workspace
) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    with pytest.raises(UserErrorException, match=r"There is no config.json"):
        Workspace.from_config()
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(UserErrorException, match="can't be read as JSON"):
        Workspace.from_config()
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(UserErrorException, match="has no workspace_name"):
        Workspace.from_config()
    lab._facts = {"id": "1"}
    lab.write_config(tmp_path)
    written = json.loads((tmp_path / ".azureml" / "config.json").read_text())
    assert written["forebay_server"] == "http://studio.test"
    assert "token" not in json.dumps(written)


def test_settings_of_a_cluster_that_have_no_effect_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    AmlCompute.provisioning_configuration(vm_size="STANDARD_NC6", max_nodes=4)
    assert capsys.readouterr().err == ""
    AmlCompute.provisioning_configuration(max_nodes=1, vnet_name="net", subnet_name="sub")
    assert capsys.readouterr().err.splitlines() == [
        "azureml: vnet_name of an AmlCompute has no effect here.",
        "azureml: subnet_name of an AmlCompute has no effect here.",
    ]


def test_values_are_shown_by_what_they_hold() -> None:
    status = AmlComputeStatus({"name": "cpu", "state": "Succeeded", "min_nodes": 1})
    assert "'provisioningState': 'Succeeded'" in repr(status)
    assert "'minNodeCount': 1" in repr(status.scale_settings)
    assert repr(ScriptRunConfig("code", "train.py")) == (
        "ScriptRunConfig(source_directory='code', script='train.py')"
    )
