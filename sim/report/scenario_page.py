"""docs/scenario.md: every field of a scenario."""

from __future__ import annotations

from sim.report.reference import reference
from sim.world.scenario import schema

EXAMPLE = """\
name: Derby night                      # what tables and results call it
about: Two segments, a small shop, one shirt that may run out.
match:                                 # or fixtures, of a season: [{day: 0, match: {...}}, {day: 7, match: {...}}]
  source: generated                    # another match every night; or timeline, csv, openfootball, wyscout
  home: {name: Reds, expected_goals: 1.6}
  away: {name: Blues, expected_goals: 1.2}
days_after: 21                         # how long parcels, returns and visits to the store are followed
audience:
  viewers: 5000                        # people who come at any time of the night
  sides: {home: 0.5, away: 0.3, neutral: 0.2}
  segments:                            # names are yours; leave segments out and all viewers are of one kind
    regulars:
      share: 0.4                       # the shares add up to 1
      stay: {median: 90}               # minutes; the spread stays the trait's own
      members: 0.5
      customers: 0.3                   # have bought at the store before
    casuals: {share: 0.6}              # what is not said is the model's default
  arrivals: {before_kickoff: 0.5}
host: {expertise: 0.7, enthusiasm: 0.5, truthfulness: 0.9}
loyalty:
  tiers:                               # in rising order; members are in the first or above
    member: {name: Member, points: 0}
    silver: {name: Silver, points: 300, discount: 0.03}
  early: 0                             # who comes by kick-off is an early supporter
shop:
  currency: EUR
  board_lag: 15                        # seconds: stock figures on the stream are this old
  price_lag: 20                        # seconds: the store's till learns of an offer this late
  size_shares: {S: 0.2, M: 0.35, L: 0.3, XL: 0.15}   # in rising order
  products:                            # keys are yours: policies name what they push by them
    red-scarf: {name: Red scarf, category: fan-gear, side: home, price: 19.90, cost: 6.00, stock: 400}
    red-shirt:
      name: Red shirt
      category: jersey                 # tastes are by category
      side: home
      price: 79.00
      reference_price: 89.00           # what viewers are used to paying
      cost: 32.00
      sizes: {S: 40, M: 70, L: 60, XL: 30}           # instead of stock
      replenishment: {reorder_at: 50, quantity: 100, lead: 30}
      brand: {name: Northwind, funds: 0.5}           # pays half of what a joint promotion takes off
      store_demand: 4                  # units an hour that people who do not watch buy
    cup-shirt:
      name: Cup shirt, numbered
      category: jersey
      side: home
      price: 120.00
      cost: 40.00
      sizes: {M: 20, L: 20}
      access: {tier: silver, early: true}            # either is enough
  presales:
    next-shirt: {name: Next season's shirt, product: cup-shirt, price: 99.00, quota: 60, deposit: 0.25}
  bundles:
    red-set: {name: Shirt and scarf, items: {red-shirt: 1, red-scarf: 1}, price: 89.00}
  coupons:
    tenth: {name: Ten percent, share: 0.1, days: 7}
    fiver: {name: Five off, amount: 5.00, above: 60.00, categories: [jersey]}
  content:
    fit: {name: How a shirt should fit, kind: care_guide, category: jersey, minutes: 1.5}
  stacking: {rule: best, most_off: 0.4}              # where discount, coupon and tier meet
  group_buy: {holds_stock: true}
  rebate: {share: 0.03}                # of a payment comes back as credit
fulfilment:
  shifts: [{opens: 7, closes: 15, packers: 3}]
  carriers: {post: {name: Post, share: 1, median: 2}}
  promise: 4                           # days
surfaces:
  pop_up: {intrusiveness: 0.4}         # the rest of it, and the other six, stay as they are
assumptions: {cart_paid: 0.35, half_time: 16}        # any number of `list assumptions`
timing: {window: 15}                   # seconds

red_lines: {mode: enforce, most: 6, leave_out: [claim, price]}   # what no push may do to a viewer; `audit` counts
experiment:
  seed: 1
  replications: 30                     # nights; or precision: {net_value: 500}, and as many as that takes
  baseline: no_push
  policies: [peak_flash, lull_only]
  goal: net_value                      # decides which policy to take
  margins: {net_value: 250, annoyance_mean: 5%}      # differences that do not matter
  gate:                                # what `gate` holds a policy to
    - {metric: net_value, vs: no_push, require: "> 0"}
    - {metric: annoyance_mean, vs: baseline, require: "<= 5%"}   # may be worse than the stored one by 5%
    - {metric: red_line_violations, vs: null, require: "<= 0.5", severity: warning}
"""
INTRO = f"""\
# A scenario, field by field

A scenario is a YAML file: a match or a season, its audience, a shop, and how they are to be played. Only `name`,
`match` or `fixtures`, `audience.viewers` and `shop.products` must be there. This one has something of everything:

```yaml
{EXAMPLE}```

`validate FILE` checks it and says where a fault is and what to write; keys that are not on this page are faults.
`--set shop.board_lag=60` changes a field for one run, by its path. `<name>` in a path is a name you choose. Texts that
look like something else go in quotes: `"2030-07-21"`, `"no"`.

`make schema` writes this page, and the schemas for editors, from the forms that check a scenario.
"""
ASSUMPTIONS = """\
Numbers of the model, each by its name, with a number as its value: `assumptions: {cart_paid: 0.35}` in the file, or
`--set assumptions.cart_paid=0.35` for one run. `run_sim.py list assumptions` shows every one with its unit, its
plausible range and its source; with `--scenario FILE` as that scenario has them.
"""


def scenario_page() -> str:
    """The reference of all fields of a scenario, in Markdown."""
    return reference(schema(), INTRO, {"assumptions": ASSUMPTIONS})
