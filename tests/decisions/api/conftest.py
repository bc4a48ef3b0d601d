"""Schemathesis is a plugin of pytest, and slow to import: it is loaded with the tests that use it and not before."""


def pytest_configure(config):
    if not config.pluginmanager.has_plugin("schemathesis.pytest.plugin"):
        config.pluginmanager.import_plugin("schemathesis.pytest.plugin")
