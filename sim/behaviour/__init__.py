"""How people respond: every equation of the model, once, as a pure scalar function.

Both engines call these functions: the reference engine as plain Python, the compiled engine through numba
(`register_jitable` leaves them plain).  `p` is the table of `sim/parameters/`; where a number comes from and how far
it can be trusted stands there.  Times are seconds, hazards are per second, annoyance is in units of an average
viewer's tolerance, trust, arousal and attention lie in [0, 1], mood in [-1, 1].  `u` is a uniform draw in (0, 1).
"""

from sim.behaviour.after import *  # noqa: F403
from sim.behaviour.annoyance import *  # noqa: F403
from sim.behaviour.buying import *  # noqa: F403
from sim.behaviour.money import *  # noqa: F403
from sim.behaviour.noticing import *  # noqa: F403
from sim.behaviour.presence import *  # noqa: F403
from sim.behaviour.promotions import *  # noqa: F403
from sim.behaviour.scale import *  # noqa: F403
