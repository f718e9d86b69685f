// A FITS header: an ordered list of cards (FITS 4.0 §4). Cards nobody touched are written byte for byte as read, so
// unknown and odd ones survive. Of duplicate keywords the first is meant.

import {
  CARD_LENGTH,
  type Card,
  type CardValue,
  continues,
  formatCard,
  isCommentary,
  keywordOf,
  parseCard,
} from './card.ts'
import { FitsError } from './errors.ts'

export const BLOCK_LENGTH = 2880

interface Entry {
  readonly keyword: string
  /** 80 characters a card, one character a byte; a CONTINUEd string is one entry. */
  readonly text: string
  card?: Card
}

export class FitsHeader {
  private bytes: Uint8Array | undefined
  private entries: Entry[] | undefined
  private first: Map<string, number> | undefined

  /** Whole cards up to END or the end of the bytes. Splitting waits until somebody asks: an index opens cheaply. */
  static parse(bytes: Uint8Array): FitsHeader {
    const header = new FitsHeader()
    header.bytes = bytes
    return header
  }

  get cards(): readonly Card[] {
    return this.list().map(cardOf)
  }

  /** The first value of a keyword; undefined when absent or without a value. */
  get(keyword: string): CardValue {
    const at = this.index().get(keyword)
    return at === undefined ? undefined : cardOf(this.list()[at]).value
  }

  /** A numeric value as a double; undefined when absent or no number. */
  number(keyword: string): number | undefined {
    const value = this.get(keyword)
    return typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : undefined
  }

  string(keyword: string): string | undefined {
    const value = this.get(keyword)
    return typeof value === 'string' ? value : undefined
  }

  has(keyword: string): boolean {
    return this.index().has(keyword)
  }

  /** Replaces the first card of that keyword in its place (its comment stays unless one is given), or appends. */
  set(keyword: string, value: CardValue, comment?: string): this {
    const entries = this.list()
    const at = isCommentary(keyword) ? undefined : this.index().get(keyword)
    const old = at === undefined ? undefined : cardOf(entries[at])
    const card = { keyword, value, comment: comment ?? old?.comment ?? '' }
    if (at === undefined) return this.add(card)
    if (old!.value === value && old!.comment === card.comment) return this
    entries[at] = entryOf(card)
    return this
  }

  /** Appends a card, also where one of that keyword stands already. */
  add(card: Card): this {
    const entries = this.list()
    const index = this.index()
    if (!isCommentary(card.keyword) && !index.has(card.keyword)) index.set(card.keyword, entries.length)
    entries.push(entryOf(card))
    return this
  }

  /** Takes out every card of a keyword. */
  remove(keyword: string): this {
    return this.has(keyword) || isCommentary(keyword) ? this.removeWhere((name) => name === keyword) : this
  }

  /** Takes out every card whose keyword the test picks. */
  removeWhere(picks: (keyword: string) => boolean): this {
    this.entries = this.list().filter(({ keyword }) => !picks(keyword))
    this.first = undefined
    return this
  }

  /** Puts cards in front of all others, in their order. */
  prepend(cards: readonly Card[]): this {
    this.entries = [...cards.map(entryOf), ...this.list()]
    this.first = undefined
    return this
  }

  /** Whether some string goes on in CONTINUE cards: files then say so by LONGSTRN. */
  get hasLongStrings(): boolean {
    return this.list().some(({ keyword, text }) => text.length > CARD_LENGTH && !isCommentary(keyword))
  }

  clone(): FitsHeader {
    const copy = new FitsHeader()
    copy.entries = [...this.list()]
    return copy
  }

  /** The header with END, padded with blanks to whole blocks. */
  encode(): Uint8Array<ArrayBuffer> {
    const entries = this.list()
    const length = entries.reduce((sum, { text }) => sum + text.length, CARD_LENGTH)
    const out = new Uint8Array(Math.ceil(length / BLOCK_LENGTH) * BLOCK_LENGTH).fill(0x20)
    let at = 0
    for (const { text } of entries) for (let i = 0; i < text.length; i++) out[at++] = text.charCodeAt(i)
    out.set([0x45, 0x4e, 0x44], at)
    return out
  }

  private list(): Entry[] {
    this.entries ??= this.bytes ? split(this.bytes) : []
    this.bytes = undefined
    return this.entries
  }

  private index(): Map<string, number> {
    if (this.first) return this.first
    this.first = new Map()
    const entries = this.list()
    for (let i = entries.length - 1; i >= 0; i--) this.first.set(entries[i].keyword, i)
    for (const name of ['COMMENT', 'HISTORY', '']) this.first.delete(name)
    return this.first
  }
}

function cardOf(entry: Entry): Card {
  entry.card ??= parseCard(entry.text)
  return entry.card
}

const entryOf = (card: Card): Entry => ({ keyword: card.keyword, text: formatCard(card), card })

function split(bytes: Uint8Array): Entry[] {
  if (bytes.length % CARD_LENGTH !== 0)
    throw new FitsError('bad-header', `a header is whole cards of 80 bytes, got ${bytes.length} bytes`)
  const entries: Entry[] = []
  let open = false
  for (let at = 0; at < bytes.length; at += CARD_LENGTH) {
    const text = String.fromCharCode.apply(null, bytes.subarray(at, at + CARD_LENGTH) as unknown as number[])
    if (text.startsWith('END     ') && text.trimEnd() === 'END') break
    if (open && text.startsWith('CONTINUE  ')) {
      const last = entries.length - 1
      entries[last] = { keyword: entries[last].keyword, text: entries[last].text + text }
      open = continues(text)
      continue
    }
    entries.push({ keyword: keywordOf(text), text })
    open = continues(text)
  }
  return entries
}
