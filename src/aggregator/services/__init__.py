"""Services: each calls the stages to do one job, and may run twice without harm.

mailing → subscriptions → polling | publishing | alerts: imports run one way.
"""
