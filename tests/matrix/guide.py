"""The guide is for everybody; it has no secrets and takes no writes."""

from tests.matrix.row import Row

ROWS = [
    Row("decisions:guide", "get", otherwise=200),
    Row("decisions:guide", "get", otherwise=200, data=lambda world: {"q": "hybrid \x00 search"}),
    Row("decisions:guide", "post", otherwise=405),
    Row("decisions:guide_page", "get", otherwise=200, arguments=lambda world: {"slug": "hybrid"}),
    Row("decisions:guide_page", "get", otherwise=404, arguments=lambda world: {"slug": "nowhere"}),
    Row("decisions:guide_page", "post", otherwise=405, arguments=lambda world: {"slug": "hybrid"}),
]
