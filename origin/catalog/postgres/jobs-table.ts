// The table of jobs, in the database that several origins share. Which job comes next is decided here: a function sees
// what was committed up to its second statement, so that after the lock nobody's claim is overlooked.

/** Any number but that of the migrations. */
const CLAIM_LOCK = 7_365_991_102

export const JOBS_STEP = `
CREATE TABLE jobs (
  id text COLLATE "C" PRIMARY KEY,
  kind text COLLATE "C" NOT NULL,
  owner text COLLATE "C",
  phase text COLLATE "C" NOT NULL,
  created_ms bigint NOT NULL,
  queued_ms bigint,
  started_ms bigint,
  ended_ms bigint,
  destruction_ms bigint NOT NULL,
  duration_s bigint NOT NULL,
  attempts bigint NOT NULL DEFAULT 0,
  worker text COLLATE "C",
  lease_ms bigint,
  details text NOT NULL,
  ending text
);
CREATE INDEX jobs_by_owner ON jobs (owner, phase, created_ms);
CREATE INDEX jobs_to_run ON jobs (queued_ms, created_ms) WHERE phase IN ('QUEUED', 'EXECUTING');
CREATE INDEX jobs_by_destruction ON jobs (destruction_ms);

-- One claim at a time (a millisecond), or two workers would both find room for one more job of an owner.
CREATE FUNCTION claim_job(claimer text, wanted text[], now_ms bigint, lease_until_ms bigint, per_owner bigint)
RETURNS SETOF jobs LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(${CLAIM_LOCK});
  RETURN QUERY UPDATE jobs SET phase = 'EXECUTING', worker = claimer, lease_ms = lease_until_ms, started_ms = now_ms,
      attempts = attempts + 1
    WHERE id = (
      SELECT job.id FROM jobs AS job
      WHERE job.kind = ANY(wanted) AND job.phase IN ('QUEUED', 'EXECUTING') AND (
        job.phase = 'EXECUTING' AND job.lease_ms < now_ms
        OR job.phase = 'QUEUED' AND per_owner > (
          SELECT count(*) FROM jobs AS other
          WHERE other.owner IS NOT DISTINCT FROM job.owner AND other.phase = 'EXECUTING'))
      ORDER BY job.queued_ms, job.created_ms LIMIT 1 FOR UPDATE OF job SKIP LOCKED)
    RETURNING *;
END $$;`
