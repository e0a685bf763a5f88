"""What we know on a day: plans, meetings, stages, coverage of sources, publishing frequency."""
