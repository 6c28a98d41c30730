"""A night against the clock: `python -m benchmarks.night`.

Prints the engines and a plain SimPy model on the same small night, a night of a million viewers in a process of its
own, and what the machine could do at best, all from one run.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.memory import MB, peak, reset_peak
from benchmarks.plain_simpy import PlainNight
from benchmarks.probes import copy_bandwidth, draw_time
from policies.blast import Blast
from sim.engine.play import EngineName, play
from sim.world.night import Night, World, load_world

ROOT = Path(__file__).parent.parent
LEAGUE = ROOT / "scenarios" / "daily" / "league-night.yaml"
SEED, WARM = 7, 500
ALONE = ("days_after=0",)  # the night is timed, not the days after it
TARGETS = {"seconds": 6.0, "megabytes": 200.0, "events_a_viewer": 25.0, "times_plain": 50.0}

MEASURED = ("draw_seconds", "play_seconds", "seconds", "ns_an_event")  # given as medians

Figures = dict[str, Any]


def main() -> None:
    """Measures, prints, and says which targets are met."""
    options = _options()
    machine = {
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "load": os.getloadavg()[0],
    }
    small = compare_engines(options.scenario, options.small)
    big = _in_fresh_process(big_night, options.scenario, options.viewers, options.threads, options.runs)
    result: Figures = {"machine": machine, "engines": small, "night": big, "limits": limits(big, options.threads)}
    result["targets"] = verdicts(result)
    print(json.dumps(result, indent=2) if options.json else table(result))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.night", description=__doc__)
    parser.add_argument("--scenario", type=Path, default=LEAGUE)
    parser.add_argument("--viewers", type=int, default=1_000_000, help="viewers of the big night")
    parser.add_argument("--small", type=int, default=5_000, help="viewers of the night that every engine plays")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3, help="runs of the big night; its times are their medians")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


# --- every engine on a small night -----------------------------------------------------------------------------------


def compare_engines(scenario: Path, viewers: int) -> Figures:
    """Nanoseconds a viewer event: compiled, reference, plain SimPy; one thread each, the audience drawn before."""
    world = load_world(scenario, ALONE)
    plays = {
        "compiled": lambda night: _events(night, "compiled"),
        "plain_simpy": lambda night: PlainNight(night, Blast()).play(),
    }
    if find_spec("sim.engine.reference"):
        plays["reference"] = lambda night: _events(night, "reference")
    plays["compiled"](world.night(SEED, 0, WARM))
    runs = {"compiled": 5, "plain_simpy": 3, "reference": 1}
    return {"viewers": viewers} | {name: _median(world, viewers, how, runs[name]) for name, how in plays.items()}


def _events(night: Night, engine: EngineName) -> int:
    return play(night, Blast(), "blast", engine=engine).events


def _median(world: World, viewers: int, how: Callable[[Night], int], runs: int) -> Figures:
    timed = [_timed(how, world.night(SEED, 0, viewers)) for _ in range(runs)]
    ns = median(1e9 * took / events for took, events in timed)
    return {"ns_an_event": ns, "events_a_viewer": timed[0][1] / viewers, "runs": runs}


def _timed(how: Callable[[Night], int], night: Night) -> tuple[float, int]:
    """The cyclic garbage collector rests meanwhile: at 20,000 viewers it costs the plain model half its time again."""
    gc.collect()
    gc.disable()
    start = perf_counter()
    events = how(night)
    took = perf_counter() - start
    gc.enable()
    return took, events


# --- the big night ----------------------------------------------------------------------------------------------------


def _in_fresh_process(work: Callable[..., Figures], *given: Any) -> Figures:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def big_night(scenario: Path, viewers: int, threads: int, runs: int) -> Figures:
    """Time and memory of one large night; memory above what is held after imports and a tiny night."""
    world = load_world(scenario, ALONE)
    play(world.night(SEED, 0, WARM), Blast(), "blast", threads=threads)
    gc.collect()
    start = reset_peak()
    first = _big(world, viewers, threads)
    above = (peak() - start) / MB
    every = [first, *(_big(world, viewers, threads) for _ in range(runs - 1))]
    times = {name: median(f[name] for f in every) for name in MEASURED}
    return first | times | {"megabytes": above, "runs": runs, "threads": threads}


def _big(world: World, viewers: int, threads: int) -> Figures:
    start = perf_counter()
    night = world.night(SEED, 0, viewers)
    drawn = perf_counter()
    played = play(night, Blast(), "blast", threads=threads)
    end = perf_counter()
    return {
        "viewers": viewers,
        "draw_seconds": drawn - start,
        "play_seconds": end - drawn,
        "seconds": end - start,
        "events_a_viewer": played.events / viewers,
        "ns_an_event": 1e9 * (end - drawn) / played.events,
        "bytes_a_viewer": _bytes(night) / viewers,
        "windows": -(-(night.stage.match.closes - night.stage.match.opens) // world.scenario.timing.window),
    }


def _bytes(night: Night) -> int:
    """The viewers' records, and when each is next due."""
    crowd = night.crowd
    return crowd.known.nbytes + crowd.viewers.nbytes + crowd.tastes.nbytes + 8 * len(crowd)


