"""A workspace: the wall around everything that a team owns."""

from __future__ import annotations

import uuid

from django.db import models


def new_uid() -> str:
    """A fresh public id; every id that leaves the server is one of these."""
    return str(uuid.uuid4())


class Workspace(models.Model):
    """Named place that holds datastores, datasets, compute targets, experiments and runs.

    `subscription_id` and `resource_group` mean nothing here: v1 programs and URLs carry them.
    """

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    name = models.CharField(max_length=33, unique=True)
    friendly_name = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    subscription_id = models.CharField(max_length=36, default=new_uid)
    resource_group = models.CharField(max_length=90, default="forebay")
    location = models.CharField(max_length=60, default="local")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
