"""Tags and filters that every page uses: icons, status chips, times, sizes, names."""

from __future__ import annotations

import json
import math
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from django import template
from django.contrib.auth.base_user import AbstractBaseUser
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from data.models import DatasetVersion
from pipelines.domain.figures import number_text
from pipelines.domain.status import FINAL, Status, sentence
from pipelines.models import Run, StepRun
from pipelines.step_words import retry_line, tries_text
from workspaces.domain.roles import Permission, Role, allows
from workspaces.domain.times import iso
from workspaces.models import Workspace
from workspaces.selectors import membership, workspaces_of

register = template.Library()

# Words people read where they differ from the stored one. Never colour alone: always a word.
STATUS_WORDS: dict[str, str] = {
    Status.NOT_STARTED.value: "Not started",
    Status.CANCEL_REQUESTED.value: "Canceling",
}
# `ValueError: …`, `sklearn.exceptions.NotFittedError`, and other languages' `error: …`.
EXCEPTION = re.compile(r"([\w.]*(Error|Exception|Interrupt|Exit|Warning)\b|error\b)", re.IGNORECASE)
REUSED = "Reused"  # how a completed step looks whose results come from an earlier run


@register.simple_tag
def icon(name: str, size: str = "icon") -> SafeString:
    """An icon of the sprite; decorative, so hidden from screen readers."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        "icon icon-large" if size == "large" else "icon",
        static("img/icons.svg"),
        name,
    )


@register.filter
def status_word(status: str) -> str:
    """A stored status as people read it."""
    return STATUS_WORDS.get(status, status)


@register.simple_tag
def status_chip(status: str, reused: bool = False) -> SafeString:
    """Icon and word of a status; a completed step that was reused says so."""
    shown = REUSED if reused and status == Status.COMPLETED.value else status
    return format_html(
        '<span class="status" data-status="{}">{}<span class="status-word">{}</span></span>',
        shown,
        icon(f"status-{shown.lower()}"),
        status_word(shown),
    )


@register.simple_tag
def moment(value: datetime | None, how: str = "relative") -> SafeString:
    """A time: `relative` ("3 minutes ago") or `exact`; the script shows the reader's zone."""
    if value is None:
        return SafeString("–")
    return format_html(
        '<time datetime="{}" title="{}" data-{}>{}</time>',
        iso(value),
        value.strftime("%Y-%m-%d %H:%M:%S UTC"),
        "exact" if how == "exact" else "relative",
        value.strftime("%b %-d, %Y %H:%M"),
    )


def duration_text(span: timedelta) -> str:
    """`0.4 s`, `12 s`, `3 m 4 s`, `2 h 5 m`, `3 d 4 h`."""
    seconds = max(span.total_seconds(), 0)
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} m {whole % 60} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60} m"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"


@register.simple_tag
def duration(start: datetime | None, end: datetime | None) -> SafeString:
    """How long it took; without an end the studio's script keeps it ticking."""
    text = "–" if start is None else duration_text((end or timezone.now()) - start)
    return format_html(
        '<span data-duration data-started="{}" data-ended="{}">{}</span>',
        iso(start) or "",
        iso(end) or "",
        text,
    )


@register.filter
def bytes_text(size: int | None) -> str:
    """A size as people read it: `812 B`, `1.4 MB`."""
    if size is None:
        return "–"
    value = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


@register.filter
def person(user: AbstractBaseUser) -> str:
    """A user as others read them: full name, else the sign-in name."""
    full_name: str = getattr(user, "get_full_name", str)()
    return full_name or user.get_username()


@register.filter
def workspace_label(workspace: Workspace) -> str:
    """A workspace's friendly name, else its name."""
    return workspace.friendly_name or workspace.name


@register.simple_tag(takes_context=True)
def user_workspaces(context: dict[str, Any]) -> list[Workspace]:
    """The workspaces that the signed-in user is a member of, by name."""
    user = context["request"].user
    if not user.is_authenticated:
        return []
    return list(workspaces_of(user)[:50])


