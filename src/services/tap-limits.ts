// The limits of TAP by themselves: the edge obeys them too and needs nothing else of the service.

/** What one service grants one request; seconds, bytes, rows. Told in capabilities, enforced at the origin. */
export const TAP_LIMITS = {
  syncS: 60,
  executionS: { default: 600, hard: 3600 },
  retentionS: { default: 3 * 86_400, hard: 30 * 86_400 },
  /** Of one uploaded table, and of all of a request. */
  uploadBytes: 64 << 20,
  requestBytes: 128 << 20,
  uploadRows: 1_000_000,
  uploadTables: 16,
  /** All parameters of a request together. */
  formBytes: 1 << 20,
  /** Jobs of one owner, and those of them that wait or run. All anonymous jobs together have `anonymousShare` times as many. */
  jobs: 1000,
  waitingJobs: 100,
  anonymousShare: 10,
} as const
