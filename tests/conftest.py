"""What all tests share: kernels are compiled into the checkout's own cache, not into the person's."""

import os
from pathlib import Path

os.environ.setdefault("ACTLAB_CACHE", str(Path(__file__).resolve().parent.parent / "build" / "kernels"))
