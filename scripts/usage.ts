// What the commands throw when they were asked for something that cannot be: exit status 2, message only.

export class UsageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}
