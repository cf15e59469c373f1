"""Every indicator of the catalogue is given by a rule: one that nobody gives would be 0 without a word."""

from __future__ import annotations

import numpy as np

from ccepz_sim import PilotZone
from ccepz_sim.measures.derived import derive
from ccepz_sim.measures.indicators import all_indicators
from ccepz_sim.measures.observation import gather
from ccepz_sim.measures.remembered import RELATIVE, scores

REMEMBERED = {"funds_misused_share"}  # of the last year in which it was known: `Recorder._look_back`


def test_every_indicator_of_the_catalogue_is_given() -> None:
    recorder = PilotZone(start=2010).run(1).recorder
    true, said = derive(recorder.setting, recorder.places, gather(recorder._waiting, recorder.places))
    values = dict.fromkeys(all_indicators(), np.ones(1))
    given = true.keys() | scores(recorder.setting.p.scores, values, {name: np.ones(1) for name in RELATIVE}, np.ones(1))
    assert given | REMEMBERED == all_indicators().keys()
    assert said.keys() == {name for name, item in all_indicators().items() if item.reported}
