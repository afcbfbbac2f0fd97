"""OpenAPI of the REST interface, for signed-in callers."""

from __future__ import annotations

from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.negotiation import DefaultContentNegotiation

from workspaces.api.base import ForebayAPIView


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema names our tokens."""

    target_class = "workspaces.api.reading.BearerAuthentication"
    name = "accessToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "fby_…"}


class BrowserScheme(SessionScheme):  # type: ignore[no-untyped-call]
    """And the session of a page."""

    target_class = "workspaces.api.reading.BrowserAuthentication"


class SchemaView(ForebayAPIView, SpectacularAPIView):
    """OpenAPI 3 of every view below /api/v1; JSON, or YAML with `?format=yaml`."""

    renderer_classes = [OpenApiJsonRenderer, OpenApiYamlRenderer]
    content_negotiation_class = DefaultContentNegotiation
    permission_classes = []

    @extend_schema(exclude=True)
    def get(self, request, *args, **kwargs):  # type: ignore[no-untyped-def]
        return super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
