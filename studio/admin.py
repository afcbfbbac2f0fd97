"""The administration carries the studio's name."""

from __future__ import annotations

from django.contrib import admin
from django_q.models import Schedule, Success

admin.site.site_header = "Forebay administration"
admin.site.site_title = "Forebay"
admin.site.index_title = "Users, access and what is stored"
admin.site.site_url = "/"

# A schedule names any function of the server: not something to type into a form. What succeeded
# leaves no row. Failed and queued tasks stay visible.
admin.site.unregister([Schedule, Success])
