"""Who is best in each of many worlds, in how many, and a rule of few words that says where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sim.experiment.comparison import LEVEL, decided, half_width

Array = NDArray[np.float64]
DEPTH = 2  # conditions of a rule at most
LEAST = 0.08  # of the worlds that a leaf of the tree must hold
FOLDS = 5
SEED = 20221218  # of the order in which worlds are dealt to folds
NOBODY = "nobody"  # who wins where the best are level


@dataclass(frozen=True)
class Share:
    """So many worlds of so many."""

    worlds: int
    of: int

    @property
    def share(self) -> float:
        """NaN of no worlds."""
        return self.worlds / self.of if self.of else float("nan")

    @cached_property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of the share that many more worlds would have."""
        if not self.of:
            return 0.0, 1.0
        found = stats.binomtest(self.worlds, self.of).proportion_ci(LEVEL, "wilson")
        return float(found.low), float(found.high)


@dataclass(frozen=True)
class Condition:
    """An input below a threshold, or not."""

    input: int
    below: bool
    threshold: float


@dataclass(frozen=True)
class Leaf:
    """Where a rule names a winner: all conditions hold."""

    conditions: tuple[Condition, ...]
    winner: str
    worlds: int
    right: int  # of them, that this winner wins


@dataclass(frozen=True)
class Rule:
    """Who wins where, and whether knowing it is worth more than naming the most frequent winner."""

    leaves: tuple[Leaf, ...]
    worlds: int
    right: int  # of worlds that the rule names the winner of, when it is learned from others
    majority: str
    majority_right: int
    helps: bool  # it is right more often than the majority, by more than luck

    @property
    def inputs(self) -> tuple[int, ...]:
        """That it asks for, the first question first."""
        return tuple(dict.fromkeys(c.input for leaf in self.leaves for c in leaf.conditions))


def best(values: Array, names: Sequence[str], *, more: bool) -> list[str]:
    """The policy with the best value in each world, a row of `values` (worlds, policies); NOBODY where it is shared."""
    gains = values if more else -values
    tops = gains == gains.max(axis=1, keepdims=True)
    return [names[int(row.argmax())] if row.sum() == 1 else NOBODY for row in tops]


def settled(leads: Array) -> Share:
    """In how many worlds a difference (worlds, nights) is more than luck."""
    means, halves = leads.mean(axis=1), half_width(leads)
    nights = leads.shape[1]
    sure = [nights > 1 and decided(float(m), float(h), nights) for m, h in zip(means, halves, strict=True)]
    return Share(sum(sure), len(sure))


def luck(leads: Array) -> tuple[float, float]:
    """Standard error of a world's mean difference (worlds, nights) by the luck of its nights, and the share of the
    variance of these means over worlds that it is, at most: part of the luck is the same in all worlds.

    NaN where there is one night a world.
    """
    nights = leads.shape[1]
    if nights == 1 or len(leads) < 2:
        return float("nan"), float("nan")
    within = float(leads.var(axis=1, ddof=1).mean()) / nights
    between = float(leads.mean(axis=1).var(ddof=1))
    return float(np.sqrt(within)), min(1.0, within / between) if between else float("nan")


def rule(inputs: Array, winners: Sequence[str]) -> Rule:
    """A shallow decision tree from inputs (worlds, inputs) to the winner of each world, as a rule.

    Its accuracy is that in worlds it was not learned from; it helps where, of the worlds that only one of tree and
    majority is right in, the tree has more than a sign test puts down to chance.
    """
    from sklearn.model_selection import KFold, cross_val_predict
    from sklearn.tree import DecisionTreeClassifier

    told = np.asarray(winners)
    majority, frequent = Counter(winners).most_common(1)[0]
    n = len(told)
    tree = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=max(2, round(LEAST * n)), random_state=0)
    leaves = tuple(_leaves(tree.fit(inputs, told)))
    if len(leaves) == 1:
        return Rule(leaves, n, frequent, majority, frequent, helps=False)
    folds = KFold(min(FOLDS, n), shuffle=True, random_state=SEED)
    right = cross_val_predict(tree, inputs, told, cv=folds) == told
    apart = right != (told == majority)
    won = int((right & apart).sum())
    sure = stats.binomtest(won, int(apart.sum()), alternative="greater").pvalue < 1.0 - LEVEL if apart.any() else False
    return Rule(leaves, n, int(right.sum()), majority, frequent, helps=bool(sure))


def _leaves(tree: Any) -> Iterator[Leaf]:
    """The leaves of a fitted tree from left to right; two that name the same winner are one."""
    nodes = tree.tree_

    def below(node: int, conditions: tuple[Condition, ...]) -> list[Leaf]:
        held = nodes.value[node][0] * nodes.n_node_samples[node]  # shares since scikit-learn 1.3
        winner = str(tree.classes_[int(held.argmax())])
        whole = Leaf(conditions, winner, int(nodes.n_node_samples[node]), round(float(held.max())))
        if nodes.children_left[node] < 0:
            return [whole]
        question = int(nodes.feature[node]), float(nodes.threshold[node])
        parts = [
            leaf
            for child, is_below in ((nodes.children_left[node], True), (nodes.children_right[node], False))
            for leaf in below(child, _narrowed(conditions, Condition(question[0], is_below, question[1])))
        ]
        return [whole] if {leaf.winner for leaf in parts} == {winner} else parts

    yield from below(0, ())


def _narrowed(conditions: tuple[Condition, ...], last: Condition) -> tuple[Condition, ...]:
    """With one condition more, which stands for those that follow from it."""
    return (*(c for c in conditions if (c.input, c.below) != (last.input, last.below)), last)
