"""The claims of the paper that are about numbers alone: sizes of groups, nonces, rounds and draws."""
# ruff: noqa: E501 (a table)

from __future__ import annotations

from properties import number_statements as numbers
from properties.claims import Claim, Part
from properties.measured_claims import HIDES

NUMBER_CLAIMS: tuple[Claim, ...] = (
    Claim("C03", "a skewed split",
          "the splitting is done in a skewed fashion i.e. no subset has all the classes of the data or range of values. Also, no subset has majority of the data from a single class", "L448-451",
          (Part("class", "arith", "a split in which each of m subsets lacks one of C classes and none has over half of a class exists exactly if C = 2 and m >= 4, or C >= 3 and m >= 3; where half is too much, if C = 2 and m >= 6, C = 3 and m >= 5, or C >= 4 and m >= 4",
                numbers.class_statements),
           Part("subset", "arith", "a split in which each subset lacks a class and no class is over half of a subset needs C >= 3, and exists for every such C (both readings at once); where half is too much, C >= 4",
                numbers.subset_statements)),
          "", None, assumptions=("classes are split in shares: with few rows of a class see the closed form of the split",), of="all m subsets, C classes"),
    Claim("C17c", "who sees to it that fewer than half deviate",
          "As long as the number of fraudulent COs is < n/2, any party can verify whether the CO actually trained the model", "L506-509",
          (Part("all", "arith", "if fewer than half of all owners deviate, fewer than half of each group do", numbers.minority_everywhere),
           Part("least", "arith", "with fewer than q deviating owners in all no group has q of them, with q one can have them, and c groups need c q", numbers.captured_groups),
           Part("chance", "arith", "if each of m groups is captured with chance p, some group is with a chance between p and m p", numbers.captured_by_chance)),
          "", None, assumptions=("f counts replicas, not owners",), of="all m groups of n"),
    Claim("C21", "no two COs can produce the same nonce", "Since no two COs can produce the same nonce, the hash reported by each CO is guaranteed to be different", "L522-524",
          (Part("never", "arith", "nonces that two owners draw from the same N >= 2 values differ", numbers.nonce_statements),
           Part("hash", "arith", "hashes that two owners report differ, of models and of data, whatever their nonces", numbers.hash_statements),
           Part("chance", "arith", "of k nonces from N values two are equal with a chance from s / (1 + s) to s, s = k (k - 1) / 2N: N >= k (k - 1) / 2r is enough for a risk r, and N < k (k - 1) (1 - r) / 2r is not",
                numbers.collision_statements)),
          "", None, assumptions=("nonces are drawn uniformly and independently; whoever chooses one can choose another's", "a hash is its pre-image: different ones never collide",), of="all k owners, N nonces"),
    Claim("C25n", "the bias left by aborting",
          "this chaincode function which holds the logic of picking up a random subset of COs to conduct a round of training, is carried out by the underlying blockchain which is completely agnostic of the MO", "L733-737",
          (Part("last", "arith", "who sees a draw that suits with chance p and may pay a bond for each of t more gets what suits with 1 - (1 - p)^(t + 1), at most (t + 1) p, and each bond buys a gain of p: it pays only below p times the value", numbers.abort_statements),
           Part("first", "arith", "among draws that are finished, one that suits who revealed first, without knowing the draw, has the chance that it had", numbers.first_statements)),
          "", None, assumptions=("the seed is uniform if one of its shares is", "each further draw is of a couple of its own, with epochs of its own (no epoch is drawn twice: C25/once); the text does not limit how many an MO asks for"), of="all p, t and bonds"),
    Claim("C26", "random selection hides single COs from the MO",
          "during each each round, a random set of COs holding a dataset are utilized for training", "L207-212",
          (Part("turns", "arith", "sums of the models of a round, of any number of rounds, never give a single model from four subsets on, and do for up to three", numbers.parity_statements),
           Part("two", "arith", "sums of two random rounds of h >= 2 subsets never give a single model", numbers.two_rounds_statements),
           Part("random", "arith", "sums of three random rounds of two of four subsets never give a single model", numbers.three_rounds_statements),
           Part("batches", "arith", "sums of rounds of fixed batches of two subsets or more never give a single model", numbers.batch_statements),
           Part("skipped", "arith", "nor do they where a subset of a batch is skipped in some round", numbers.skipped_statements),
           HIDES),
          "", None, assumptions=("the MO sees sums only (the paper's downloads each model, L639-642)", "a subset's model is the same in each round, or differs by what is known"), of="all rounds of m subsets"),
    Claim("C27n", "over rounds all subsets are used", "training over multiple rounds ensures that all the PPDS are eventually utilized for training", "L597-599",
          (Part("turns", "arith", "any two rounds in a row train every subset, once each", numbers.alternate_statements),
           Part("random", "arith", "some number of random rounds trains every subset for certain", numbers.certain_statements),
           Part("chance", "arith", "r rounds that leave out each of m subsets with chance q leave out some with a chance from q^r to m q^r, above 0", numbers.drawn_statements),
           Part("epoch", "arith", "the B rounds of an epoch train each of its B batches exactly once", numbers.epoch_statements)),
          "", None, assumptions=("rounds that are started are completed: see C32",), of="all rounds of m subsets"),
)  # fmt: skip
