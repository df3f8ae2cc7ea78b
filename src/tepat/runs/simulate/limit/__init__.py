"""What fits a budget: the places, the line of the score, or the value of one programme.

The budget is that of the named programme under the reform. Three lines can be searched:

- ``quota``: how many places the nation has, shared among kabupaten as in a run;
- ``score``: of those awarded, up to which score the aid reaches (a run with a model has scores);
- a parameter of the programme, such as its decile limit, an age or an amount: each try decides and
  allocates the programme anew.
"""

from tepat.runs.simulate.limit.asked import SCORE, Limit, read_limit
from tepat.runs.simulate.limit.find import find_limit
from tepat.runs.simulate.limit.scores import no_score

__all__ = ["SCORE", "Limit", "find_limit", "no_score", "read_limit"]
