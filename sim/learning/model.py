"""Models of what comes of a push: clicked, ordered, muted; calibrated, and kept in a form that holds no code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from sim.errors import MatchdayError
from sim.learning.arms import ARMS
from sim.learning.features import NAMES, Matrix

TARGETS = ("click", "order", "mute")
LEAST = 5  # events in each part of the logs
FILE = "model.json"
SCHEMA_VERSION = 1
USUAL_PRICE = 50.0  # what prices are told against
WORN = [NAMES.index(name) for name in ("watched", "clicks", "shown")]
TAKES = [ARMS.index(arm) for arm in ARMS if arm.name in ("panel", "pop_up")]  # that take otherwise with the worn
STRENGTH = 0.3  # of the penalty's inverse: the rarer the event, the more it is needed
# Beside scikit-learn's public classes, which skops trusts by itself: what a calibrated classifier is made of.
PARTS = {"sklearn.calibration._CalibratedClassifier", "sklearn.calibration._SigmoidCalibration"}


def design(x: Matrix, arms: NDArray[np.int8], price: NDArray[np.float64]) -> Matrix:
    """(n, F + arms + 6) what is known of the viewer, the arm, the price, and how panel and pop-up take with whom."""
    shown = np.eye(len(ARMS))[arms][:, 1:]
    dear = np.log(np.maximum(price, 0.01) / USUAL_PRICE)[:, None]
    return np.concatenate([x, shown, dear, *(x[:, WORN] * shown[:, [arm - 1]] for arm in TAKES)], axis=1)


@dataclass(frozen=True)
class Quality:
    """How good a model is on nights it has not seen."""

    rows: int
    events: int
    auc: float  # 0.5: no better than chance
    calibration_error: float  # mean of |predicted - observed| over ten groups of equal size
    predicted: float  # mean
    observed: float


@dataclass(frozen=True, eq=False)
class Model:
    """The three models, and how good each is."""

    estimators: Mapping[str, Any]  # by target
    quality: Mapping[str, Quality]
    trained: Mapping[str, Any]  # on what: scenario, seed, nights, viewers

    @cached_property
    def linear(self) -> Mapping[str, tuple[Matrix, float]]:
        """The same models as weights of the columns of `design`, and what is added: log odds of each target.

        A scaled logistic regression with a sigmoid on top is one more logistic regression.  Scored by these it takes a
        matrix product where a million viewers are there to be scored.
        """
        return {target: _weights(estimator) for target, estimator in self.estimators.items()}

    def chances(self, target: str, x: Matrix, prices: Mapping[int, float]) -> Mapping[int, NDArray[np.float64]]:
        """For each arm at its price: (n,) chance that `target` comes of it."""
        weights, added = self.linear[target]
        of_x, rest = weights[: x.shape[1]], weights[x.shape[1] :]
        of_arm, of_price, of_worn = rest[: len(ARMS) - 1], rest[len(ARMS) - 1], rest[len(ARMS) :].reshape(2, -1)
        base = x @ of_x.astype(x.dtype) + x.dtype.type(added)
        out = {}
        for arm, price in prices.items():
            log_odds = base + x.dtype.type(of_arm[arm - 1] + of_price * np.log(max(price, 0.01) / USUAL_PRICE))
            if arm in TAKES:
                log_odds += x[:, WORN] @ of_worn[TAKES.index(arm)].astype(x.dtype)
            out[arm] = expit(log_odds)
        return out

    def save(self, folder: Path) -> str:
        """Writes the models and what is known of them; gives the hash of all; raises OSError."""
        import skops.io as sio  # not before it is needed: it takes a second

        folder.mkdir(parents=True, exist_ok=True)
        for target, estimator in self.estimators.items():
            sio.dump(estimator, folder / f"{target}.skops")
        facts = {
            "schema_version": SCHEMA_VERSION, "features": list(NAMES), "arms": [vars(arm) for arm in ARMS],
            "trained": dict(self.trained), "quality": {name: vars(q) for name, q in self.quality.items()},
            "files": {target: _sha256(folder / f"{target}.skops") for target in self.estimators},
        }  # fmt: skip
        (folder / FILE).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
        return _sha256(folder / FILE)


def load_model(folder: Path, sha256: str | None = None) -> Model:
    """Reads a model that `Model.save` has written; `sha256` is what its hash must be.

    Raises MatchdayError where it is not there, has been changed, is of another version, or holds anything but models.
    """
    file = folder / FILE
    try:
        text = file.read_bytes()
    except OSError as error:
        raise MatchdayError(f"there is no model in {folder}: {error.strerror}; `train` makes one") from error
    if sha256 is not None and hashlib.sha256(text).hexdigest() != sha256:
        raise MatchdayError(f"{file} has changed since the policy beside it was written: train again")
    try:
        facts = json.loads(text)
        known = (facts["schema_version"], facts["features"], facts["arms"])
        files, quality, trained = facts["files"], facts["quality"], facts["trained"]
    except (ValueError, KeyError, TypeError) as error:
        raise MatchdayError(f"{file} is no model that `train` has written") from error
    if known != (SCHEMA_VERSION, list(NAMES), [vars(arm) for arm in ARMS]):
        raise MatchdayError(f"{file} is of another version, which saw or did other things: train again")
    estimators = {target: _estimator(folder / f"{target}.skops", files[target]) for target in TARGETS}
    return Model(estimators, {name: Quality(**q) for name, q in quality.items()}, trained)


def _estimator(file: Path, sha256: str) -> Any:
    import skops.io as sio

    try:
        if _sha256(file) != sha256:
            raise MatchdayError(f"{file} is not the one that {FILE} beside it tells of: train again")
    except OSError as error:
        raise MatchdayError(f"cannot read {file}: {error.strerror}") from error
    if strange := set(sio.get_untrusted_types(file=file)) - PARTS:
        raise MatchdayError(f"{file} holds {', '.join(sorted(strange))}, which is no part of a model: it is not loaded")
    return sio.load(file, trusted=sorted(PARTS))


def fit(logs: pd.DataFrame, nights: Sequence[int], trained: Mapping[str, Any]) -> Model:
    """Fits to the first nights, calibrates on the next, and reports on the last fifth, which it has not seen.

    Orders are learnt from viewers who have consented alone: of the others the platform does not see them.  Raises
    MatchdayError where the logs hold too few events.
    """
    fitting, calibrating, held_out = parted(nights)
    estimators, quality = {}, {}
    for target in TARGETS:
        shown = logs[(logs["arm"] > 0) & logs[target].notna()]
        parts = [shown[shown["night"].isin(part)] for part in (fitting, calibrating, held_out)]
        few = [int(part[target].sum()) for part in parts]
        if min(few) < LEAST:
            wanted = f"about {ceil(len(nights) * LEAST / min(few))}" if min(few) else "many more"
            words = f"{min(few)} of '{target}' in one of three parts of {len(nights)} nights, and {LEAST} are needed"
            raise MatchdayError(f"too little to learn from: {words}: play {wanted} nights (-n), or more viewers")
        estimators[target] = _fitted(parts[0], parts[1], target)
        quality[target] = quality_on(estimators[target], parts[2], target)
    return Model(estimators, quality, trained)


def parted(nights: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
    """Three fifths, one fifth and one fifth of the nights, one at least each: to fit, to calibrate, to be judged by."""
    if len(nights) < 3:
        raise MatchdayError("learning needs three nights at least: to fit, to calibrate, and to be judged by")
    a = min(max(1, round(0.6 * len(nights))), len(nights) - 2)
    b = min(max(a + 1, round(0.8 * len(nights))), len(nights) - 1)
    return list(nights[:a]), list(nights[a:b]), list(nights[b:])


def _fitted(fitting: pd.DataFrame, calibrating: pd.DataFrame, target: str) -> Any:
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.frozen import FrozenEstimator
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=500))
    model.fit(_rows(fitting), fitting[target].astype(int))
    calibrated = CalibratedClassifierCV(FrozenEstimator(model), method="sigmoid")
    return calibrated.fit(_rows(calibrating), calibrating[target].astype(int))


def _weights(estimator: Any) -> tuple[Matrix, float]:
    """Weights and constant of a fitted and calibrated model's log odds."""
    (calibrated,) = estimator.calibrated_classifiers_
    scaler, logistic = (step for _, step in calibrated.estimator.estimator.steps)
    (sigmoid,) = calibrated.calibrators
    weights = logistic.coef_[0] / scaler.scale_
    added = float(logistic.intercept_[0] - weights @ scaler.mean_)
    return -sigmoid.a_ * weights, float(-sigmoid.a_ * added - sigmoid.b_)


def _rows(logs: pd.DataFrame) -> Matrix:
    x = logs[list(NAMES)].to_numpy(float)
    return design(x, logs["arm"].to_numpy(np.int8), logs["price"].to_numpy(float))


def quality_on(estimator: Any, held_out: pd.DataFrame, target: str) -> Quality:
    """How good a model is on logged showings that it has not seen, all of which `target` is known of."""
    from sklearn.metrics import roc_auc_score

    told, came = estimator.predict_proba(_rows(held_out))[:, 1], held_out[target].to_numpy(float)
    order = np.argsort(told, kind="stable")
    groups = [(told[group].mean(), came[group].mean()) for group in np.array_split(order, 10)]
    error = float(np.mean([abs(a - b) for a, b in groups]))
    auc = float(roc_auc_score(came, told))
    return Quality(len(came), int(came.sum()), auc, error, float(told.mean()), float(came.mean()))


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
