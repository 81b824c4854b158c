"""JupyterLab and the widgets in headless Chromium."""
