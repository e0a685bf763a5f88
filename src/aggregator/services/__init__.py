"""The services: each calls the stages for one job, and may be called twice without harm.

mailing → subscriptions → polling | publishing | alerts: imports run one way.
"""
