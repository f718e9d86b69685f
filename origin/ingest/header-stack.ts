// One image's own header, the primary header behind it, and (in lsst.images files) the JSON tree behind both:
// where the description of a product is looked up. Blank text counts as absent.

import { type FitsHeader, type Hdu, imageHeader } from '#src/fits'

export class HeaderStack {
  readonly #headers: readonly FitsHeader[]
  #comments: Map<string, string> | undefined

  constructor(headers: readonly FitsHeader[]) {
    this.#headers = headers
  }

  static of(hdu: Hdu, primary: Hdu): HeaderStack {
    return new HeaderStack(hdu.index === primary.index ? [imageHeader(hdu)] : [imageHeader(hdu), primary.header])
  }

  /** Text, or a number as text. */
  text(keyword: string): string | undefined {
    for (const header of this.#headers) {
      const value = header.get(keyword)
      if (typeof value === 'string' && value.trim() !== '') return value.trim()
      if (typeof value === 'number' || typeof value === 'bigint') return String(value)
    }
    return undefined
  }

  /** A number, or text that is one (SDSS writes EXPTIME so). */
  number(keyword: string): number | undefined {
    const text = this.text(keyword)
    if (text === undefined || !/^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$/.test(text)) return undefined
    const value = Number(text.replace(/d/i, 'e'))
    return Number.isFinite(value) ? value : undefined
  }

  first(keywords: readonly string[]): string | undefined {
    for (const keyword of keywords) {
      const text = this.text(keyword)
      if (text !== undefined) return text
    }
    return undefined
  }

  /** The first that is a whole number, `least` or more. */
  whole(keywords: readonly string[], least = 0): number | undefined {
    return keywords
      .map((keyword) => this.number(keyword))
      .find((value) => value !== undefined && Number.isSafeInteger(value) && value >= least)
  }

  comment(keyword: string): string {
    if (!this.#comments) {
      this.#comments = new Map()
      for (const header of this.#headers)
        for (const card of header.cards)
          if (!this.#comments.has(card.keyword)) this.#comments.set(card.keyword, card.comment)
    }
    return this.#comments.get(keyword) ?? ''
  }
}
