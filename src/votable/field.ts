// A column as VOTable describes it (VOTable 1.4 §4.1): the one description that results, TAP_SCHEMA, /tables, ADQL's types
// and uploads share. Datatypes are those of VOTable §2.1 that our services use (no bit, no complex numbers).

export type Datatype =
  | 'boolean'
  | 'unsignedByte'
  | 'short'
  | 'int'
  | 'long'
  | 'char'
  | 'unicodeChar'
  | 'float'
  | 'double'

export interface Field {
  readonly name: string
  readonly datatype: Datatype
  /** `*`, `16`, `2`, `2x*`; absent: one value. Text is `char` with `*`. */
  readonly arraysize?: string
  /** DALI 1.2 §3: `timestamp`, `point`, `circle`, `polygon`, `interval`, `adql:REGION`, … */
  readonly xtype?: string
  readonly unit?: string
  readonly ucd?: string
  readonly utype?: string
  readonly description?: string
  /** XML ID, where something refers to the column. */
  readonly id?: string
}

/**
 * A value on its way into a table. Arrays and DALI geometry come as numbers or as DALI's text (numbers between blanks);
 * numbers may come as text that already is their shortest spelling (a database's own output); null is no value.
 */
export type Cell = string | number | bigint | boolean | null | readonly number[] | Uint8Array
