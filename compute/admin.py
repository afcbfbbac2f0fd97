"""Administration of compute targets and environments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.html import format_html, format_html_join

from compute.domain.mapping import Rule, apply_rules, rule_faults
from compute.models import (
    ComputeTarget,
    EnvironmentBuild,
    EnvironmentRequest,
    EnvironmentRule,
    EnvironmentVersion,
)
from workspaces.admin import AuditedAdmin, ReadOnlyAdmin

TRIED = 200  # newest wishes that a rule is tried on


@admin.register(ComputeTarget)
class ComputeTargetAdmin(ReadOnlyAdmin):
    list_display = (
        "name",
        "workspace",
        "kind",
        "vm_size",
        "min_nodes",
        "max_nodes",
        "memory_limit_mb",
    )
    search_fields = ("name",)
    list_filter = ("workspace",)


@admin.register(EnvironmentBuild)
class EnvironmentBuildAdmin(ReadOnlyAdmin):
    list_display = ("key", "status", "created_at", "finished_at", "last_asked_at")
    list_filter = ("status",)


@admin.register(EnvironmentVersion)
class EnvironmentVersionAdmin(ReadOnlyAdmin):
    list_display = ("name", "version", "workspace", "created_by", "created_at")
    search_fields = ("name",)
    list_filter = ("workspace",)


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """A rule, with what each field means for its kind."""

    class Meta:
        model = EnvironmentRule
        fields = ("kind", "asked", "used", "reason", "position", "enabled")
        help_texts = {
            "kind": "Of each kind, the first rule that fits what a program asks for counts.",
            "asked": "Python version: 3.8 or 3.*. Base image: mcr.microsoft.com/azureml/*. "
            "Curated environment: AzureML-sklearn-*. Package: numpy (any version), "
            "numpy==1.19.5 or numpy==1.19.*. The sign * stands for any text.",
            "used": "Python version: 3.11. Package: one requirement, such as numpy==1.23.5; "
            "nothing leaves the package out. Base image and curated environment: packages, one a "
            "line, among them python=3.11 if it matters; nothing means the default packages.",
            "reason": "Shown with the notice on every step that the rule changes.",
            "position": "Rules are tried from the lowest number up.",
        }
        widgets = {"used": forms.Textarea(attrs={"rows": 4})}

    def clean(self) -> dict[str, Any]:
        """Refuses rules that could never build anything."""
        values = super().clean() or self.cleaned_data
        for field in ("asked", "used"):
            values[field] = "\n".join((values.get(field) or "").split("\r\n")).strip()
        faults = rule_faults(values.get("kind", ""), values["asked"], values["used"])
        for field, sentence in faults:
            self.add_error(field, sentence)
        return values


@admin.register(EnvironmentRule)
class EnvironmentRuleAdmin(AuditedAdmin):
    """The mapping *asked -> used*. It counts for environments that are asked for from now on."""

    form = RuleForm
    list_display = ("position", "kind", "asked", "used", "reason", "enabled")
    list_display_links = ("asked",)
    list_editable = ("enabled",)
    list_filter = ("kind", "enabled")
    search_fields = ("asked", "used", "reason")
    readonly_fields = ("dry_run",)
    save_as = True

    @admin.display(description="What it would change")
    def dry_run(self, row: EnvironmentRule) -> str:
        """The rule, alone, on what programs asked for lately."""
        if row.pk is None:
            return "Save the rule to see which of the environments asked for so far it changes."
        rule = Rule(row.pk, row.kind, row.asked, row.used, row.reason)
        tried = list(EnvironmentRequest.objects.order_by("-last_asked_at")[:TRIED])
        changed = []
        for request in tried:
            said = [one for one in apply_rules(request.asked, [rule])[1] if rule.label in one]
            if said:
                changed.append((f"{request.name or 'Default'}: {' '.join(said)}",))
        if not changed:
            return f"Nothing of the {len(tried)} environments asked for so far."
        return format_html(
            "{} of the {} environments asked for so far:<ul>{}</ul>",
            len(changed),
            len(tried),
            format_html_join("", "<li>{}</li>", changed),
        )
