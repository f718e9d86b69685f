// The schema `skyedge` of PostgreSQL: what queries need beside pg_sphere so that both stores give equal rows. Run by the
// migration, as often as it likes. SQL functions have parsed bodies (names are bound when they are made, and the planner
// puts them in place); PL/pgSQL ones name their search_path where they name anything but pg_catalog's own.
// What sqlite-functions.ts and sqlite-geometry.ts say is said here again: change both together.

import { rotation } from '#src/sky'

const FRAMES = ['ICRS', 'FK5', 'GALACTIC', 'ECLIPTIC'] as const
const MATRICES = FRAMES.flatMap((from) =>
  FRAMES.map((to) => `WHEN '${from} ${to}' THEN '{${[...rotation(from, to)].join(',')}}'::double precision[]`),
).join('\n    ')

const PURE = 'IMMUTABLE PARALLEL SAFE'
const sql = (signature: string, returns: string, body: string) =>
  `CREATE OR REPLACE FUNCTION skyedge.${signature} RETURNS ${returns} LANGUAGE sql ${PURE} RETURN ${body.trim()};`
const plpgsql = (signature: string, returns: string, body: string, options = '') =>
  `CREATE OR REPLACE FUNCTION skyedge.${signature} RETURNS ${returns} LANGUAGE plpgsql ${PURE} ${options} AS $f$${body}$f$;`

const REAL = 'double precision'
const NUMBER = String.raw`^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$`

