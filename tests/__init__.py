"""What holds for the tests in all ways they are started."""

import os
import sys

# Tests start the tool in hundreds of processes. Where the environment keeps Python from storing
# what it compiled, each of them would compile the tool anew: half of what a short command takes.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
