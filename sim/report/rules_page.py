"""docs/rules.md: every field of a rule file."""

from __future__ import annotations

from sim.policy.rules.form import RuleFile
from sim.report.reference import reference

EXAMPLE = """\
name: All that rules can say           # what people call it
about: Something of everything, for the shop of docs/scenario.md.
rules:                                 # names are yours; their order is their right of way
  lesson:
    about: something to watch while nothing is on
    when: {begins: [HT]}               # at half-time, once
    show: {surface: short_video, pick: {kind: content}, lasts: 8}           # minutes
  team-after-a-goal:
    about: a team price for the side that has scored, unless it is a rout
    when: {events: [goal, own_goal], score: {by: {below: 3}}}
    who: {sides: [acting], minutes_watched: {at_least: 10}}
    show: {surface: side_panel, pick: {colours: acting, by: stock}, discount: 0.2, team: 3, lasts: 10}
    limits: {per_match: 4, stock_floor: 10}
  last-seat:
    about: a call for the team that lacks one
    when: {team: {missing: 1}, every: 2}
    who: {sides: [home], clicks: {at_least: 1}}
    show: {surface: floating_entry, pick: {}, lasts: 2}
  named-in-chat:
    about: what the chat suddenly names, for those who chat, while it is lively but no peak
    when: {surge: 1.5, heat: {at_least: 1}, peak: false, every: 5}
    who: {chats: {at_least: 1}}
    show: {surface: floating_entry, pick: {by: chat}, lasts: 5}
  shirts-for-the-curious:
    about: in stoppages of the second half, for those who have turned to shirts and had a rest from pushes
    when: {periods: [2H], play: false, minute: {at_least: 50, below: 85}, every: 10}
    who: {interest: {category: jersey}, shown: {below: 6}, minutes_since_shown: {at_least: 5}}
    show: {surface: side_panel, pick: {category: jersey, by: viewer}, prominence: 1.5, lasts: 6}
    limits: {per_viewer: 2, cool_down: 15}
  a-test-within:
    about: a tenth off for one half of the promising, until 200 EUR are given away; the other half is the control
    when: {periods: [HT], into: {at_least: 5}, every: 60}
    who: {score: {at_least: 0.3}, share: {below: 0.5, draw: scarf-test}}
    show: {surface: floating_entry, item: red-scarf, discount: 0.1, lasts: 8}
    limits: {budget: 200}
  limited-for-silver:
    when: {stock: {item: cup-shirt, at_least: 5}, every: 25}
    who: {tier: {at_least: 2}}
    show: {surface: side_panel, pick: {limited: true}, lasts: 10}
  limited-for-early-supporters:
    when: {begins: [1H]}
    who: {tier: {below: 2}, early: true}
    show: {surface: side_panel, item: cup-shirt, lasts: 10}
  with-the-brand:
    about: host and brand share a discount after the whistle, and nothing is exaggerated
    when: {begins: [post]}
    show: {surface: host_mention, item: red-shirt, discount: 0.15, joint: true, claim: 0, lasts: 10}
  afterwards:
    about: a message on the first and the fourth day, to customers who have bought nothing this time
    when: {days: [1, 4]}
    who: {consent: true, orders: {below: 1}, history: {at_least: 1}}
    show: {surface: store_push, pick: {by: viewer}, lasts: 1440}
limits: {per_viewer: 6, cool_down: 2}  # of all rules together
red_lines: {mode: enforce, most: 8, leave_out: [claim, price]}  # the stricter of these and the scenario's counts
"""
INTRO = f"""\
# A rule file, field by field

A policy without a program: rules in YAML, each asked at the start of every window (15 s unless the scenario says
otherwise), in their order. A rule that finds its moment (`when`) shows something (`show`) to its viewers (`who`),
as far as its limits allow. This file has something of everything:

```yaml
{EXAMPLE}```

`validate FILE` checks it and says where a fault is and what to write; keys that are not on this page are faults.
With `--scenario SCENARIO` it also says which rules can never fire there, and why: each moment of a real match is
held against `when`, and of a generated one each that there could be. `schema policy` prints what editors complete
rule files with. Results (`pushes.parquet`) and `explain` name the rule behind each push.

- **All that a rule says must hold**, of the moment and of each viewer; what it leaves out may be as it likes. To
  say "or", write two rules.
- **A moment is a window's start**, and what has happened since the one before. A rule without `every` and without
  something that happens only once (`events`, `begins`) fires in every window in which the rest of it holds.
- **`at_least` counts itself, `below` does not.**
- **`orders` and `history` are known only of viewers who consent**: of nobody else such a condition holds, `below`
  included.
- **`score`** is from 0 to 1 what the platform can tell of how promising a viewer is: time watched, clicks, messages
  and purchases of those who consent for, pushes shown in vain against. The weights (sim/policy/score.py) are
  assumed; `train` fits better ones.
- **`share`** is by a lot of the viewer's own, the same all night and for all rules with the same `draw`: `{{below:
  0.5}}` and `{{at_least: 0.5, below: 1}}` are two halves of which nobody is in both.
- **Picks** leave out what the board shows none of (or less than `stock_floor`), limited editions unless `limited`
  asks for them, and what cannot bear the discount (`shop.stacking`). `by: turns` begins with the first and goes on
  each time the rule fires; otherwise the first of those that have most.
- **Limits count pushes**, until the next match; red lines count what is shown. A rule with `per_viewer` or `cool_down`
  is said to those who are there and have not muted pushes, so that who comes later does not meet more than that;
  other rules on surfaces that stay are met by latecomers, too. `budget` counts reductions that buyers have had, so
  the last ones may go beyond it, and only of pushes for 20 viewers or more (docs/policies.md). Who leaves and comes
  back meets a push that stands again: that is still one push, though two showings, which `red_lines` count.
  `cool_down` runs from saying to saying; a push is met within the window (15 s) in which it is said.
- **`red_lines`** are those of the scenario, held beside them: where both hold a line the stricter limit counts, and it
  is enforced if either does so. Their `cool_down` is in seconds, that of `limits` in minutes.
- **There is room for 16 pushes in a window and for 64 offers at the same time** (`pick: {{by: viewer}}` makes one for
  each item): where there is none left, later rules wait for the next window in which their moment is.

## Parameters

Fields are changed from outside by their paths, as `--set` changes those of a scenario; a number in a path is a place in
a list, from 0. With the files of this page and docs/scenario.md saved as `rules.yaml` and `derby.yaml`:

```
.venv/bin/python run_sim.py run derby.yaml -p 'rules.yaml(rules.lesson.show.lasts=4, limits.per_viewer=3)'
```

Tables call it `rules(rules.lesson.show.lasts=4, limits.per_viewer=3)`. It is checked as the file is, and samples take
parameters, too: `frequency_capped(limits.per_viewer=2)`.

`make schema` writes this page, and the schemas for editors, from the forms that check a rule file.
"""


def rules_page() -> str:
    """The reference of all fields of a rule file, in Markdown."""
    return reference(RuleFile.model_json_schema(), INTRO, {})
