-- Answers to writes by their idempotency key. Bookkeeping: not versioned, old rows are deleted.

CREATE TABLE edit_answer (
    key          uuid        PRIMARY KEY,
    user_id      integer     NOT NULL REFERENCES app_user (id),
    time         timestamptz NOT NULL DEFAULT now(),
    content_type text        NOT NULL,
    body         bytea       NOT NULL
);
CREATE INDEX edit_answer_user_id ON edit_answer (user_id);
CREATE INDEX edit_answer_time ON edit_answer (time);
