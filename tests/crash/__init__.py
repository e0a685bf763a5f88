"""Kill the program at any instant and run it again: nothing is lost, nothing is there twice."""
