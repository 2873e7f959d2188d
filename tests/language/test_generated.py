"""The documents made from the specification are what the repository holds."""

from pathlib import Path

import pytest

from spec.show import WIDTH, generated

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = generated()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_generated_document_is_current(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == DOCUMENTS[name], f"{name} is stale: run make docs"


def test_documents_are_the_same_every_time() -> None:
    assert generated() == DOCUMENTS


@pytest.mark.parametrize("name", DOCUMENTS)
def test_lines_are_short_and_end_where_they_end(name: str) -> None:
    assert [line for line in DOCUMENTS[name].split("\n") if len(line) > WIDTH or line != line.rstrip()] == []
