import { describe, expect, it } from 'vitest'
import { TAP_SCHEMA, tablesXml, tableXml, tapSchemaRows } from '#src/vosi'
import { columnList, type Schema } from '#src/votable'

const SKY: Schema = {
  name: 'sky',
  description: 'Stars & more',
  tables: [
    {
      schema: 'sky',
      name: 'Star',
      kind: 'table',
      description: 'Stars',
      columns: columnList('+*ra | double | deg | pos.eq.ra | x:ra | Right ascension\n name | text | | | | Name'),
      foreignKeys: [{ target: 'sky.Kind', columns: [{ from: 'name', target: 'kind' }] }],
    },
  ],
}
const SET = [SKY, TAP_SCHEMA]

describe('the table set', () => {
  it('writes columns as VODataService does', () => {
    expect(tablesXml([SKY])).toContain(`    <table type="table">
      <name>sky.Star</name>
      <description>Stars</description>
      <column std="false">
        <name>ra</name>
        <description>Right ascension</description>
        <unit>deg</unit>
        <ucd>pos.eq.ra</ucd>
        <utype>x:ra</utype>
        <dataType xsi:type="vs:VOTableType">double</dataType>
        <flag>indexed</flag>
        <flag>principal</flag>
      </column>`)
    expect(tablesXml([SKY])).toContain('Stars &amp; more')
  })

  it('leaves columns out where the least is asked, and gives one table alone in any case', () => {
    expect(tablesXml(SET, { detail: 'min' })).not.toContain('<column')
    expect(tableXml(SET, 'SKY.star')).toContain('<vosi:table ')
    expect(tableXml(SET, 'sky.planet')).toBeUndefined()
  })

  it('has the same in TAP_SCHEMA, with the tables of TAP_SCHEMA among them', () => {
    const rows = tapSchemaRows(SET)
    expect(rows.schemas.map(([name]) => name)).toEqual(['sky', 'TAP_SCHEMA'])
    expect(rows.tables.map((row) => row[1])).toContain('TAP_SCHEMA.key_columns')
    expect(rows.columns[0]).toEqual([
      'sky.Star',
      'ra',
      'double',
      null,
      null,
      null,
      'Right ascension',
      'x:ra',
      'deg',
      'pos.eq.ra',
      1,
      1,
      0,
      1,
    ])
    expect(rows.keys[0]).toEqual(['sky.Star-1', 'sky.Star', 'sky.Kind', null, null])
    expect(rows.key_columns[0]).toEqual(['sky.Star-1', 'name', 'kind'])
    const reserved = rows.columns.filter(([, name]) => String(name).includes('"'))
    expect(reserved.map(([, name]) => name)).toEqual(['"size"'])
    for (const { name, columns } of TAP_SCHEMA.tables)
      for (const row of rows[name]) expect(row.length).toBe(columns.length)
  })
})
