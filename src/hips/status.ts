// hips_status (HiPS 1.0, section 4.4.1): who may see, which copy it is, who may copy. Three words by blanks.

export interface HipsStatus {
  readonly access: 'public' | 'private'
  readonly copy: 'master' | 'mirror' | 'partial'
  readonly cloning: 'clonable' | 'unclonable' | 'clonableOnce'
}

const WORDS: Record<string, Partial<HipsStatus>> = {
  public: { access: 'public' },
  private: { access: 'private' },
  master: { copy: 'master' },
  mirror: { copy: 'mirror' },
  partial: { copy: 'partial' },
  clonable: { cloning: 'clonable' },
  unclonable: { cloning: 'unclonable' },
  clonableOnce: { cloning: 'clonableOnce' },
}

/** Words left out take the standard's defaults; undefined for an unknown word or two of one kind. */
export function parseStatus(text: string): HipsStatus | undefined {
  let status: Partial<HipsStatus> = {}
  for (const word of text.trim().split(/\s+/)) {
    if (word === '') continue
    const part = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined
    if (!part || Object.keys(part).some((kind) => kind in status)) return undefined
    status = { ...status, ...part }
  }
  return { access: 'public', copy: 'master', cloning: 'clonableOnce', ...status }
}

export const writeStatus = ({ access, copy, cloning }: HipsStatus): string => `${access} ${copy} ${cloning}`
