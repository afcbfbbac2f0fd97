"""Child runs: the list on a run's page and in panels, and one child's own panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from pipelines import artifacts, child_selectors, metric_selectors, selectors
from pipelines.domain.status import FINAL, Status
from pipelines.metric_page import lay_out
from pipelines.models import ChildRun, Run
from pipelines.page_selectors import ListQuery
from pipelines.views.common import page_url, render_panel
from workspaces.domain.roles import Permission
from workspaces.pages import workspace_page

LISTED_FILES = 500
CHILD_PANELS = (("metrics", "Metrics"), ("files", "Files"), ("children", "Child runs"))
CHILD_STATUSES = ("Running", "Completed", "Failed", "Canceled")
# Of a list in a panel: the page behind it may have a list of its own in the same address.
KEYS = {"sort": "csort", "page": "cpage", "text": "cq", "status": "cstatus"}


@dataclass(frozen=True)
class Place:
    """Where a list stands: the address of its page, and of its fragment when it is in a panel."""

    href: str
    fragment: str = ""

    def link(self, asked: ListQuery, **changes: str) -> dict[str, str]:
        """Both addresses for the same list with something else asked for."""
        wanted = {**{name: getattr(asked, name) for name in KEYS}, **changes}
        if wanted["page"] == "1":
            wanted["page"] = ""
        query = urlencode({KEYS[name]: value for name, value in wanted.items() if value})
        return {
            "href": f"{self.href}&{query}" if query else self.href,
            "fragment": (f"{self.fragment}&{query}" if query else self.fragment)
            if self.fragment
            else "",
        }


def asked_children(request: HttpRequest) -> ListQuery:
    """The list of child runs that the URL asks for."""
    get = request.GET.get
    return ListQuery(
        status=get("cstatus", ""),
        text=get("cq", "").replace("\0", "").strip()[:200],
        sort=get("csort", ""),
        page=get("cpage", "1"),
    )


def list_context(
    request: HttpRequest, children: QuerySet[ChildRun], place: Place, *, with_step: bool = False
) -> dict[str, Any]:
    """A page of child runs with the links of its head and its pager."""
    asked = asked_children(request)
    found = child_selectors.children_page(children, asked)
    columns = [("number", "#", True), ("name", "Child run", False)]
    columns += [("step", "Step", False)] if with_step else []
    columns += [("status", "Status", False)]
    columns += [(child_selectors.METRIC + name, name, True) for name in found.names]
    columns += [("duration", "Duration", True)]
    heads = []
    for key, label, numeric in columns:
        descends = asked.sort == f"-{key}"
        # Numbers are wanted from the top first, names from the beginning.
        first, second = (f"-{key}", key) if numeric and key != "number" else (key, f"-{key}")
        heads.append(
            {
                "label": label,
                "num": numeric,
                "sort": "descending" if descends else "ascending" if asked.sort == key else "",
                **place.link(asked, sort=second if asked.sort == first else first, page=""),
            }
        )
    page = found.page
    return {
        "found": found,
        "heads": heads,
        "asked": asked,
        "with_step": with_step,
        "statuses": CHILD_STATUSES,
        "all_link": place.link(ListQuery(sort=asked.sort)),
        "live": place.link(asked)["fragment"],
        "form": {"href": place.href, "fragment": place.fragment},
        "previous": place.link(asked, page=str(page.previous_page_number()))
        if page.has_previous()
        else None,
        "next": place.link(asked, page=str(page.next_page_number())) if page.has_next() else None,
    }


def run_children(request: HttpRequest, run: Run) -> dict[str, Any]:
    """What the tab of a run shows."""
    place = Place(f"{page_url(request, 'run', run_uid=run.uid)}?tab=children")
    children = child_selectors.children_of_run(run)
    several = children.order_by().values("step_run").distinct()[:2]
    return list_context(request, children, place, with_step=len(several) > 1)


def child_context(request: HttpRequest, run: Run, child: ChildRun) -> dict[str, Any]:
    """What the panel of a child run shows; only the open tab's rows are read."""
    name = request.GET.get("panel", "")
    tab = request.GET.get("tab", "children")
    if name not in dict(CHILD_PANELS):
        name = "metrics"
    here = page_url(request, "child", run_uid=run.uid, child_uid=child.uid)
    run_url = page_url(request, "run", run_uid=run.uid)
    query = urlencode({"tab": tab, "child": child.uid})
    context: dict[str, Any] = {
        "run": run,
        "child": child,
        "shown_child": child.uid,
        "child_final": Status(child.status) in FINAL,
        "child_panels": CHILD_PANELS,
        "child_panel": name,
        "child_url": f"{here}?{urlencode({'tab': tab})}",
        "child_page": f"{run_url}?{query}",
        "tab": tab,
        "live": "live" in request.GET,
    }
    if name == "metrics":
        found = metric_selectors.metrics_of_child(child)
        context["metrics"] = lay_out((child.step_run, child.step_run, one) for one in found)
    elif name == "files":
        context["files"] = _files(child)
    else:
        place = Place(
            f"{context['child_page']}&panel=children", f"{context['child_url']}&panel=children"
        )
        context["children"] = list_context(request, child_selectors.children_of_child(child), place)
    return context


def _files(child: ChildRun) -> list[dict[str, Any]]:
    """Its files, which its step or run keeps below `children/<id>/`."""
    prefix = f"children/{child.uid}/"
    step = child.step_run
    kept = artifacts.artifacts_of(step) if step else artifacts.artifacts_of_run(child.run)
    return [
        {"path": one.path, "name": one.path.removeprefix(prefix), "size": one.size}
        for one in kept
        if one.path.startswith(prefix)
    ][:LISTED_FILES]


@workspace_page(Permission.READ)
def show_child(request: HttpRequest, run_uid: str, child_uid: str) -> HttpResponse:
    """The panel of a child run; `?live=1` gives only what changes while it is open."""
    run = selectors.get_run(request.workspace, run_uid)  # type: ignore[attr-defined]
    child = child_selectors.get_child(run, child_uid)
    context = child_context(request, run, child)
    fragment = "pipelines/child_live.html" if context["live"] else "pipelines/child_panel.html"
    response = render_panel(request, fragment, child.name, run, context)
    if context["live"] and context["child_final"]:
        response.status_code = 286  # htmx puts it in place and asks no more at intervals
    return response


@workspace_page(Permission.READ)
def list_children(request: HttpRequest, run_uid: str) -> HttpResponse:
    """The list of a run's tab by itself, for htmx; everybody else gets the run's page."""
    run = selectors.get_run(request.workspace, run_uid)  # type: ignore[attr-defined]
    if not request.headers.get("HX-Request"):
        return redirect(f"{page_url(request, 'run', run_uid=run.uid)}?tab=children")
    context = {
        "run": run,
        "tab": "children",
        "final": Status(run.status) in FINAL,
        "children": run_children(request, run),
    }
    response = render(request, "pipelines/child_list.html", context)
    response["Cache-Control"] = "no-store"
    if context["final"]:
        response.status_code = 286  # htmx puts it in place and asks no more at intervals
    return response
