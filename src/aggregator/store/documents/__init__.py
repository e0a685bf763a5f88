"""Documents in the store: carriers, revisions, names, labels, merging and retraction."""
