"""Whose processor time it was, and how busy the machine is with other things."""

import os
import resource
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def _stat(path: Path) -> list[str]:
    """The fields after the name, or none when the process has gone."""
    try:
        return path.read_text().rsplit(") ", 1)[1].split()
    except OSError:
        return []


def cpu_seconds(pid: int) -> float:
    """Processor time that a process, or with 0 this one, has used so far, in user and kernel."""
    fields = _stat(Path(f"/proc/{pid or 'self'}/stat"))
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def family_cpu_seconds(leader: int) -> float:
    """The same of a process and all that it has started, those that have ended included."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        fields = _stat(path)
        if not fields:
            continue
        if int(path.parent.name) == leader:
            total += sum(int(field) for field in fields[11:15])
        elif int(fields[1]) == leader:
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def busy_seconds() -> float:
    """Processor time of everything on this machine."""
    user, nice, system, _idle, _wait, irq, soft, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + soft + steal) / TICKS


def load() -> float:
    """How many processes wanted to run in the last minute."""
    return os.getloadavg()[0]


def many_files() -> None:
    """As many connections as the machine allows."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def come_first() -> str:
    """Run before everything else on this machine, servers included: empty, or why that is not possible."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except (OSError, AttributeError) as error:
        return str(error)
    return ""
