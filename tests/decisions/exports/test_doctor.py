"""A machine without the system's libraries is told what to install."""

import sys

import pytest

from decisions.exports.pdf import doctor


@pytest.fixture(autouse=True)
def forgotten():
    doctor._diagnosis.cache_clear()
    yield
    doctor._diagnosis.cache_clear()


def failing(code):
    return (sys.executable, "-c", code)


def test_this_machine_is_well_and_the_check_is_silent():
    assert doctor.diagnose().well
    assert not [message for message in doctor.check_pdf(None) if message.level >= 30]


def test_a_missing_library_is_named_with_the_command(monkeypatch):
    monkeypatch.setattr(doctor.platform, "freedesktop_os_release", lambda: {"ID": "debian"})
    found = doctor.diagnose(
        failing(
            "raise OSError(\"cannot load library 'libpango-1.0-0': libpango-1.0-0: cannot open shared object file\")"
        )
    )
    assert not found.well
    assert "libpango-1.0-0" in found.problem
    assert found.remedy.startswith("apt-get install -y libpango-1.0-0")


def test_a_crash_without_fonts_is_explained():
    found = doctor.diagnose(failing("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"))
    assert "crashed (signal 11)" in found.problem
    assert "static/fonts/print" in found.problem


def test_a_missing_package_names_the_requirements():
    found = doctor.diagnose(failing("import groundwork_no_such_package"))
    assert "groundwork_no_such_package" in found.problem
    assert found.remedy == "pip install -r requirements.txt"


def test_a_probe_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr(doctor, "SECONDS", 0.2)
    assert "did not answer" in doctor.diagnose(failing("import time; time.sleep(30)")).problem


def test_the_system_check_warns_with_the_command_as_hint(monkeypatch):
    sick = doctor.Diagnosis("PDF export needs the system library libpango-1.0-0.", "apt-get install -y libpango-1.0-0")
    monkeypatch.setattr(doctor, "_diagnosis", lambda: sick)
    monkeypatch.setattr(doctor._diagnosis, "cache_clear", lambda: None, raising=False)
    (message,) = doctor.check_pdf(None)
    assert message.id == "decisions.W001"
    assert message.hint == "apt-get install -y libpango-1.0-0"
    assert str(sick).endswith("To mend it: apt-get install -y libpango-1.0-0")


@pytest.mark.parametrize(("release", "command"), [("fedora", "dnf"), ("alpine", "apk"), ("arch", "pacman")])
def test_each_system_gets_its_own_command(monkeypatch, release, command):
    monkeypatch.setattr(doctor.platform, "system", lambda: "Linux")
    monkeypatch.setattr(doctor.platform, "freedesktop_os_release", lambda: {"ID": release})
    assert doctor.remedy().startswith(command)
