-- The boxes around volumes, which are asked for more often than their surfaces.

CREATE FUNCTION box_around(corners float8[]) RETURNS float8[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ARRAY[min(nm) FILTER (WHERE place % 3 = 1), min(nm) FILTER (WHERE place % 3 = 2),
                 min(nm) FILTER (WHERE place % 3 = 0), max(nm) FILTER (WHERE place % 3 = 1),
                 max(nm) FILTER (WHERE place % 3 = 2), max(nm) FILTER (WHERE place % 3 = 0)]
      FROM unnest(corners) WITH ORDINALITY AS c (nm, place)
$$;

ALTER TABLE volume ADD COLUMN box float8[] GENERATED ALWAYS AS (box_around(corners)) STORED;
COMMENT ON COLUMN volume.box IS 'lowest x, y, z and highest x, y, z of the corners, nm';
