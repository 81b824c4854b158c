"""What `catmaid-jupyter demo` shows: projects to try things on, and JupyterLab with the first notebook.

- `projects`: `make_projects`, the projects of the demo; `tracing` imports the tracing of a specimen
- `course`: `make_course`, the specimen as a course
- `specimen`: artificial tissue with known neurites and synapses
- `notebooks`: `copy_notebooks`, the tutorials in a working folder
- `lab`: `Lab`, a running JupyterLab
"""
