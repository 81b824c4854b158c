-- Skeletons as they are sent to be drawn, so that a service that has just started need not read and pack their treenodes.
-- Derived, not versioned, and unlogged: it is empty after a crash and after a restore, and is filled again by what is read. A
-- row tells the truth about its version for ever; one that is not the version of the skeleton's summary is never used.

CREATE UNLOGGED TABLE packed_skeleton (
    skeleton_id integer  PRIMARY KEY REFERENCES skeleton (id) ON DELETE CASCADE,
    version     bigint   NOT NULL,
    format      smallint NOT NULL,
    overview    bytea    NOT NULL,
    whole       bytea    NOT NULL
);
COMMENT ON COLUMN packed_skeleton.version IS 'that of skeleton_summary when it was packed';
COMMENT ON COLUMN packed_skeleton.format IS 'how the bytes are to be read; rows of other formats are as good as none';
COMMENT ON COLUMN packed_skeleton.overview IS 'some of the treenodes, for a first picture';

-- It is packed already. Apart from the row, so that overviews are read without wholes.
ALTER TABLE packed_skeleton ALTER COLUMN overview SET STORAGE EXTERNAL;
ALTER TABLE packed_skeleton ALTER COLUMN whole SET STORAGE EXTERNAL;