# --- how far from the limits ------------------------------------------------------------------------------------------


def limits(night: Mapping[str, Any], threads: int) -> Figures:
    """Least times of the big night by memory and by draws alone.

    Memory: each window looks at every viewer's due time once, and each event reads and writes its viewer's record (more
    than is true, since a viewer's events of one window share a visit).  Draws: one an event (fewer than is true, since
    rejected candidates draw too).
    """
    bandwidth, draw = copy_bandwidth(threads), draw_time()
    viewers, events = night["viewers"], night["viewers"] * night["events_a_viewer"]
    moved = 8 * viewers * night["windows"] + 2 * night["bytes_a_viewer"] * events
    return {
        "copy_gb_a_second": bandwidth / 1e9,
        "draw_ns": 1e9 * draw,
        "memory_seconds": moved / bandwidth,
        "draw_seconds": events * draw / threads,
        "play_seconds": night["play_seconds"],
    }


def verdicts(result: Mapping[str, Any]) -> Figures:
    """Each target: what was reached, what is asked, and whether that is met."""
    night, engines = result["night"], result["engines"]
    reached = {
        "seconds": night["seconds"],
        "megabytes": night["megabytes"],
        "events_a_viewer": night["events_a_viewer"],
        "times_plain": engines["plain_simpy"]["ns_an_event"] / night["ns_an_event"],
    }
    more = {"events_a_viewer", "times_plain"}
    return {
        name: {"reached": x, "target": TARGETS[name], "met": (x >= TARGETS[name]) == (name in more)}
        for name, x in reached.items()
    }


# --- printing ---------------------------------------------------------------------------------------------------------


def table(result: Mapping[str, Any]) -> str:
    """Everything as text."""
    machine = result["machine"]
    about = f"{machine['cores']} cores, {machine['system']}, load average before the run {machine['load']:.2f}"
    lines = [about, "", *_engine_lines(result["engines"], result["night"]), "", *_night_lines(result["night"])]
    return "\n".join([*lines, "", *_limit_lines(result["limits"]), "", *_target_lines(result["targets"])])


def _engine_lines(engines: Mapping[str, Any], night: Mapping[str, Any]) -> list[str]:
    lines = [f"One night of {engines['viewers']:,} viewers, one thread      ns/event   events/viewer   times compiled"]
    base = engines["compiled"]["ns_an_event"]
    for name in ("compiled", "reference", "plain_simpy"):
        if name in engines:
            ns = engines[name]["ns_an_event"]
            lines.append(f"  {name:<45} {ns:>9,.0f} {engines[name]['events_a_viewer']:>15.1f} {ns / base:>16,.1f}")
    big = f"compiled, {night['viewers']:,} viewers, {night['threads']} threads"
    return [*lines, f"  {big:<45} {night['ns_an_event']:>9,.0f} {night['events_a_viewer']:>15.1f}"]


def _night_lines(night: Mapping[str, Any]) -> list[str]:
    return [
        f"One night of {night['viewers']:,} viewers under blast, {night['threads']} threads, median of {night['runs']}",
        f"  drawn in {night['draw_seconds']:.2f} s, played in {night['play_seconds']:.2f} s: {night['seconds']:.2f} s",
        f"  {night['bytes_a_viewer']:.0f} bytes a viewer; peak {night['megabytes']:.0f} MB above start",
    ]


def _limit_lines(limit: Mapping[str, Any]) -> list[str]:
    played = limit["play_seconds"]
    return [
        "Limits of this machine",
        f"  memory copied at {limit['copy_gb_a_second']:.1f} GB/s: moving the records would take "
        f"{limit['memory_seconds']:.2f} s, {limit['memory_seconds'] / played:.0%} of the play",
        f"  a draw of four uniforms {limit['draw_ns']:.1f} ns: one an event would take "
        f"{limit['draw_seconds']:.2f} s, {limit['draw_seconds'] / played:.0%} of the play",
    ]


def _target_lines(targets: Mapping[str, Any]) -> list[str]:
    units = {
        "seconds": "s for the night, audience drawn and played",
        "megabytes": "MB above start",
        "events_a_viewer": "events a viewer",
        "times_plain": "times the speed of plain SimPy, an event",
    }
    return [
        f"{'met ' if t['met'] else 'MISSED'}  {t['reached']:.1f} {units[name]} (target {t['target']:g})"
        for name, t in targets.items()
    ]


if __name__ == "__main__":
    main()