@register.simple_tag(takes_context=True)
def current_workspace(context: dict[str, Any], workspaces: list[Workspace]) -> Workspace | None:
    """The page's workspace; on pages outside any, the first one, so that the way back is there."""
    here: Workspace | None = getattr(context["request"], "workspace", None)
    return here or (workspaces[0] if workspaces else None)


@register.filter
def action_words(action: str) -> str:
    """An action of the audit log as people read it: `Member role changed`, `Member`."""
    return action.replace(".", " ").replace("_", " ").strip().capitalize()


@register.filter
def owns(user: Any, workspace: Workspace) -> bool:
    """Whether to show what only Owners may do; the views behind it ask again."""
    member = membership(user, workspace.name) if user.is_authenticated else None
    return member is not None and allows(Role(member.role), Permission.MANAGE)


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: str | int | None) -> str:
    """This page's query string with some keys changed; an empty value drops the key."""
    params = context["request"].GET.copy()
    for key, value in changes.items():
        if value in (None, ""):
            params.pop(key, None)
        else:
            params[key] = str(value)
    return f"?{params.urlencode()}"


@register.simple_tag(takes_context=True)
def api_url(context: dict[str, Any], *parts: str) -> str:
    """The address of something in the REST API: `{% api_url "runs" run.uid %}`."""
    workspace = context["request"].workspace.name
    path = "/".join(quote(str(part), safe="/" if last else "") for part, last in _lasts(parts))
    return f"/api/v1/workspaces/{workspace}/{path}"


def _lasts(parts: tuple[str, ...]) -> list[tuple[str, bool]]:
    """Each part with whether it is the last one: a file's path keeps its slashes."""
    return [(part, index == len(parts) - 1) for index, part in enumerate(parts)]


@register.filter
def shown_value(value: Any) -> str:
    """A logged or given value as text: strings as they are, everything else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:.6g}"
    return json.dumps(value, ensure_ascii=False)


@register.filter
def short_value(value: Any) -> str:
    """The same for narrow columns: numbers with four digits that count."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return shown_value(value)
    return number_text(float(value))


@register.filter
def reason_sentence(row: StepRun | Run) -> str:
    """Why something has the status it has, as a sentence."""
    return sentence(row.reason, row.reason_data)


@register.filter
def retry_words(step: StepRun) -> SafeString:
    """`Attempt 2 of 3, next try in 20 seconds` while a step is being tried again."""
    line = retry_line(step)
    if not line or step.not_before is None or step.status != Status.QUEUED.value:
        return SafeString(escape(line))
    return format_html(
        '{}, next try <time datetime="{}" data-relative="until">{}</time>',
        line,
        iso(step.not_before),
        step.not_before.strftime("at %H:%M:%S UTC"),
    )


@register.filter
def attempt_words(step: StepRun) -> str:
    """`2`, or `2 of 3` where a step may be tried again."""
    return tries_text(step)


@register.filter
def error_message(step: StepRun) -> str:
    """What the log's last line says when it reads like an exception: `ValueError: …`."""
    lines = [line.strip() for line in step.error_lines if str(line).strip()]
    return lines[-1] if lines and EXCEPTION.match(lines[-1]) else ""


@register.filter
def why_sentence(step: StepRun) -> str:
    """Why a step ran, runs or will run; nothing for one that never will."""
    text = str(step.why.get("sentence", "")).removeprefix("Ran: ")
    if not text or step.reused:
        return text
    final = Status(step.status) in FINAL
    if step.started_at or step.attempt:
        return ("Ran: " if final else "Runs: ") + text
    return "" if final else "Will run: " + text


@register.simple_tag
def dataset_call(version: DatasetVersion) -> str:
    """The Python that reads a registered dataset version."""
    name = json.dumps(version.dataset.name if version.dataset else "", ensure_ascii=False)
    return f"Dataset.get_by_name(ws, {name}, version={version.version})"


@register.simple_tag(takes_context=True)
def artifact_url(context: dict[str, Any], step: StepRun | None, path: str) -> str:
    """The page's address of an image that a step, or the run itself, kept."""
    if step is None:
        return api_url(context, "runs", context["run"].uid, "artifacts", path)
    names = [context["request"].workspace.name, step.run.uid, step.uid]
    return f"{reverse('pages:image', args=names)}?{urlencode({'artifact': path})}"
