-- What is renamed, or taken back for a whole skeleton, has no place.
ALTER TABLE log_entry ALTER x DROP NOT NULL, ALTER y DROP NOT NULL, ALTER z DROP NOT NULL;
ALTER TABLE log_entry ADD CONSTRAINT log_entry_place CHECK (num_nulls(x, y, z) IN (0, 3));
