"""An artificial specimen: serial sections of neuropil whose neurites and synapses are known."""

from catmaid_server.demo.specimen.arbors import BenchmarkArbors, benchmark_arbors
from catmaid_server.demo.specimen.spec import SpecimenSpec, Synapse, TracedSkeleton, Tracing
from catmaid_server.demo.specimen.specimen import Specimen, grow
from catmaid_server.demo.specimen.truncation import CONTINUE_HERE

__all__ = [
    "CONTINUE_HERE",
    "BenchmarkArbors",
    "Specimen",
    "SpecimenSpec",
    "Synapse",
    "TracedSkeleton",
    "Tracing",
    "benchmark_arbors",
    "grow",
]
