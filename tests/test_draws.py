"""The generator against its authors' published answers, and its keys against one another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.draws import draw, fill, philox

ONES = 0xFFFFFFFF
# Random123, tests/kat_vectors: philox 4x32, 10 rounds.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
word = st.integers(0, ONES)


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_philox_gives_the_published_answers(counter, key, answer):
    words = [np.uint64(w) for w in (*counter, *key)]
    assert tuple(int(w) for w in philox(*words)) == answer


@given(seed=st.integers(0, 2**63 - 1), replication=word, viewer=word, purpose=word, index=word)
def test_draws_follow_from_their_key_and_from_every_part_of_it(seed, replication, viewer, purpose, index):
    key = (seed, replication, viewer, purpose, index)
    drawn = draw(*key)
    assert drawn == draw(*key)
    assert all(0.0 < u < 1.0 for u in drawn)
    for part in range(5):
        other = list(key)
        other[part] ^= 1
        assert draw(*other) != drawn


def test_a_block_holds_the_same_numbers_as_single_draws():
    out = np.empty((3, 8))
    fill(7, 2, 40, 16, 2, out)
    assert tuple(out[2]) == (*draw(7, 2, 42, 16, 0), *draw(7, 2, 42, 17, 0))


def test_neighbouring_keys_are_uniform_and_unrelated():
    out = np.empty((20_000, 8))
    fill(1, 0, 0, 16, 2, out)
    assert all(stats.kstest(column, "uniform").pvalue > 1e-4 for column in out.T)
    assert np.abs(np.corrcoef(out.T) - np.eye(8)).max() < 0.03
    assert abs(np.corrcoef(out[:-1, 0], out[1:, 0])[0, 1]) < 0.03
