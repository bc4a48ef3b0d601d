"""Addresses of the API; everything below them answers problems, unknown addresses too."""

from django.urls import URLPattern, re_path

from decisions.api.endpoints import api
from decisions.api.problems import not_found, with_problems

app_name = "api"
_patterns, _app_name, _namespace = api.urls
urlpatterns: list[URLPattern] = []
for _pattern in _patterns:
    assert isinstance(_pattern, URLPattern)
    # the root is only a name that the OpenAPI document needs
    _pattern.callback = with_problems(not_found if _pattern.name == "api-root" else _pattern.callback)
    urlpatterns.append(_pattern)
urlpatterns.append(re_path(r"^(?P<rest>.*)$", with_problems(not_found), name="nothing"))
