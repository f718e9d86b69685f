// Functions in the database that make and drop what a release is made of: one partition each of products, planes and
// product_inputs. Making one locks out no reader: a table is made aside and attached.

export const PARTITION_FUNCTIONS = `
CREATE TABLE partitions (
  release text COLLATE "C" PRIMARY KEY,
  part bigint GENERATED ALWAYS AS IDENTITY
);

-- The partition tables of a release: products_r1, planes_r1, product_inputs_r1.
CREATE FUNCTION release_tables(wanted text) RETURNS TABLE (parent text, part text) LANGUAGE sql STABLE AS $$
  SELECT parent, parent || '_r' || partitions.part
  FROM partitions, unnest(ARRAY['product_inputs', 'planes', 'products']) AS parent WHERE release = wanted
$$;

-- Makes the tables of a release that has none. False where it has them already.
-- Bare ones are for a bulk load: without indexes, and not attached.
CREATE FUNCTION prepare_release(wanted text, bare boolean DEFAULT false) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE made bigint; parent text; part text;
BEGIN
  IF EXISTS (SELECT 1 FROM partitions WHERE release = wanted) THEN RETURN false; END IF;
  INSERT INTO partitions (release) VALUES (wanted) ON CONFLICT DO NOTHING RETURNING partitions.part INTO made;
  -- Another process was quicker, and has made them by the time it is known.
  IF made IS NULL THEN RETURN false; END IF;
  FOR parent, part IN SELECT * FROM release_tables(wanted) LOOP
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE%s)', part, parent,
      CASE WHEN bare THEN '' ELSE ' INCLUDING INDEXES' END);
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT of_release CHECK (release = %L)', part, wanted);
    IF NOT bare THEN PERFORM attach_release(wanted, parent, part); END IF;
  END LOOP;
  RETURN true;
END $$;

CREATE FUNCTION attach_release(wanted text, parent text, part text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%L)', parent, part, wanted);
  EXECUTE format('ALTER TABLE %I DROP CONSTRAINT of_release', part);
END $$;

-- SELECT drop_release('dr1'): a release with all that is said of it, and the records of files that only it used.
CREATE FUNCTION drop_release(wanted text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE parent text; part text;
BEGIN
  CREATE TEMP TABLE IF NOT EXISTS dropped_files (file_id bigint) ON COMMIT DROP;
  INSERT INTO dropped_files SELECT DISTINCT file_id FROM planes WHERE release = wanted;
  FOR parent, part IN SELECT * FROM release_tables(wanted) LOOP
    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, part);
    EXECUTE format('DROP TABLE %I', part);
  END LOOP;
  DELETE FROM partitions WHERE release = wanted;
  DELETE FROM files f USING dropped_files d
    WHERE f.file_id = d.file_id AND NOT EXISTS (SELECT 1 FROM planes p WHERE p.file_id = f.file_id);
  DELETE FROM truth WHERE release = wanted;
  DELETE FROM visits WHERE release = wanted;
  DELETE FROM conditions WHERE release = wanted;
  DELETE FROM coadd_inputs WHERE release = wanted;
  DELETE FROM calibrations WHERE release = wanted;
  DELETE FROM releases WHERE release = wanted;
END $$;

-- SELECT detach_release('dr1'): its tables stay, as products_r1 and so on, for pg_dump or another server.
CREATE FUNCTION detach_release(wanted text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE parent text; part text;
BEGIN
  FOR parent, part IN SELECT * FROM release_tables(wanted) LOOP
    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, part);
    RETURN NEXT part;
  END LOOP;
  DELETE FROM partitions WHERE release = wanted;
END $$;`
