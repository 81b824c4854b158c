"""What `catmaid-jupyter demo` shows: projects to try things on, and JupyterLab with the first notebook."""
