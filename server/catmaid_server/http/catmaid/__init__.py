"""CATMAID's HTTP dialect: parameters (`forms`, `bodies`, `boxes`) and answers (`encodings`, `rows`, `times`, `errors`).

`pages` makes the pages for browsers, `version` holds the version numbers.
"""
