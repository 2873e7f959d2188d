"""Claims that only experiments can answer: what is to be measured of each. Until it is, their verdict is unknown."""
# ruff: noqa: E501 (a table)

from __future__ import annotations

from properties.claims import Claim, Part


def measured(name: str, statement: str, *values: str) -> Part:
    """A part that is measured. values: what an experiment has to give, each with an interval."""
    return Part(name, "measured", statement, lambda: values)


HIDES = measured("measured", "nor can the data of a single CO be told apart in what an MO sees over rounds, better than by guessing",
                 "how often the owner of a row is named rightly from the models of several rounds")  # fmt: skip
ENCRYPTED = measured("measured", "what a CO sees of encrypted models tells it nothing of their weights", "how well weights are predicted from ciphertexts, their sizes and their times")

MEASURED_CLAIMS: tuple[Claim, ...] = (
    Claim("C04", "no single CO derives meaningful information", "The first condition ensures that no single CO can derive meaningful information about the dataset", "L451-453",
          (measured("leakage", "one subset of the split tells no more of the whole dataset than a bound that is stated", "accuracy on the whole of what is trained on one subset, beside a subset drawn by chance"),),
          "", None, against=("CO",)),
    Claim("C05", "many queries or iterations do not tell an MO the characteristics of the data",
          "the second condition ensures that using multiple queries or using multiple model iterations, an MO cannot interpret the data characteristics", "L453-456",
          (measured("labels", "the label distribution of one subset cannot be estimated from what the MO sees", "error of the estimated label distribution after each round, beside that of a guess"),),
          "", None, against=("MO",)),
    Claim("C30", "samples are exposed by the DO", "An MO develops a model with the help of data samples that DOs expose", "L181-182",
          (measured("samples", "what the samples reveal of the other rows is bounded, and stated", "accuracy of what is trained on the samples, by their number"),),
          "", None, against=("MO",)),
    Claim("C42", "no single transaction type becomes a bottleneck",
          "individual transactions have similar throughput or latencies. This is key to the design as no single API would block or create undue delays in the transaction execution leading to a bottleneck", "L916-920",
          (measured("conflicts", "reports of one round commit without conflicts on the couple that they share, in as few blocks as they need", "share of reports that meet a conflict, and blocks of a round, under load"),),
          "", None),
)  # fmt: skip
