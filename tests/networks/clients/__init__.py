"""Client libraries of other makers, for Node, drive the simulators unchanged: what a network takes from them, its simulator takes too."""
