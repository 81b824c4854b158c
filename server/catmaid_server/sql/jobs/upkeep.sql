-- What becomes of jobs that ended long ago.

-- name: old_files
-- Files of jobs that ended some days ago: job, path.
SELECT id, file FROM job WHERE file IS NOT NULL AND ended < now() - make_interval(days => %(days)s);

-- name: forget_files
-- These jobs have no file any more.
UPDATE job SET file = NULL, note = 'its file was removed because of its age' WHERE id = ANY (%(job_ids)s::integer[]);

-- name: forget_jobs
-- Forget jobs that ended some days ago and have no file.
DELETE FROM job WHERE file IS NULL AND ended < now() - make_interval(days => %(days)s);

-- name: kept_files
-- Paths of the files of all jobs, and jobs that run with their attempts.
SELECT id, file, CASE state WHEN 'running' THEN attempt END FROM job WHERE file IS NOT NULL OR state = 'running';

-- name: queues_old
-- Forget what ended in the queue.
DELETE FROM procrastinate_jobs WHERE status NOT IN ('todo', 'doing');

-- name: statistics
-- Let the planner know how many rows there are, and of what.
ANALYZE;
