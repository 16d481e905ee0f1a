"""The addresses of the project: a page of its own and Django's admin."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.html import format_html

from cognito_gate.integrations.django import group_required, maybe_identity


def home(request: HttpRequest) -> HttpResponse:
    who = maybe_identity(request)
    name = who.username if who else "visitor"
    return HttpResponse(format_html('Hello, {}. <a href="/auth/logout">Sign out</a>', name))


@group_required("editors")
def drafts(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Only editors read this.")


urlpatterns = [path("", home), path("drafts/", drafts), path("admin/", admin.site.urls)]
