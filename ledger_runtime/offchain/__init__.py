"""What the paper does beside the ledger: data split, training, commitments, object store, sealed locations.

Reading order: `dataset`, `findings` (what a skewed split is), `split` (whether there is one, and one), `allocation` (how it is found),
`training`, `commitment`, `merkle`, `object_store`, `sealed`. Nothing here imports another room of the project, and nothing reads a clock
or a
hidden source of chance, with one exception that says so: `sealed.seal` without a generator.
"""
