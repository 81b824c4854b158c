-- Jobs of projects: asked for, watched, cancelled.

-- name: add
-- A new job; its id.
INSERT INTO job (project_id, user_id, kind, title, arguments)
VALUES (%(project_id)s, %(user_id)s, %(kind)s, %(title)s, %(arguments)s)
RETURNING id;

-- name: enqueue
-- Let workers know of a job, when the transaction is committed.
UPDATE job
   SET queue_id = (SELECT unnest(procrastinate_defer_jobs_v1(ARRAY[
           ROW(%(queue)s, %(task)s, 0, NULL, NULL, jsonb_build_object('job_id', id), NULL)
               ::procrastinate_job_to_defer_v1])))
 WHERE id = %(job_id)s;

-- name: unended
-- How many jobs a user has that wait or run.
SELECT count(*) FROM job WHERE user_id = %(user_id)s AND state IN ('waiting', 'running');

-- name: listed
-- Jobs of a project, the newest first: those of a user, or all.
SELECT j.id, j.project_id, j.user_id, u.username AS "user", j.kind, j.title, j.state, j.is_cancel_wanted, j.attempt,
       j.done, j.total, j.note, j.result, j.file, j.file_bytes, j.created, j.started, j.ended
  FROM job j JOIN app_user u ON u.id = j.user_id
 WHERE j.project_id = %(project_id)s AND (%(all)s OR j.user_id = %(user_id)s)
 ORDER BY j.id DESC
 LIMIT %(most)s;

-- name: one
-- One job of a project, as listed.
SELECT j.id, j.project_id, j.user_id, u.username AS "user", j.kind, j.title, j.state, j.is_cancel_wanted, j.attempt,
       j.done, j.total, j.note, j.result, j.file, j.file_bytes, j.created, j.started, j.ended
  FROM job j JOIN app_user u ON u.id = j.user_id
 WHERE j.project_id = %(project_id)s AND j.id = %(job_id)s;

-- name: log
-- What a job noted, the oldest first: time, text.
SELECT time, text FROM job_log WHERE job_id = %(job_id)s ORDER BY number;

-- name: cancel
-- End a job that waits, and ask one that runs to end; its entry in the queue and whether it ended, no row if it had.
UPDATE job
   SET state = CASE state WHEN 'waiting' THEN 'cancelled' ELSE state END,
       ended = CASE state WHEN 'waiting' THEN now() END,
       note = CASE state WHEN 'waiting' THEN 'cancelled before it began' ELSE note END,
       is_cancel_wanted = true
 WHERE id = %(job_id)s AND state IN ('waiting', 'running')
RETURNING queue_id, state = 'cancelled';

-- name: cancel_in_queue
-- Take a job that waits out of the queue, and tell the worker of one that runs.
SELECT procrastinate_cancel_job_v1(%(queue_id)s, true, true);
