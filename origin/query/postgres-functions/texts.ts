// Times (DALI 1.1 §3.3.3), words, sexagesimal angles, and histograms as text.

import { plpgsql, REAL, sql } from './define.ts'

const TIME = String.raw`^\s*(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d{1,9})?))?)?Z?\s*$`
const lower = (text: string) => `lower(${text} COLLATE "und-x-icu") COLLATE "C"`
export const TEXTS = [
  // Year, month, day, hour, minute, seconds as texts; NULL where there is no such time.
  plpgsql(
    'time_parts(t text)',
    'text[]',
    `DECLARE p text[] := regexp_match(t, '${TIME}');
    BEGIN
      IF p IS NULL THEN RETURN NULL; END IF;
      p[4] := coalesce(p[4], '00'); p[5] := coalesce(p[5], '00'); p[6] := coalesce(p[6], '00');
      IF p[1] = '0000' OR p[2]::int NOT BETWEEN 1 AND 12 OR p[3]::int < 1 OR p[4]::int > 23 OR p[5]::int > 59
        OR p[6]::numeric >= 60 THEN RETURN NULL; END IF;
      IF p[3]::int > extract(day FROM make_date(p[1]::int, p[2]::int, 1) + interval '1 month - 1 day') THEN RETURN NULL; END IF;
      p[6] := regexp_replace(p[6], '\\.0*$|(\\.\\d*?)0+$', '\\1');
      RETURN p;
    END`,
  ),
  plpgsql(
    'timestamp(t text)',
    'text',
    `DECLARE p text[] := skyedge.time_parts(t);
    BEGIN RETURN p[1] || '-' || p[2] || '-' || p[3] || 'T' || p[4] || ':' || p[5] || ':' || p[6]; END`,
  ),
  plpgsql(
    'to_mjd(t text)',
    REAL,
    `DECLARE p text[] := skyedge.time_parts(t);
    BEGIN RETURN (make_date(p[1]::int, p[2]::int, p[3]::int) - '1970-01-01'::date)::${REAL} + 40587
      + (p[4]::${REAL} * 3600 + p[5]::${REAL} * 60 + p[6]::${REAL}) / 86400; END`,
  ),
  sql('to_jd(t text)', REAL, 'skyedge.to_mjd(t) + 2400000.5'),
  sql(
    'words(t text)',
    'text[]',
    String.raw`array_remove(regexp_split_to_array(${lower('t')}, '[\u0001-\u002f\u003a-\u0060\u007b-\u007f]+' COLLATE "C"), '')`,
  ),
  sql('hasword(haystack text, needle text)', 'integer', '(skyedge.words(haystack) @> skyedge.words(needle))::integer'),
  sql(
    'hashlist_has(list text, item text)',
    'integer',
    `CASE WHEN position('#' in item) > 0 THEN CASE WHEN list IS NOT NULL THEN 0 END ELSE (${lower('item')} = ANY (string_to_array(${lower('list')}, '#')))::integer END`,
  ),
  plpgsql(
    'sexagesimal(t text)',
    REAL,
    String.raw`DECLARE p text[];
    BEGIN
      p := coalesce(regexp_match(t, '^\s*([-+]?)(\d+):(\d+):(\d+\.?\d*)\s*$'), regexp_match(t, '^\s*([-+]?)(\d\d)(\d\d)(\d\d\.?\d*)\s*$'),
        regexp_match(t, '^\s*([-+]?)(\d+)[dhDH](\d+)[mM](\d+\.?\d*)[sS]\s*$'));
      IF p IS NULL OR p[3]::double precision >= 60 OR p[4]::double precision >= 60 THEN RETURN NULL; END IF;
      RETURN (p[2]::double precision + p[3]::double precision / 60 + p[4]::double precision / 3600) * CASE WHEN p[1] = '-' THEN -1 ELSE 1 END;
    EXCEPTION WHEN numeric_value_out_of_range THEN RETURN NULL;
    END`,
  ),
  sql('dms_to_degrees(t text)', REAL, `CASE WHEN t !~ '[hH]' THEN skyedge.sexagesimal(t) END`),
  sql('hms_to_degrees(t text)', REAL, `CASE WHEN t !~ '[-+dD]' THEN skyedge.sexagesimal(t) * 15 END`),
  plpgsql(
    `histogram_add(counts bigint[], x ${REAL}, low ${REAL}, high ${REAL}, n integer)`,
    'bigint[]',
    `DECLARE bin integer;
    BEGIN
      IF low < high AND n BETWEEN 1 AND 10000 THEN
        IF counts IS NULL THEN counts := array_fill(0::bigint, ARRAY[n + 2]); END IF;
        bin := CASE WHEN x IS NULL OR x < low THEN 0 WHEN x > high THEN n + 1
          ELSE least(n, 1 + floor(((x - low) * n) / (high - low))::integer) END;
        bin := least(bin, array_length(counts, 1) - 1) + 1;
        counts[bin] := counts[bin] + 1;
      END IF;
      RETURN counts;
    END`,
  ),
  sql('histogram_text(counts bigint[])', 'text', `array_to_string(counts, ' ')`),
  `CREATE OR REPLACE AGGREGATE skyedge.histogram(${REAL}, ${REAL}, ${REAL}, integer) (
    SFUNC = skyedge.histogram_add, STYPE = bigint[], FINALFUNC = skyedge.histogram_text, PARALLEL = SAFE);`,
]
