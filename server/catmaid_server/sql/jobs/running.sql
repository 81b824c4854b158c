-- Jobs as their workers see them. Only the newest attempt at a job may write.

-- name: begin
-- Begin an attempt at a job; no row if it has ended. was_left: whether an attempt was under way.
UPDATE job j
   SET state = 'running', attempt = attempt + 1, started = coalesce(started, now()), done = 0, total = NULL, note = ''
  FROM (SELECT id, state FROM job WHERE id = %(job_id)s AND state IN ('waiting', 'running') FOR UPDATE) before
 WHERE j.id = before.id
RETURNING j.id, project_id, user_id, kind, title, arguments, attempt, is_cancel_wanted,
          before.state = 'running' AS was_left;

-- name: tell
-- Say how far an attempt is; whether it is to be cancelled, no row if it is not the newest.
UPDATE job SET done = %(done)s, total = %(total)s, note = %(note)s
 WHERE id = %(job_id)s AND attempt = %(attempt)s AND state = 'running'
RETURNING is_cancel_wanted;

-- name: add_to_log
-- Note something about a job.
INSERT INTO job_log (job_id, number, text)
SELECT %(job_id)s, coalesce(max(number), 0) + 1, %(text)s FROM job_log WHERE job_id = %(job_id)s;

-- name: hold
-- Hold a job until the transaction ends; no row if this attempt is not the newest, or is to be cancelled.
SELECT id FROM job
 WHERE id = %(job_id)s AND attempt = %(attempt)s AND state = 'running' AND NOT is_cancel_wanted
   FOR UPDATE;

-- name: end
-- End an attempt; no row if it is not the newest.
UPDATE job
   SET state = %(state)s, note = %(note)s, result = %(result)s, file = %(file)s, file_bytes = %(file_bytes)s,
       ended = now(), done = CASE %(state)s WHEN 'done' THEN coalesce(total, done) ELSE done END, queue_id = NULL
 WHERE id = %(job_id)s AND attempt = %(attempt)s AND state = 'running'
RETURNING id;

-- name: wait_again
-- An attempt was given up; another one begins later.
UPDATE job SET state = 'waiting', note = %(note)s
 WHERE id = %(job_id)s AND attempt = %(attempt)s AND state = 'running';

-- name: left_behind
-- Entries of the queue whose worker has not been heard of for some seconds since it took them, or is gone.
SELECT q.id
  FROM procrastinate_jobs q LEFT JOIN procrastinate_workers w ON w.id = q.worker_id
 WHERE q.status = 'doing'
   AND (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => %(seconds)s))
   AND NOT EXISTS (SELECT FROM procrastinate_events e
                    WHERE e.job_id = q.id AND e.type = 'started'
                      AND e.at > now() - make_interval(secs => %(seconds)s));

-- name: queue_again
-- Let another worker begin what was left behind, as when the first was killed.
UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1, abort_requested = false, worker_id = NULL
 WHERE id = ANY (%(queue_ids)s::bigint[]) AND status = 'doing';

-- name: without_entry
-- Jobs that have not ended and that no queue has: after a backup was restored, say.
SELECT j.id FROM job j
 WHERE j.state IN ('waiting', 'running')
   AND NOT EXISTS (SELECT FROM procrastinate_jobs q WHERE q.id = j.queue_id AND q.status IN ('todo', 'doing'));
