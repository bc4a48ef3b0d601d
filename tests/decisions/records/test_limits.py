"""Page one never cuts what owners rely on, so what would not print whole is refused where it is typed."""

import pytest
from django.core import mail
from django.utils.html import escape

from decisions import records
from decisions.models import SignOff
from tests.decisions.records import stories
from tests.decisions.records.typing_in import address, section_form


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("section", "field", "most"),
    [
        ("fallback", "fallback-text", 300),
        ("flip_signals", "flip_signals-flip_signals-0-signal", 300),
        ("flip_signals", "flip_signals-flip_signals-0-then", 150),
    ],
)
def test_a_longer_text_is_refused_beside_its_field_and_stays_typed(client, cast, section, field, most):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    form = section_form(client, record, section)

    refused = client.post(address(record, section), form | {field: "é" * (most + 1)})
    saved = client.post(address(record, section), form | {field: "é" * most})

    assert refused.status_code == 422
    page = refused.content.decode()
    assert f"at most {most} characters" in page
    assert "é" * (most + 1) in page
    assert saved.status_code == 302
    record.refresh_from_db()
    assert "é" * most in str(record.content)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("section", "most", "row"),
    [
        ("owners", 8, {"role": "role {0}", "name": "Owner {0}", "email": "o{0}@example.org"}),
        ("metrics", 10, {"name": "Metric {0}", "gate": ">= 9{0} %"}),
    ],
)
def test_one_row_too_many_is_refused_beside_the_list(client, cast, section, most, row):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    prefix = f"{section}-{section}"

    def filled(count):
        form = section_form(client, record, section)
        form = {name: value for name, value in form.items() if not name.startswith(f"{prefix}-")}
        form |= {f"{prefix}-TOTAL_FORMS": str(count + 1), f"{prefix}-INITIAL_FORMS": "0"}  # the last one is left blank
        return form | {f"{prefix}-{i}-{name}": value.format(i) for i in range(count) for name, value in row.items()}

    refused = client.post(address(record, section), filled(most + 1))
    saved = client.post(address(record, section), filled(most))

    assert refused.status_code == 422
    page = refused.content.decode()
    assert f"At most {most} of these: page one prints each of them whole." in page
    assert escape(row["name"].format(most)) in page
    assert saved.status_code == 302


@pytest.mark.django_db
def test_a_longer_word_is_refused_beside_the_note_and_stays_typed(client, cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        record = stories.in_sign_off(cast)
    link = next(line for line in mail.outbox[-1].body.split() if "/sign/" in line)
    link = link[link.index("/sign/") :]
    typed = {"position": "dissent", "content_hash": record.content_hash}

    refused = client.post(link, typed | {"note": "n" * 401})
    assert refused.status_code == 422
    assert "at most 400 characters" in refused.content.decode()
    assert "n" * 401 in refused.content.decode()
    assert not SignOff.objects.exclude(note="").exists()

    assert client.post(link, typed | {"note": "n" * 400}).status_code == 302
    assert SignOff.objects.filter(note="n" * 400).exists()


@pytest.mark.django_db
def test_what_was_written_before_there_were_limits_is_named_before_sign_off(cast):
    record = stories.ready(stories.finish(stories.drafted(cast), cast.felix), cast.felix)
    assert not [problem for problem in records.problems(record) if problem.key.startswith("too_long")]

    record = stories.save(record, cast.felix, "fallback", fallback={"label": "Hand over", "text": "t" * 310})

    (found,) = [problem for problem in records.problems(record) if problem.key.startswith("too_long")]
    assert (found.key, found.section) == ("too_long_fallback", "fallback")
    assert found.message == "Page one prints this section whole, and it is longer than fits there: by 10."
