"""Routes of samplers.

- samplers: samplers of skeletons, and the states and types that there are
- sampler_domains: domains of samplers, their intervals and the connectors in these
"""
