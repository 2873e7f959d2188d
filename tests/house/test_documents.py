"""Generated documents are as the text and the expectations give them: run `make docs` when this fails."""

from __future__ import annotations

import pytest

from marketproof.documents import BEGIN, END, ROOT, documents

DOCUMENTS = documents()


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_document_is_not_stale(name: str):
    assert (ROOT / name).read_text(encoding="utf-8") == DOCUMENTS[name]


def test_readme_holds_the_table_between_its_marks():
    text = DOCUMENTS["README.md"]
    assert "| C31/rem |" in text.partition(BEGIN)[2].partition(END)[0]
