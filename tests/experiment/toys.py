"""Jobs for workers that need nothing else: who imports this starts at once."""

from __future__ import annotations

import os
from time import sleep


def squares():
    return squared


def squared(job):
    sleep(0.05 if job % 3 == 0 else 0.0)  # so that some are done before their turn
    return job * job


def process_ids():
    return lambda _: os.getpid()


def failing_at():
    def work(job):
        if job == 0:
            sleep(0.2)  # the other's failure is there first
        if job < 2:
            return job
        raise LookupError(f"job {job}")

    return work


def speaking():
    return print


def prepared_badly():
    raise LookupError("not prepared")


def leaving_a_mark(folder, job):
    sleep(0.5 if job == 0 else 0.0)
    (folder / str(job)).touch()


class Marks:
    def __init__(self, folder):
        self.folder = folder

    def __call__(self):
        return lambda job: leaving_a_mark(self.folder, job)


def long_words():
    return bytes


def dying():
    return lambda _: os._exit(3)


def obedient():
    return obeyed


def obeyed(job):
    """Numbers are squared, words are done."""
    if job == "die":
        os._exit(3)
    return int(job) * int(job)
