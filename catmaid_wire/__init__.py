"""What the service and its clients both know, said once: nothing here opens a database or a widget.

- `columns`: the columnar media type, and the tables of a viewport
- `http`: requests to CATMAID servers: token, redirects, repetitions, what error answers say
- `forms`: form fields in CATMAID's spelling
- `arbor`: one neuron's tree as arrays with its measures; `swc`, `swc_reading`: as text, written and read
- `forest`: which trees the nodes of a file are
- `somata`: which nodes of an arbor are its soma
- `relations`: names of the relations between treenodes and connectors
- `natural_order`: the order of names in lists
- `neuron_query`, `query_text`, `query_values`: what a search for neurons asks, and its text
- `errors`: names of errors
- `tile_layouts`: where the tiles of a stack lie; `voxels`: which voxels of a stack lie in a box
- `service_record`: what a data folder says of its service
"""
