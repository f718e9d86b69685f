// Geometry over pg_sphere: degrees outside, radians in its types. A geometry is text as DALI writes it, STC-S, or a value of the
// catalogue's own columns; NULL where it is none.

import { ROTATED_FRAMES, rotation } from '#src/sky'
import { plpgsql, REAL, sql } from './define.ts'

const MATRICES = ROTATED_FRAMES.flatMap((from) =>
  ROTATED_FRAMES.map((to) => `WHEN '${from} ${to}' THEN '{${[...rotation(from, to)].join(',')}}'::double precision[]`),
).join('\n    ')

const PATH = 'SET search_path = pg_catalog, public, pg_temp'
/** Of text that says so many numbers. */
const ofNumbers = (name: string, returns: string, count: string, value: string) =>
  plpgsql(
    `${name}(t text)`,
    returns,
    `DECLARE c ${REAL}[] := skyedge.numbers(t); BEGIN RETURN CASE WHEN array_length(c, 1) ${count} THEN ${value} END; END`,
  )
export const GEOMETRY = [
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
    `CASE WHEN lat BETWEEN -90 AND 90 AND abs(lon) < 'Infinity' THEN skyedge.longitude(lon)::text || ' ' || lat::text END`,
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
  ofNumbers('coord1', REAL, '= 2', 'c[1]'),
  ofNumbers('coord2', REAL, '= 2', 'c[2]'),
  ofNumbers('as_point', 'text', '= 2', 'skyedge.point_text(c[1], c[2])'),
  ofNumbers('as_circle', 'text', '= 3', 'skyedge.circle_text(c[1], c[2], c[3])'),
  ofNumbers('as_polygon', 'text', '>= 6', 'skyedge.polygon_text(c)'),
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
