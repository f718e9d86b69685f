import { describe, expect, it } from 'vitest'
import { copyRefusal, parseStatus, propertiesOfCopy, statusOfCopy, writeStatus } from '#src/hips'

const status = (text: string) => parseStatus(text) ?? expect.fail(text)

describe('a copy of a map', () => {
  it.each([
    ['public master clonable', 'public mirror clonable'],
    ['public master clonableOnce', 'public mirror unclonable'],
    ['public mirror clonable', 'public mirror clonable'],
    ['public partial clonable', 'public partial clonable'],
    ['private master clonable', 'private mirror clonable'],
    ['', 'public mirror unclonable'],
  ])('of "%s" is "%s"', (source, copy) => {
    expect(writeStatus(statusOfCopy(status(source)))).toBe(copy)
    expect(statusOfCopy(status(source), { partial: true }).copy).toBe('partial')
  })

  it.each(['public master unclonable', 'public mirror clonableOnce', 'private partial clonableOnce'])(
    'is refused where the map says "%s"',
    (source) => {
      expect(copyRefusal(status(source))).toMatch(/unclonable|only the master/)
      expect(() => statusOfCopy(status(source))).toThrow('cannot be copied')
    },
  )

  it('changes the lines that would be false, and no other byte', () => {
    const text =
      '# made by hand\ncreator_did=ivo://CDS/P/x\nhips_service_url = http://a.example/\nhips_status = public master clonableOnce\n\nhips_order\t= 9\n#hips_order = 11\nhips_release_date = 2019-05-07T10:55Z\n'
    expect(propertiesOfCopy(text, { partial: true, lines: new Map([['hips_order', '5']]) })).toBe(
      '# made by hand\ncreator_did=ivo://CDS/P/x\nhips_status          = public partial unclonable\n\nhips_order           = 5\n#hips_order = 11\nhips_release_date = 2019-05-07T10:55Z\n',
    )
  })

  it('says a status where the map said none', () => {
    expect(propertiesOfCopy('creator_did = ivo://x.example/a\n')).toMatch(
      /^hips_status {10}= public mirror unclonable$/m,
    )
  })
})
