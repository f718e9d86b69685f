// Numbers: NULL where SQLite has none, and the same digits.

import { plpgsql, REAL, sql } from './define.ts'

const NUMBER = String.raw`^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$`

export const MATHS = [
  sql(`ln(x ${REAL})`, REAL, `CASE WHEN x > 0 AND x < 'Infinity' THEN pg_catalog.ln(x) END`),
  sql(`log10(x ${REAL})`, REAL, `CASE WHEN x > 0 AND x < 'Infinity' THEN pg_catalog.log10(x) END`),
  sql(`sqrt(x ${REAL})`, REAL, 'CASE WHEN x >= 0 THEN pg_catalog.sqrt(x) END'),
  sql(`acos(x ${REAL})`, REAL, 'CASE WHEN x BETWEEN -1 AND 1 THEN pg_catalog.acos(x) END'),
  sql(`asin(x ${REAL})`, REAL, 'CASE WHEN x BETWEEN -1 AND 1 THEN pg_catalog.asin(x) END'),
  sql(`exp(x ${REAL})`, REAL, 'CASE WHEN x < -745.2 THEN 0.0 WHEN x < 709.7 THEN pg_catalog.exp(x) END'),
  sql(`cot(x ${REAL})`, REAL, 'CASE WHEN x <> 0 THEN 1 / pg_catalog.tan(x) END'),
  plpgsql(
    `power(x ${REAL}, y ${REAL})`,
    REAL,
    `BEGIN RETURN pg_catalog.power(x, y); EXCEPTION WHEN numeric_value_out_of_range THEN
      RETURN CASE WHEN (abs(x) < 1) = (y > 0) THEN 0.0 END;
    WHEN invalid_argument_for_power_function THEN RETURN NULL; END`,
  ),
  // Exact, as C's fmod: what is taken away is the divisor times a power of two, at most the rest and at least its half.
  plpgsql(
    `fmod(x ${REAL}, y ${REAL})`,
    REAL,
    `DECLARE r ${REAL} := abs(x); m ${REAL} := abs(y); t ${REAL};
    BEGIN
      IF x IS NULL OR y IS NULL OR y = 0 OR r = 'Infinity' THEN RETURN NULL; END IF;
      WHILE r >= m LOOP
        t := m;
        WHILE t <= r / 2 LOOP t := t * 2; END LOOP;
        r := r - t;
      END LOOP;
      RETURN CASE WHEN x < 0 THEN -r ELSE r END;
    END`,
  ),
  plpgsql(
    `scale(x ${REAL}, places integer, away boolean)`,
    REAL,
    `DECLARE f ${REAL} := 1; s ${REAL}; w ${REAL};
    BEGIN
      IF x IS NULL OR places IS NULL THEN RETURN NULL; END IF;
      IF places > 22 THEN RETURN x; END IF;
      IF places < -307 THEN RETURN 0; END IF;
      FOR i IN 1 .. abs(places) LOOP f := f * 10; END LOOP;
      IF places >= 0 AND abs(x) > 1e308 / f THEN RETURN x; END IF;
      s := CASE WHEN places < 0 THEN x / f ELSE x * f END;
      w := trunc(s);
      IF away AND abs(s - w) >= 0.5 THEN w := w + sign(s); END IF;
      RETURN CASE WHEN places < 0 THEN w * f ELSE w / f END;
    END`,
  ),
  sql(`round(x ${REAL}, places integer)`, REAL, 'skyedge.scale(x, places, true)'),
  sql(`truncate(x ${REAL}, places integer)`, REAL, 'skyedge.scale(x, places, false)'),
  `CREATE OR REPLACE FUNCTION skyedge.normal_random(mu ${REAL}, sigma ${REAL}) RETURNS ${REAL} LANGUAGE sql VOLATILE
    RETURN mu + sigma * pg_catalog.sqrt(-2 * pg_catalog.ln(1 - random())) * cos(2 * pi() * random());`,
  sql(
    'narrow(x bigint, bits integer)',
    'bigint',
    `CASE WHEN bits = 64 OR x BETWEEN -(1::bigint << (bits - 1)) AND (1::bigint << (bits - 1)) - 1 THEN x END`,
  ),
  sql(
    `to_integer(x ${REAL}, bits integer)`,
    'bigint',
    `CASE WHEN trunc(x) >= -pg_catalog.power(2::${REAL}, bits - 1) AND trunc(x) < pg_catalog.power(2::${REAL}, bits - 1) THEN trunc(x)::bigint END`,
  ),
  plpgsql(
    'to_double(t text)',
    REAL,
    `BEGIN RETURN CASE WHEN t ~ '${NUMBER}' THEN t::${REAL} END; EXCEPTION WHEN numeric_value_out_of_range THEN
      RETURN CASE WHEN t ~ '[eE]-' THEN 0.0 END; END`,
  ),
  plpgsql(
    `to_float(x ${REAL})`,
    REAL,
    `BEGIN RETURN x::real::${REAL}; EXCEPTION WHEN numeric_value_out_of_range THEN RETURN CASE WHEN abs(x) < 1 THEN 0.0 END; END`,
  ),
]
