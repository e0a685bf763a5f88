"""How every output names, dates, groups and compares documents."""
