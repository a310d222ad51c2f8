/** What a disk says when something goes wrong: codes as Node.js has them. */
export type DiskErrorCode = 'EIO' | 'ENOSPC' | 'ENOENT' | 'EROFS'

/** An error of the simulated disk, with the `code` that the file system of Node.js would give it. */
export class DiskError extends Error {
  readonly code: DiskErrorCode
  readonly path: string

  constructor(code: DiskErrorCode, path: string, message: string) {
    super(`${code}: ${message}, ${path}`)
    this.name = 'DiskError'
    this.code = code
    this.path = path
  }
}
