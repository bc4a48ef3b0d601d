"""The site admin as an app: with our own site in place of Django's."""

from django.contrib.admin.apps import AdminConfig


class GuardedAdminConfig(AdminConfig):
    """Every model registered anywhere is registered with `config.admin.Site`."""

    default_site = "config.admin.Site"
