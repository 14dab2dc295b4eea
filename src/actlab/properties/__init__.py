"""What can be said of a formula: range, slopes, kinks, saturation, zeros and gain, each proved or sampled."""

from actlab.properties.claims import Claim, Properties
from actlab.properties.study import of

__all__ = ["Claim", "Properties", "of"]
