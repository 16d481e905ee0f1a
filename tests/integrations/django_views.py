"""The Django site of the tests: its addresses and views. Imported by Django, once it is set up."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views import View

from cognito_gate import Identity
from cognito_gate.integrations.django import CognitoBackend, group_required, maybe_identity
from tests.integrations.stage import OPEN


class StaffBackend(CognitoBackend):
    """Staff of the pool is staff here."""

    def fields_of(self, identity: Identity) -> dict[str, Any]:
        return {**super().fields_of(identity), "is_staff": "staff" in identity.groups}


def seen(request: HttpRequest) -> JsonResponse:
    """Whom a view sees."""
    user: Any = request.user
    found = maybe_identity(request)
    assert found is request.cognito  # type: ignore[attr-defined]
    return JsonResponse(
        {
            "user": user.get_username(),
            "email": getattr(user, "email", None),
            "staff": user.is_staff,
            "signed_in": user.is_authenticated,
            "identity": found.username if found else None,
        }
    )


async def seen_async(request: HttpRequest) -> JsonResponse:
    user: Any = await request.auser()
    assert user == request.user  # type: ignore[comparison-overlap, unused-ignore]
    return seen(request)


def visits(request: HttpRequest) -> JsonResponse:
    """Something that is kept in Django's session."""
    request.session["visits"] = request.session.get("visits", 0) + 1
    return JsonResponse({"visits": request.session["visits"]})


@group_required("admin")
def admin(request: HttpRequest) -> JsonResponse:
    """For admins."""
    return JsonResponse({})


@group_required("admin", "staff")
async def both(request: HttpRequest) -> JsonResponse:
    return JsonResponse({})


class OneOf(View):
    @group_required("admin", "staff", any_group=True)
    def get(self, request: HttpRequest) -> JsonResponse:
        return JsonResponse({})


views: dict[str, Any] = {
    "who": group_required()(seen),
    "maybe": seen,
    "async": seen_async,
    "visits": visits,
    "admin": admin,
    "both": both,
    "any": OneOf.as_view(),
}
urlpatterns = [path(f"{OPEN[1:]}/{name}", view) for name, view in views.items()]
