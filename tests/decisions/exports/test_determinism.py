"""The same record is the same file: on another machine, tomorrow, in another time zone."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from decisions.exports.pdf import cache_key
from tests.decisions.exports import documents
from tests.decisions.exports.conftest import lay_out


def test_bytes_do_not_depend_on_hash_seed_time_zone_or_folder(tmp_path):
    worlds = [(seed, zone) for seed in ("0", "1", "4242") for zone in ("UTC", "Pacific/Auckland")]

    def world(index):
        seed, zone = worlds[index]
        folder = tmp_path / f"somewhere {index}"
        folder.mkdir()
        made = lay_out(folder, "support_copilot:A4", PYTHONHASHSEED=seed, TZ=zone, cwd=folder)
        return Path(made["support_copilot", "A4"]["path"]).read_bytes()

    with ThreadPoolExecutor(2) as pool:
        files = list(pool.map(world, range(len(worlds))))
    assert len(files) == 6
    assert len(set(files)) == 1
    assert files[0].startswith(b"%PDF-")


def test_the_cache_key_follows_content_and_paper_and_nothing_else():
    document = documents.support_copilot()
    shuffled = dict(reversed(list(documents.support_copilot().items())))
    assert cache_key(document) == cache_key(shuffled)
    assert cache_key(document, "A4") != cache_key(document, "Letter")
    other = documents.support_copilot()
    other["record"]["state"] = "superseded"
    assert cache_key(document) != cache_key(other)
