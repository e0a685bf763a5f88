"""Kill the program at any instant and run it again: nothing is lost and nothing is there twice."""
