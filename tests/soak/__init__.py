"""Run the program for thousands of cycles with faults, beside a run without any: both end alike."""
