"""An artificial specimen: serial sections of neuropil whose neurites and synapses are known.

`grow` makes a `Specimen` of a `SpecimenSpec`: its sections, and its `Tracing` (each `TracedSkeleton` and
`PlannedSynapse`). A tracing that was cut short has the label `CONTINUE_HERE` at its open ends. `benchmark_arbors` makes
arbors without tissue, for tests and measurements.
"""

from catmaid_server.demo.specimen.arbors import BenchmarkArbors, benchmark_arbors
from catmaid_server.demo.specimen.spec import PlannedSynapse, SpecimenSpec, TracedSkeleton, Tracing
from catmaid_server.demo.specimen.specimen import Specimen, grow
from catmaid_server.demo.specimen.truncation import CONTINUE_HERE

__all__ = [
    "CONTINUE_HERE",
    "BenchmarkArbors",
    "PlannedSynapse",
    "Specimen",
    "SpecimenSpec",
    "TracedSkeleton",
    "Tracing",
    "benchmark_arbors",
    "grow",
]
