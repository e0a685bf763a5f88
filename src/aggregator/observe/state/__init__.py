"""What is known of a process on a day: plans, stages, meetings, coverage, publishing frequency."""
