"""Everything that a protocol text, a claim or a user's variant imports: the words of the specification language."""

from spec.amendments import Amendment, Variant
from spec.kinds import BOOLEAN, INTEGER, MEMBER, TEXT, Enumeration, Reference, Sort, Term, list_of
from spec.schema import TableHandle, becomes, count, every, printed, reconstructed, reference, some, total
from spec.text import Text
from spec.tree import choose, conjunction, deviating, disjunction, drawn_at, image, implies, in_run, literal, permuted, term

__all__ = [
    "BOOLEAN", "INTEGER", "MEMBER", "TEXT", "Amendment", "Enumeration", "Reference", "Sort", "TableHandle", "Term", "Text",
    "Variant", "becomes", "choose", "conjunction", "count", "deviating", "disjunction", "drawn_at", "every", "image", "implies",
    "in_run", "list_of", "literal", "permuted", "printed", "reconstructed", "reference", "some", "term", "total",
]  # fmt: skip
