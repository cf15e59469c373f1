"""What studies say and need, by the name under which they know it."""

from ccepz_sim.text.extras import StudyError as StudyError
from ccepz_sim.text.extras import need as need
