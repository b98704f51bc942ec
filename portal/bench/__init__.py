"""Measurements against yardsticks of the same machine, in the same minutes. Started by `bin/bench`."""
