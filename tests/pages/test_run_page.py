"""The page of a run and the panel of a step, as their readers use them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from data.models import Datastore
from data.selectors import local_path
from pipelines.domain.status import Status
from pipelines.models import Artifact, Attempt, Metric, Run, StepRun
from tests.support.submitting import body_of, finish, submit

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def page_of(run: Run, query: str = "") -> str:
    return f"/w/lab/runs/{run.uid}/{query}"


def panel_of(run: Run, node: str, query: str = "") -> str:
    return page_of(run, f"steps/{run.steps.get(node_id=node).uid}/panel{query}")


def fail_step(run: Run, node: str, lines: list[str]) -> StepRun:
    step = run.steps.get(node_id=node)
    folder = f"runs/{run.uid}/{step.uid}.1"
    Attempt.objects.create(
        step_run=step, number=1, folder=folder, host="box", created_at=timezone.now(),
        exit_code=3, outcome="Failed", reason="exit_code",
    )  # fmt: skip
    StepRun.objects.filter(pk=step.pk).update(error_lines=lines, exit_code=3)
    finish(run, node, Status.FAILED)
    step.refresh_from_db()
    return step


def test_title_and_bar_tell_how_far_it_is(browser: Client, run: Run) -> None:
    page = browser.get(page_of(run)).content.decode()
    assert "<title>● Not started · Run 1 · iris · Forebay</title>" in page or (
        "<title>● Running · Run 1 · iris · Forebay</title>" in page
    )
    finish(run, "a")
    parts = browser.get(page_of(run)).context["progress"].parts
    assert [(count, word) for word, _, count in parts] == [(1, "done"), (2, "waiting")]
    finish(run, "b")
    finish(run, "c")
    page = browser.get(page_of(run)).content.decode()
    assert "<title>Completed · Run 1 · iris · Forebay</title>" in page
    assert "cancel-dialog" not in page


def test_a_failure_is_on_top_with_no_click(browser: Client, run: Run) -> None:
    finish(run, "a")
    step = fail_step(run, "b", ["Traceback …", "ValueError: <NaN> in column 'x'"])
    answer = browser.get(page_of(run))
    page = answer.content.decode()
    assert "ValueError: &lt;NaN&gt; in column &#x27;x&#x27;" in page
    assert "The script ended with exit code 3." in page
    assert answer.context["step"].uid == step.uid, "the failed step is selected"
    assert "<forebay-log" in page, "with its log"
    assert f"step={step.uid}&amp;panel=outputs" in page
    steps = browser.get(page_of(run, "?tab=steps")).content.decode()
    assert "Not started, because b.py failed." in steps


def test_a_reused_step_links_to_the_run_that_computed_it(
    browser: Client, workspace: Any, actor: Any, source: str, run: Run
) -> None:
    for node in "abc":
        finish(run, node)
    again = submit(workspace, actor, body_of("a -> b -> c", source, experiment="iris"))
    assert again.status == "Completed"
    page = browser.get(page_of(again, "?tab=steps")).content.decode()
    assert page.count("Reused from") >= 3
    assert f'href="/w/lab/runs/{run.uid}/?step=' in page
    assert ">Run 1</a>" in page
    parts = browser.get(page_of(again)).context["progress"].parts
    assert parts == [("reused", "Reused", 3)]
    panel = browser.get(panel_of(again, "a", "?panel=outputs")).content.decode()
    assert "Log and files are those of" in panel


def test_a_step_that_ran_says_what_changed(
    browser: Client, workspace: Any, actor: Any, source: str, run: Run, owner: Any
) -> None:
    from tests.support.submitting import make_snapshot

    finish(run, "a")
    changed = make_snapshot(workspace, owner, {"main.py": "print('other')\n"})
    again = submit(workspace, actor, body_of("a -> b -> c", changed, experiment="iris"))
    page = browser.get(page_of(again, "?tab=steps")).content.decode()
    assert "main.py changed" in page
    panel = browser.get(panel_of(again, "a", "?panel=details")).content.decode()
    assert "compared with" in panel
    assert f"/w/lab/runs/{run.uid}/" in panel


def test_the_panel_is_a_fragment_for_scripts_and_a_page_for_people(
    browser: Client, run: Run
) -> None:
    url = panel_of(run, "a", "?panel=parameters")
    fragment = browser.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "panel-head" in fragment
    assert "<html" in browser.get(url).content.decode()
    step = run.steps.get(node_id="a")
    inside = browser.get(page_of(run, f"?tab=steps&step={step.uid}&panel=parameters"))
    assert "Pipeline parameters" in inside.content.decode()
    assert inside.context["panel"] == "parameters"
    assert browser.get(page_of(run, "?step=gone&panel=nonsense&tab=odd")).status_code == 200


def test_live_fragments_replace_their_elements(browser: Client, run: Run) -> None:
    part = browser.get(page_of(run, "live?tab=steps")).content.decode()
    for name in ("run-head", "run-error", "run-overview", "steps-list"):
        assert f'id="{name}"' in part
    assert part.count('hx-swap-oob="true"') == 4
    assert "<html" not in part
    panel = browser.get(
        panel_of(run, "a", "?panel=details&live=1"), headers={"HX-Request": "true"}
    ).content.decode()
    assert 'id="step-status" hx-swap-oob="true"' in panel


def test_outputs_and_artifacts_are_listed_and_looked_into(
    browser: Client, run: Run, data_folder: Path, workspace: Any
) -> None:
    finish(run, "a", text="x,y\n1,<b>\n")
    step = run.steps.get(node_id="a")
    output = step.outputs.get()
    folder = local_path(output.datastore, output.path)
    (folder / "data.txt").rename(folder / "table.csv")
    (folder / "page.html").write_text("<script>alert(1)</script>")
    (folder / "plot.png").write_bytes(PNG)
    (folder / "model.bin").write_bytes(b"\0\1\2\xff")
    (folder / "link").symlink_to("/etc/passwd")
    Artifact.objects.create(
        run=run, step_run=step, path="outputs/notes.txt", size=6,
        sha256=step.snapshot.files[0]["sha256"],
    )  # fmt: skip

    panel = browser.get(panel_of(run, "a", "?panel=outputs")).content.decode()
    for name in ("table.csv", "page.html", "plot.png", "outputs/notes.txt"):
        assert name in panel
    assert "file=table.csv" in panel
    assert f"/api/v1/workspaces/lab/steps/{step.uid}/outputs/out/files/table.csv" in panel
    here = panel_of(run, "a").removesuffix("panel")
    look = browser.get(here + "preview?output=out&file=table.csv").content.decode()
    assert '<th scope="col"><bdi>y</bdi></th>' in look
    assert "&lt;b&gt;" in look
    look = browser.get(here + "preview?output=out&file=page.html").content.decode()
    assert "&lt;script&gt;alert(1)" in look
    look = browser.get(here + "preview?output=out&file=model.bin").content.decode()
    assert "can't be shown here" in look
    assert browser.get(here + "preview?artifact=outputs/notes.txt").status_code == 200

    image = browser.get(here + "image?output=out&file=plot.png")
    assert image["Content-Type"] == "image/png"
    assert image["X-Content-Type-Options"] == "nosniff"
    for name in ("page.html", "model.bin", "table.csv"):
        assert browser.get(here + f"image?output=out&file={name}").status_code == 404


def test_no_path_leads_out_of_an_output_or_a_snapshot(
    browser: Client, run: Run, workspace: Any
) -> None:
    finish(run, "a")
    step = run.steps.get(node_id="a")
    output = step.outputs.get()
    (local_path(output.datastore, output.path) / "link").symlink_to("/etc/passwd")
    store = Datastore.objects.get(workspace=workspace, is_default=True)
    local_path(store, "secret.txt").write_text("secret")
    here = panel_of(run, "a").removesuffix("panel")
    for name in ("../../../secret.txt", "/etc/passwd", "link", "..", "gone", "a\\b", "%00"):
        for view in ("preview", "image"):
            answer = browser.get(f"{here}{view}?output=out&file={name}")
            assert answer.status_code in (404, 422), (view, name)
    for path in ("../main.py", "/etc/passwd", "", "gone.py"):
        assert browser.get(f"{here}source?path={path}").status_code == 404
    assert "print(&#x27;hello&#x27;)" in browser.get(f"{here}source?path=main.py").content.decode()


def test_metrics_are_shown_as_values(browser: Client, run: Run) -> None:
    step = run.steps.get(node_id="a")
    for value in (0.5, 0.25, 0.125):
        Metric.objects.create(
            run=run, step_run=step, name="loss", value=value, logged_at=timezone.now()
        )
    page = browser.get(panel_of(run, "a", "?panel=metrics")).content.decode()
    assert "loss" in page
    assert "0.125" in page
    assert "loss: 3 values, from 0.5 to 0.125, lowest 0.125, highest 0.5" in page
    assert [
        row.low for row in browser.get(panel_of(run, "a", "?panel=metrics")).context["metrics"].rows
    ] == [0.125]


def test_the_graph_has_a_list_for_browsers_without_scripts(browser: Client, run: Run) -> None:
    page = browser.get(page_of(run)).content.decode()
    fallback = page.partition('id="graph-island"')[2].partition("<noscript>")[2]
    for name in ("a.py", "b.py", "c.py"):
        assert name in fallback.partition("</noscript>")[0]


def test_many_steps_cost_as_many_queries_as_few(
    browser: Client, workspace: Any, actor: Any, source: str, run: Run
) -> None:
    wide = "root -> " + " ".join(f"n{i}" for i in range(250))
    many = submit(workspace, actor, body_of(wide, source, experiment="wide"))
    for query in ("?tab=graph", "?tab=steps", "?tab=outputs", "?tab=metrics", "?tab=snapshot"):
        counts = []
        for each in (run, many):
            with CaptureQueriesContext(connection) as seen:
                assert browser.get(page_of(each, query)).status_code == 200
            counts.append(len(seen))
        assert counts[0] == counts[1] <= 16, query
    page = browser.get(page_of(many, "?tab=steps&page=2")).context["page"]
    assert len(page.object_list) == 51
    filtered = browser.get(page_of(many, "?tab=steps&q=n24&status=NotStarted")).context["page"]
    assert {step.node_id for step in filtered} == {"n24", *(f"n24{i}" for i in range(10))}


def test_git_facts_parameters_and_tags_are_in_the_overview(browser: Client, run: Run) -> None:
    run.properties = {"azureml.git.commit": "0123456789abcdef", "azureml.git.branch": "main"}
    run.parameters = {"lr": 0.1, "name": "تجربة", "on": True}
    run.tags = {"owner": "ada"}
    run.save()
    page = browser.get(page_of(run)).content.decode()
    for text in ("0123456789ab", "main", "0.1", "تجربة", "true", "owner"):
        assert text in page
