"""Generated documents are as the text and the expectations give them: run `make docs` when this fails."""

from __future__ import annotations

import pytest

from marketproof.documents import BEGIN, END, ROOT, documents
from spec.variants import VARIANTS

DOCUMENTS = documents()


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_document_is_not_stale(name: str):
    assert (ROOT / name).read_text(encoding="utf-8") == DOCUMENTS[name]


def test_every_variant_has_its_text_and_its_difference_from_its_parent():
    wanted = {f"docs/generated/{name}.md" for name in VARIANTS}
    wanted |= {f"docs/generated/{known.parent}-to-{name}.md" for name, known in VARIANTS.items() if known.parent}
    assert wanted <= set(DOCUMENTS) and "docs/generated/paper-to-hardened.md" in wanted


def test_nothing_else_lies_among_the_generated_documents():
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "generated").iterdir()} <= set(DOCUMENTS)


def test_the_difference_gives_the_reason_of_every_amendment():
    told = " ".join(DOCUMENTS["docs/generated/paper-to-hardened.md"].split())
    assert [amendment.name for amendment in VARIANTS["hardened"].amendments if amendment.because not in told] == []


def test_readme_holds_the_table_between_its_marks():
    text = DOCUMENTS["README.md"]
    assert "| C31/rem |" in text.partition(BEGIN)[2].partition(END)[0]
