"""Samplers, which look at random parts of a skeleton.

- samplers: create, change and delete samplers
- sampler_domains: domains of samplers, their intervals and the connectors in these
- sampler_boundaries: treenodes that are made where intervals begin and end
"""
