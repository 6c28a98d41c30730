"""A window walked: every viewer with something to do, each from event to event.

What is due next is the earliest of three: a push that reaches the viewer in this window, the errand in hand, and the
next moment of their own accord.
"""

from __future__ import annotations

from sim import draws
from sim.compiled import compiled, inlined
from sim.engine import occasions
from sim.engine.compiled.exposure import expose
from sim.engine.compiled.notes import BATCH, MAX_ROWS
from sim.engine.compiled.offers import applies
from sim.engine.compiled.presence import absent_moment, present_moment
from sim.engine.compiled.scene import NEVER, READING
from sim.engine.compiled.shopping import run_errand
from sim.engine.compiled.watching import end_content


@inlined
def reach(i, people, scene, window, notes):
    """When each of the window's new pushes reaches this viewer; inf where it does not."""
    board, width = window.board, window.end - window.start
    for j in range(window.fresh.shape[0]):
        slot = window.fresh[j]
        notes.times[j] = NEVER
        if not scene.places[board.running[slot].surface].in_shop and applies(
            i, slot, window.start, people, scene, board
        ):
            occasion = occasions.on_stream(board.running[slot].push, people.viewers[i].arrivals)
            u, u_notice, u_click, u_mute = draws.draw(scene.seed, scene.chapter, i, draws.EXPOSE, occasion)
            notes.times[j] = window.start + u * width
            notes.luck[j, 0], notes.luck[j, 1], notes.luck[j, 2] = u_notice, u_click, u_mute


@inlined
def first_push(fresh, notes):
    """The earliest push still to come, -1 if there is none."""
    first = -1
    for j in range(fresh):
        if notes.times[j] < NEVER and (first < 0 or notes.times[j] < notes.times[first]):
            first = j
    return first


@inlined
def live(i, reached, people, scene, window, notes):
    """One viewer's window, event by event."""
    v, known, board = people.viewers[i], people.known[i], window.board
    stay = v.arrivals
    while True:
        j = first_push(reached, notes)
        push_at = notes.times[j] if j >= 0 else NEVER
        t = min(v.own_at, v.errand_at, push_at)
        if t >= window.end:
            break
        if t == push_at:
            notes.times[j] = NEVER
            slot = window.fresh[j]
            here = known.present == 1 and v.arrivals == stay
            if here and known.muted == 0 and applies(i, slot, t, people, scene, board):
                occasion, luck = occasions.on_stream(board.running[slot].push, stay), notes.luck
                expose(i, t, slot, occasion, luck[j, 0], luck[j, 1], luck[j, 2], people, scene, board, notes)
        elif t == v.errand_at and v.errand == READING:
            end_content(i, t, people, scene, notes)
        elif t == v.errand_at:
            run_errand(i, t, people, scene, board, notes)
        elif known.present == 1:
            present_moment(i, t, people, scene, board, notes)
        else:
            absent_moment(i, t, people, scene, board, notes)
    people.due[i] = min(v.own_at, v.errand_at)


@inlined
def gather(i, last, fresh, due, end, known, batch):
    """Fills `batch` with the next viewers who have something to do; gives how many, and the viewer to go on with."""
    n = 0
    while i < last and n < BATCH:
        if due[i] < end or (fresh > 0 and known[i].present == 1 and known[i].muted == 0):
            batch[n] = i
            n += 1
        i += 1
    return n, i


@inlined
def touch(n, people, notes):
    """Reads each of the batch's records once, so that they come from memory together and not one after another."""
    for k in range(n):
        v, known = people.viewers[notes.batch[k]], people.known[notes.batch[k]]
        notes.touched[0] += v.own_at + v.gain + v.cause + known.joined_at + people.tastes[notes.batch[k], 0]


@compiled
def walk(first, last, people, scene, window, notes):
    """Lives the window of the viewers `first` to `last`; gives the first one left when the notes are nearly full."""
    fresh, room = window.fresh.shape[0], notes.rows.shape[0] - BATCH * MAX_ROWS
    while first < last and notes.filled[0] <= room:
        n, first = gather(first, last, fresh, people.due, window.end, people.known, notes.batch)
        touch(n, people, notes)
        for k in range(n):
            i = notes.batch[k]
            reached = fresh if fresh > 0 and people.known[i].present == 1 and people.known[i].muted == 0 else 0
            if reached > 0:
                reach(i, people, scene, window, notes)
            live(i, reached, people, scene, window, notes)
    return first
