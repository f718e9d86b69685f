// `s3://bucket/prefix` and the settings of the usual AWS names -> where requests go. Secrets are behind a function, so
// that no log, error or JSON of these settings can hold them.

export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface AwsSettings {
  /** Without a trailing slash; undefined = Amazon's own for the region. */
  readonly endpoint?: string
  readonly region: string
  /** undefined = none are set. */
  readonly credentials: () => S3Credentials | undefined
}

export interface S3Address {
  readonly bucket: string
  /** '' or `a/b`, no slash at either end. */
  readonly prefix: string
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const PREFIX = /^(?:[A-Za-z0-9_][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*)?$/

/** undefined where it is no such address. */
export function parseS3(text: string): S3Address | undefined {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]*)\/?(.*?)\/*$/.exec(text) ?? []
  return BUCKET.test(bucket) && PREFIX.test(prefix) && prefix.length <= 300 ? { bucket, prefix } : undefined
}

/** The address of the bucket, without a trailing slash: by path, but by host at Amazon, which asks for it. */
export function bucketUrl(
  { bucket }: S3Address,
  { endpoint, region }: Pick<AwsSettings, 'endpoint' | 'region'>,
): string {
  if (endpoint) return `${endpoint}/${bucket}`
  // A bucket with dots has no certificate of its own there.
  return bucket.includes('.')
    ? `https://s3.${region}.amazonaws.com/${bucket}`
    : `https://${bucket}.s3.${region}.amazonaws.com`
}
