"""The digest: which documents it has, in which order, and how it reads."""
