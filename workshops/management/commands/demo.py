"""`manage.py demo`: a migrated, seeded database, and how to get in."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.urls import reverse

from decisions.models import Decision, Team
from workshops.demo.seed import seed
from workshops.demo.stories import PASSWORD, PEOPLE, SLUG, TEAM
from workshops.models import OWNER_ROLES, Phase, Workshop


class Command(BaseCommand):
    """Keeps what is there; with --fresh it begins anew, but only on a database that a demo made."""

    help = "Migrate, seed the demo team, and print who to sign in as and a join link per role."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """One switch."""
        parser.add_argument("--fresh", action="store_true", help="delete the demo data first")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare the database and say how to get in."""
        if options["fresh"]:
            self.start_anew()
        call_command("migrate", verbosity=0)
        if not Team.objects.filter(slug=SLUG).exists() and Team.objects.exists():
            raise CommandError(
                "This database already has a team that isn't the demo. Set DATABASE_URL to another database."
            )
        team = seed()
        self.say_how(team)

    def start_anew(self) -> None:
        """Delete the demo's own database; one that holds anything but a demo is refused."""
        tables = connection.introspection.table_names()
        if not tables:
            return
        if "decisions_team" in tables and Team.objects.exists() and not Team.objects.filter(slug=SLUG).exists():
            raise CommandError("--fresh only deletes demo data. This database has other data.")
        if connection.vendor == "sqlite":
            name = Path(settings.DATABASES["default"]["NAME"])
            connection.close()
            for path in (name, name.with_name(f"{name.name}-wal"), name.with_name(f"{name.name}-shm")):
                path.unlink(missing_ok=True)
        else:
            with connection.cursor() as cursor:
                cursor.execute("DROP SCHEMA public CASCADE")
                cursor.execute("CREATE SCHEMA public")

    def say_how(self, team: Team) -> None:
        """Who to sign in as, and one join link a role for the workshop that waits in its lobby."""
        base = settings.PUBLIC_URL
        lead = PEOPLE["ines"]
        lines = [
            "",
            f"{TEAM}: {Decision.objects.filter(team=team).count()} decisions, at {base}",
            f"  Sign in:   {base}{reverse('account_login')}",
            f"             {lead.email} facilitates workshops and edits records ({lead.name}), password {PASSWORD}",
        ]
        lines += [
            f"             {email} {'owns the team' if team_role == 'owner' else f'represents {role}'} ({name}), same password"
            for name, email, team_role, role in PEOPLE.values()
            if email != lead.email
        ]
        workshop = Workshop.objects.filter(decision__team=team).exclude(phase=Phase.CLOSED).order_by("pk").last()
        if workshop is not None:
            link = base + reverse("workshops:join_link", args=[workshop.join_token])
            lines.append(f"  Workshop:  {base}{reverse('workshops:room', args=[workshop.public_id])} (as {lead.email})")
            lines += [f"  Join as {role.value + ':':<10} {link}?role={role.value}" for role in OWNER_ROLES]
            lines.append(
                f"  Join code: {workshop.join_code[:4]} {workshop.join_code[4:]} at {base}{reverse('workshops:join_code')}"
            )
        lines += ["", "Stop with Ctrl+C.", ""]
        self.stdout.write("\n".join(lines))
        sys.stdout.flush()
