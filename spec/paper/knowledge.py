"""What a coalition can know in this text: contents, nonces and weights.  Nothing here says what it should do with them."""

from __future__ import annotations

from typing import Any

from spec.language import MEMBER, deviating, every, image, some
from spec.paper.assets import CI, CONTENT, DSS, LOCATION, MO, NONCE, OWN_SUBSET, RECEIVED, SEEN_MODEL_HASH, SEEN_NONCE, STORE


def knows_content(content: Any) -> Any:
    """Junk anybody can make; data is known to the DO that made its subset and to the CO that received it."""
    received = some(CI, lambda instance: deviating(instance.co) & (RECEIVED[instance.co, instance].content == content))
    owned = some(DSS, lambda subset: (image(CONTENT, subset) == content) & made_by_coalition(subset))
    return (content == "junk") | received | owned


def made_by_coalition(subset: Any) -> Any:
    """A deviating member made the subset and no honest one did: who writes another's dataset or subset anew has not its data."""
    return some(MEMBER, lambda member: deviating(member) & OWN_SUBSET[member, subset].exists) & every(
        MEMBER, lambda member: deviating(member) | ~OWN_SUBSET[member, subset].exists)  # fmt: skip


def knows_nonce(nonce: Any) -> Any:
    """A nonce is unguessable unless a coalition member drew it or it was published (L522)."""
    drawn = some(MEMBER, lambda member: deviating(member) & (image(NONCE, member) == nonce))
    return (nonce == "no nonce") | drawn | SEEN_NONCE[nonce].seen


def knows_weights(weights: Any) -> Any:
    """Weights can be computed from content, or taken from the object store by who can open a location."""
    opens = some(MO, lambda owner: deviating(owner))
    stored = some(CI, lambda instance: (deviating(instance.co) | opens) & (STORE[image(LOCATION, instance)].weights == weights))
    return knows_content(weights.content) | stored


def knows_model_hash(value: Any) -> Any:
    """A hash that was published can be repeated; another must be computed from the weights and a known nonce."""
    seen = SEEN_MODEL_HASH[value.weights.content, value.weights.round, value.nonce].seen
    return seen | (knows_weights(value.weights) & knows_nonce(value.nonce))
