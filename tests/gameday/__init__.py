"""Game day: things go wrong for real, and the runbooks are followed.

Each incident has a service, a sandbox and a Prometheus of its own, all of
them processes. Prometheus evaluates the rules of ``deploy/alerts`` with every
duration in them divided by `hastened.FACTOR`; thresholds are as they are, and
so is the service. A second here is thus a minute of an alert's time.
"""
