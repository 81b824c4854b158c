-- A time stands for the last version before it: without this index, all later versions were looked at.
CREATE INDEX transaction_info_time ON transaction_info (time, id);
