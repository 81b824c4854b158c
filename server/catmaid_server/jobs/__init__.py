"""Workers: processes that do jobs, beside those that answer requests.

- `worker`: takes jobs out of the queue (procrastinate's), one attempt after the other; `__main__`: as the service
  starts one; `attempt`: one attempt from its beginning to its end, written once.
- `running`: what a job may do while it runs; `kinds`: what jobs there are, each in a module.
- `files`: the files that jobs make; `upkeep`: what is done by the clock.
"""