const MATHS = [
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

const TIME = String.raw`^\s*(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d{1,9})?))?)?Z?\s*$`
const lower = (text: string) => `lower(${text} COLLATE "und-x-icu") COLLATE "C"`
const TEXTS = [
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

const PATH = 'SET search_path = pg_catalog, public, pg_temp'
const fmodPositive = 'skyedge.longitude(lon)'
const GEOMETRY = [
  sql(
    `distance(lon1 ${REAL}, lat1 ${REAL}, lon2 ${REAL}, lat2 ${REAL})`,
    REAL,
    `pg_catalog.round(degrees(atan2(
      pg_catalog.sqrt(cos(radians(lat2)) * sin(radians(lon2 - lon1)) * (cos(radians(lat2)) * sin(radians(lon2 - lon1)))
        + (cos(radians(lat1)) * sin(radians(lat2)) - sin(radians(lat1)) * cos(radians(lat2)) * cos(radians(lon2 - lon1)))
        * (cos(radians(lat1)) * sin(radians(lat2)) - sin(radians(lat1)) * cos(radians(lat2)) * cos(radians(lon2 - lon1)))),
      sin(radians(lat1)) * sin(radians(lat2)) + cos(radians(lat1)) * cos(radians(lat2)) * cos(radians(lon2 - lon1))
    )) * 1e12::${REAL}) / 1e12::${REAL}`,
  ),
  sql(
    `point(lon ${REAL}, lat ${REAL})`,
    'spoint',
    `CASE WHEN lat BETWEEN -90 AND 90 AND abs(lon) < 'Infinity' THEN spoint(radians(lon), radians(lat)) END`,
  ),
  plpgsql(
    `longitude(lon ${REAL})`,
    REAL,
    `DECLARE x ${REAL};
    BEGIN
      IF lon >= 0 AND lon < 360 THEN RETURN lon; END IF;
      x := skyedge.fmod(lon, 360);
      IF x < 0 THEN x := x + 360; END IF;
      RETURN CASE WHEN x >= 360 OR x = 0 THEN 0 ELSE x END;
    END`,
  ),
  sql(
    `point_text(lon ${REAL}, lat ${REAL})`,
    'text',
    `CASE WHEN lat BETWEEN -90 AND 90 AND abs(lon) < 'Infinity' THEN ${fmodPositive}::text || ' ' || lat::text END`,
  ),
  sql(
    `circle_text(lon ${REAL}, lat ${REAL}, radius ${REAL})`,
    'text',
    `CASE WHEN radius BETWEEN 0 AND 180 THEN skyedge.point_text(lon, lat) || ' ' || radius::text END`,
  ),
  plpgsql(
    `polygon_text(c ${REAL}[])`,
    'text',
    `DECLARE t text := '';
    BEGIN
      IF coalesce(array_length(c, 1), 0) < 6 THEN RETURN NULL; END IF;
      FOR i IN 1 .. array_length(c, 1) - 1 BY 2 LOOP
        t := t || CASE WHEN i > 1 THEN ' ' ELSE '' END || skyedge.point_text(c[i], c[i + 1]);
      END LOOP;
      RETURN t;
    END`,
  ),
  plpgsql(
    `box_corners(lon ${REAL}, lat ${REAL}, width ${REAL}, height ${REAL})`,
    `${REAL}[]`,
    `DECLARE e ${REAL}; n ${REAL}; x ${REAL}; y ${REAL}; z ${REAL}; c ${REAL}[] := '{}'; s ${REAL}[] := '{-1,-1,1,-1,1,1,-1,1}';
    BEGIN
      IF NOT coalesce(lat BETWEEN -90 AND 90 AND abs(lon) < 'Infinity' AND width > 0 AND width < 180 AND height > 0 AND height < 180, false)
        THEN RETURN NULL; END IF;
      FOR i IN 1 .. 7 BY 2 LOOP
        e := s[i] * tan(radians(width) / 2);
        n := s[i + 1] * tan(radians(height) / 2);
        x := cos(radians(lat)) * cos(radians(lon)) - e * sin(radians(lon)) - n * sin(radians(lat)) * cos(radians(lon));
        y := cos(radians(lat)) * sin(radians(lon)) + e * cos(radians(lon)) - n * sin(radians(lat)) * sin(radians(lon));
        z := sin(radians(lat)) + n * cos(radians(lat));
        c := c || skyedge.longitude(degrees(atan2(y, x))) || degrees(atan2(z, pg_catalog.sqrt(x * x + y * y)));
      END LOOP;
      RETURN c;
    END`,
  ),
  sql(
    `box(lon ${REAL}, lat ${REAL}, width ${REAL}, height ${REAL})`,
    'text',
    'skyedge.polygon_text(skyedge.box_corners(lon, lat, width, height))',
  ),
  // The numbers of DALI or STC-S text, as many as its first word asks for.
  plpgsql(
    'numbers(t text)',
    `${REAL}[]`,
    String.raw`DECLARE words text := (regexp_match(t, '^\s*((?:[a-zA-Z]\S*\s+)*)'))[1]; rest text; kind text; c double precision[]; n integer;
    BEGIN
      IF t IS NULL OR words ~* '\y(GALACTIC|GALACTIC_II|ECLIPTIC|FK4|B1950)\y' THEN RETURN NULL; END IF;
      rest := regexp_replace(t, '^\s*((?:[a-zA-Z]\S*\s+)*)', '');
      rest := regexp_replace(rest, '\s+$', '');
      IF rest !~ '^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?(\s+[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?)*$' THEN RETURN NULL; END IF;
      c := regexp_split_to_array(rest, '\s+')::double precision[];
      n := array_length(c, 1);
      kind := upper((regexp_match(words, '^\S+'))[1]);
      RETURN CASE
        WHEN kind IS NULL AND (n IN (2, 3) OR n >= 6 AND n % 2 = 0) THEN c
        WHEN kind IN ('POSITION', 'POINT') AND n = 2 OR kind = 'CIRCLE' AND n = 3 OR kind = 'POLYGON' AND n >= 6 AND n % 2 = 0 THEN c
        WHEN kind = 'BOX' AND n = 4 THEN skyedge.box_corners(c[1], c[2], c[3], c[4])
      END;
    EXCEPTION WHEN numeric_value_out_of_range THEN RETURN NULL;
    END`,
  ),
  // NULL where pg_sphere takes it for no polygon.
  plpgsql(
    `polygon(c ${REAL}[])`,
    'spoly',
    `DECLARE t text := '';
    BEGIN
      IF coalesce(array_length(c, 1), 0) < 6 THEN RETURN NULL; END IF;
      FOR i IN 1 .. array_length(c, 1) - 1 BY 2 LOOP
        IF NOT coalesce(c[i + 1] BETWEEN -90 AND 90 AND abs(c[i]) < 'Infinity', false) THEN RETURN NULL; END IF;
        t := t || CASE WHEN i > 1 THEN ',' ELSE '' END || '(' || radians(skyedge.longitude(c[i]))::text || ',' || radians(c[i + 1])::text || ')';
      END LOOP;
      RETURN ('{' || t || '}')::spoly;
    EXCEPTION WHEN OTHERS THEN RETURN NULL;
    END`,
    PATH,
  ),
  sql(
    `shape_of(lon ${REAL}, lat ${REAL}, radius ${REAL})`,
    'skyedge.shape',
    `CASE WHEN lat BETWEEN -90 AND 90 AND abs(lon) < 'Infinity' AND radius BETWEEN 0 AND 180 THEN ROW(lon, lat, radius, NULL)::skyedge.shape END`,
  ),
  sql('shape_of(p spoly)', 'skyedge.shape', 'CASE WHEN p IS NOT NULL THEN ROW(NULL, NULL, NULL, p)::skyedge.shape END'),
  plpgsql(
    'shape_of(t text)',
    'skyedge.shape',
    `DECLARE c ${REAL}[] := skyedge.numbers(t);
    BEGIN
      RETURN CASE array_length(c, 1) WHEN 2 THEN skyedge.shape_of(c[1], c[2], 0) WHEN 3 THEN skyedge.shape_of(c[1], c[2], c[3])
        ELSE skyedge.shape_of(skyedge.polygon(c)) END;
    END`,
    PATH,
  ),
  sql(
    'cap(s skyedge.shape)',
    'scircle',
    'CASE WHEN (s).radius <= 90 THEN scircle(skyedge.point((s).lon, (s).lat), radians((s).radius)) END',
  ),
  // What a circle of more than 90 degrees leaves out.
  sql(
    'rest(s skyedge.shape)',
    'scircle',
    'CASE WHEN (s).radius > 90 THEN scircle(skyedge.point((s).lon + 180, -(s).lat), radians(180 - (s).radius)) END',
  ),
  plpgsql(
    'contains(a skyedge.shape, b skyedge.shape)',
    'boolean',
    `BEGIN
      IF a IS NULL OR b IS NULL THEN RETURN NULL; END IF;
      IF a.poly IS NULL AND b.poly IS NULL THEN
        RETURN b.radius >= 180 OR pg_catalog.round((skyedge.distance(a.lon, a.lat, b.lon, b.lat) + a.radius) * 1e12::${REAL}) / 1e12::${REAL} <= b.radius;
      END IF;
      IF a.poly IS NULL THEN
        RETURN CASE WHEN a.radius = 0 THEN skyedge.point(a.lon, a.lat) <@ b.poly WHEN a.radius > 90 THEN false ELSE skyedge.cap(a) <@ b.poly END;
      END IF;
      IF b.poly IS NULL THEN
        RETURN CASE WHEN b.radius = 0 THEN false WHEN b.radius <= 90 THEN a.poly <@ skyedge.cap(b) ELSE NOT (a.poly && skyedge.rest(b)) END;
      END IF;
      RETURN a.poly <@ b.poly;
    END`,
    PATH,
  ),
  plpgsql(
    'intersects(a skyedge.shape, b skyedge.shape)',
    'boolean',
    `BEGIN
      IF a IS NULL OR b IS NULL THEN RETURN NULL; END IF;
      IF a.poly IS NULL AND b.poly IS NULL THEN
        RETURN skyedge.distance(a.lon, a.lat, b.lon, b.lat) <= pg_catalog.round((a.radius + b.radius) * 1e12::${REAL}) / 1e12::${REAL};
      END IF;
      IF b.poly IS NULL THEN RETURN skyedge.intersects(b, a); END IF;
      IF a.poly IS NULL THEN
        RETURN CASE WHEN a.radius = 0 THEN skyedge.point(a.lon, a.lat) <@ b.poly WHEN a.radius <= 90 THEN skyedge.cap(a) && b.poly
          ELSE NOT (b.poly <@ skyedge.rest(a)) END;
      END IF;
      RETURN a.poly && b.poly;
    END`,
    PATH,
  ),
  plpgsql(
    `vectors(c ${REAL}[])`,
    `${REAL}[]`,
    `DECLARE v ${REAL}[] := '{}';
    BEGIN
      FOR i IN 1 .. array_length(c, 1) - 1 BY 2 LOOP
        v := v || cos(radians(c[i + 1])) * cos(radians(c[i])) || cos(radians(c[i + 1])) * sin(radians(c[i])) || sin(radians(c[i + 1]));
      END LOOP;
      RETURN v;
    END`,
  ),
  plpgsql(
    'area(t text)',
    REAL,
    `DECLARE c ${REAL}[] := skyedge.numbers(t); v ${REAL}[]; a ${REAL} := 0; k integer;
    BEGIN
      IF c IS NULL OR skyedge.shape_of(t) IS NULL THEN RETURN NULL; END IF;
      IF array_length(c, 1) = 2 THEN RETURN 0; END IF;
      IF array_length(c, 1) = 3 THEN RETURN 4 * pi() * sin(radians(c[3]) / 2) * sin(radians(c[3]) / 2) * (180 / pi()) * (180 / pi()); END IF;
      v := skyedge.vectors(c);
      FOR i IN 1 .. array_length(c, 1) / 2 - 2 LOOP
        k := 3 * i;
        a := a + 2 * atan2(
          v[1] * (v[k+2] * v[k+6] - v[k+3] * v[k+5]) + v[2] * (v[k+3] * v[k+4] - v[k+1] * v[k+6]) + v[3] * (v[k+1] * v[k+5] - v[k+2] * v[k+4]),
          1 + (v[1] * v[k+1] + v[2] * v[k+2] + v[3] * v[k+3]) + (v[k+1] * v[k+4] + v[k+2] * v[k+5] + v[k+3] * v[k+6])
            + (v[k+4] * v[1] + v[k+5] * v[2] + v[k+6] * v[3]));
      END LOOP;
      RETURN abs(a) * (180 / pi()) * (180 / pi());
    END`,
    PATH,
  ),
  plpgsql(
    'centroid(t text)',
    'text',
    `DECLARE c ${REAL}[] := skyedge.numbers(t); v ${REAL}[]; n integer; i integer; j integer; x ${REAL} := 0; y ${REAL} := 0; z ${REAL} := 0;
      nx ${REAL}; ny ${REAL}; nz ${REAL}; l ${REAL}; w ${REAL}; mx ${REAL} := 0; my ${REAL} := 0; mz ${REAL} := 0;
    BEGIN
      IF c IS NULL OR skyedge.shape_of(t) IS NULL THEN RETURN NULL; END IF;
      IF array_length(c, 1) <= 3 THEN RETURN skyedge.point_text(c[1], c[2]); END IF;
      v := skyedge.vectors(c);
      n := array_length(v, 1) / 3;
      FOR k IN 0 .. n - 1 LOOP
        i := 3 * ((k + n - 1) % n); j := 3 * k;
        mx := mx + v[j+1]; my := my + v[j+2]; mz := mz + v[j+3];
        nx := v[i+2] * v[j+3] - v[i+3] * v[j+2];
        ny := v[i+3] * v[j+1] - v[i+1] * v[j+3];
        nz := v[i+1] * v[j+2] - v[i+2] * v[j+1];
        l := pg_catalog.sqrt(nx * nx + ny * ny + nz * nz);
        CONTINUE WHEN l = 0;
        w := atan2(l, v[i+1] * v[j+1] + v[i+2] * v[j+2] + v[i+3] * v[j+3]) / l;
        x := x + nx * w; y := y + ny * w; z := z + nz * w;
      END LOOP;
      IF x * mx + y * my + z * mz < 0 THEN x := -x; y := -y; z := -z; END IF;
      RETURN skyedge.point_text(degrees(atan2(y, x)), degrees(atan2(z, pg_catalog.sqrt(x * x + y * y))));
    END`,
    PATH,
  ),
  ...(['1', '2'] as const).map((which) =>
    plpgsql(
      `coord${which}(t text)`,
      REAL,
      `DECLARE c ${REAL}[] := skyedge.numbers(t); BEGIN RETURN CASE WHEN array_length(c, 1) = 2 THEN c[${which}] END; END`,
    ),
  ),
  plpgsql(
    'as_point(t text)',
    'text',
    `DECLARE c ${REAL}[] := skyedge.numbers(t); BEGIN RETURN CASE WHEN array_length(c, 1) = 2 THEN skyedge.point_text(c[1], c[2]) END; END`,
  ),
  plpgsql(
    'as_circle(t text)',
    'text',
    `DECLARE c ${REAL}[] := skyedge.numbers(t); BEGIN RETURN CASE WHEN array_length(c, 1) = 3 THEN skyedge.circle_text(c[1], c[2], c[3]) END; END`,
  ),
  plpgsql(
    'as_polygon(t text)',
    'text',
    `DECLARE c ${REAL}[] := skyedge.numbers(t); BEGIN RETURN CASE WHEN array_length(c, 1) >= 6 THEN skyedge.polygon_text(c) END; END`,
  ),
  plpgsql(
    'geom_transform(origin text, target text, t text)',
    'text',
    `DECLARE c ${REAL}[] := skyedge.numbers(t); m ${REAL}[] := CASE origin || ' ' || target
    ${MATRICES} END; r ${REAL}[] := '{}'; x ${REAL}; y ${REAL}; z ${REAL}; a ${REAL}; b ${REAL}; d ${REAL};
    BEGIN
      IF c IS NULL OR m IS NULL THEN RETURN NULL; END IF;
      FOR i IN 1 .. CASE WHEN array_length(c, 1) = 3 THEN 1 ELSE array_length(c, 1) - 1 END BY 2 LOOP
        a := cos(radians(c[i + 1])) * cos(radians(c[i])); b := cos(radians(c[i + 1])) * sin(radians(c[i])); d := sin(radians(c[i + 1]));
        x := m[1] * a + m[2] * b + m[3] * d; y := m[4] * a + m[5] * b + m[6] * d; z := m[7] * a + m[8] * b + m[9] * d;
        r := r || skyedge.longitude(degrees(atan2(y, x))) || degrees(atan2(z, pg_catalog.sqrt(x * x + y * y)));
      END LOOP;
      RETURN CASE array_length(c, 1) WHEN 2 THEN skyedge.point_text(r[1], r[2]) WHEN 3 THEN skyedge.circle_text(r[1], r[2], c[3])
        ELSE skyedge.polygon_text(r) END;
    END`,
  ),
  plpgsql(
    `epoch_prop_pos(ra ${REAL}, decl ${REAL}, parallax ${REAL}, pmra ${REAL}, pmdec ${REAL}, velocity ${REAL}, origin ${REAL}, target ${REAL})`,
    'text',
    `DECLARE years ${REAL} := target - origin; mas ${REAL} := radians(1::${REAL} / 3600000);
      away ${REAL} := 1 + coalesce(velocity, 0) * coalesce(parallax, 0) * mas / 4.740470446::${REAL} * years;
      e ${REAL} := coalesce(pmra, 0) * mas * years; n ${REAL} := coalesce(pmdec, 0) * mas * years; x ${REAL}; y ${REAL}; z ${REAL};
    BEGIN
      IF ra IS NULL OR years IS NULL OR NOT coalesce(decl BETWEEN -90 AND 90, false) THEN RETURN NULL; END IF;
      x := cos(radians(decl)) * cos(radians(ra)) * away - e * sin(radians(ra)) - n * sin(radians(decl)) * cos(radians(ra));
      y := cos(radians(decl)) * sin(radians(ra)) * away + e * cos(radians(ra)) - n * sin(radians(decl)) * sin(radians(ra));
      z := sin(radians(decl)) * away + n * cos(radians(decl));
      RETURN skyedge.point_text(degrees(atan2(y, x)), degrees(atan2(z, pg_catalog.sqrt(x * x + y * y))));
    END`,
  ),
]

// HEALPix, nested: src/healpix/nested.ts in PL/pgSQL, the same operations in the same order.
const HEALPIX = [
  plpgsql(
    'healpix_join(k integer, face bigint, x bigint, y bigint)',
    'bigint',
    `DECLARE r bigint := face << (2 * k);
    BEGIN
      FOR b IN 0 .. k - 1 LOOP r := r | (((x >> b) & 1) << (2 * b)) | (((y >> b) & 1) << (2 * b + 1)); END LOOP;
      RETURN r;
    END`,
  ),
  plpgsql(
    `healpix_index(k integer, lon ${REAL}, lat ${REAL})`,
    'bigint',
    `DECLARE n ${REAL}; last bigint; theta ${REAL}; z ${REAL}; za ${REAL}; q ${REAL}; jp bigint; jm bigint; fp bigint; fm bigint;
      quarter bigint; part ${REAL}; reach ${REAL};
    BEGIN
      IF NOT coalesce(k BETWEEN 0 AND 24 AND lat BETWEEN -90 AND 90 AND abs(lon) < 'Infinity', false) THEN RETURN NULL; END IF;
      n := (1::bigint << k)::${REAL};
      last := (1::bigint << k) - 1;
      theta := pi() / 2 - radians(lat);
      z := cos(theta);
      za := abs(z);
      q := skyedge.fmod(radians(lon) * (2 / pi()), 4);
      IF q < 0 THEN q := q + 4; END IF;
      IF q >= 4 THEN q := 0; END IF;
      IF za <= 2 / 3::${REAL} THEN
        jp := trunc(n * (0.5 + q) - n * (z * 0.75))::bigint;
        jm := trunc(n * (0.5 + q) + n * (z * 0.75))::bigint;
        fp := jp >> k;
        fm := jm >> k;
        RETURN skyedge.healpix_join(k, CASE WHEN fp = fm THEN fp | 4 WHEN fp < fm THEN fp ELSE fm + 8 END, jm & last, last - (jp & last));
      END IF;
      quarter := least(3, trunc(q)::bigint);
      part := q - quarter;
      reach := CASE WHEN theta < 0.01 OR theta > 3.13159 THEN (n * sin(theta)) / pg_catalog.sqrt((1 + za) / 3) ELSE n * pg_catalog.sqrt(3 * (1 - za)) END;
      jp := least(trunc(part * reach)::bigint, last);
      jm := least(trunc((1 - part) * reach)::bigint, last);
      RETURN CASE WHEN z >= 0 THEN skyedge.healpix_join(k, quarter, last - jm, last - jp) ELSE skyedge.healpix_join(k, quarter + 8, jp, jm) END;
    END`,
  ),
  plpgsql(
    'healpix_center(k integer, cell bigint)',
    'text',
    `DECLARE face integer; n ${REAL}; x bigint := 0; y bigint := 0; fx ${REAL}; fy ${REAL}; r ${REAL}; nr ${REAL} := 1; d ${REAL}; z ${REAL}; c ${REAL};
      along ${REAL}; lon ${REAL}; rows integer[] := '{2,2,2,2,3,3,3,3,4,4,4,4}'; lons integer[] := '{1,3,5,7,0,2,4,6,1,3,5,7}';
    BEGIN
      IF NOT coalesce(k BETWEEN 0 AND 24 AND cell >= 0 AND cell < 12 * (1::bigint << (2 * k)), false) THEN RETURN NULL; END IF;
      n := (1::bigint << k)::${REAL};
      face := (cell >> (2 * k))::integer + 1;
      FOR b IN 0 .. k - 1 LOOP
        x := x | (((cell >> (2 * b)) & 1) << b);
        y := y | (((cell >> (2 * b + 1)) & 1) << b);
      END LOOP;
      fx := (x + 0.5::${REAL}) / n;
      fy := (y + 0.5::${REAL}) / n;
      r := rows[face] - fx - fy;
      IF r < 1 THEN nr := r; d := (r * r) / 3; z := 1 - d; c := pg_catalog.sqrt(d * (2 - d));
      ELSIF r > 3 THEN nr := 4 - r; d := (nr * nr) / 3; z := d - 1; c := pg_catalog.sqrt(d * (2 - d));
      ELSE z := ((2 - r) * 2) / 3; c := pg_catalog.sqrt((1 - z) * (1 + z)); END IF;
      along := lons[face] * nr + fx - fy;
      IF along < 0 THEN along := along + 8 * nr; END IF;
      lon := CASE WHEN nr < 1e-15 THEN lons[face] * (pi() / 4) ELSE (0.5 * (pi() / 2) * along) / nr END;
      RETURN skyedge.point_text(degrees(lon), degrees(atan2(z, c)));
    END`,
  ),
  // Whether a cell lies in ranges [start, end), sorted and apart.
  plpgsql(
    'in_ranges(cell bigint, ranges bigint[])',
    'boolean',
    `DECLARE low integer := 0; high integer := coalesce(array_length(ranges, 1), 0) / 2; middle integer;
    BEGIN
      IF cell IS NULL THEN RETURN NULL; END IF;
      WHILE low < high LOOP
        middle := (low + high) / 2;
        IF ranges[2 * middle + 1] <= cell THEN low := middle + 1; ELSE high := middle; END IF;
      END LOOP;
      RETURN low > 0 AND cell < ranges[2 * low];
    END`,
  ),
]

export const POSTGRES_FUNCTIONS = [
  `CREATE SCHEMA IF NOT EXISTS skyedge;
  GRANT USAGE ON SCHEMA skyedge TO PUBLIC;
  DO $d$ BEGIN
    IF to_regtype('skyedge.shape') IS NULL THEN
      CREATE TYPE skyedge.shape AS (lon ${REAL}, lat ${REAL}, radius ${REAL}, poly spoly);
    END IF;
  END $d$;`,
  ...MATHS,
  ...TEXTS,
  ...GEOMETRY,
  ...HEALPIX,
].join('\n')
