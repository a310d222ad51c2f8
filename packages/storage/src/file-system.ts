/** A file that is open for reading and writing. Positions and sizes are bytes. */
export interface File {
  /**
   * Writes all of `bytes` at `position`, synchronously, into the system's cache; not durable before {@link sync}.
   * @throws when not everything could be written (full disk, I/O error); what is there then is undefined.
   */
  write(bytes: Uint8Array, position: number): void
  /** Fills with zeros up to `size`, off the event loop, so that later writes change no metadata; never shrinks. */
  allocate(size: number): Promise<void>
  /** Sets the size. */
  truncate(size: number): Promise<void>
  size(): Promise<number>
  /** Makes everything written before the call durable. After a failure nothing about unsynced bytes can be known: never retry. */
  sync(): Promise<void>
  /** Reads up to `length` bytes; fewer only at the end of the file. */
  read(position: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}

/** Holds a lock file for this process. */
export interface FileLock {
  release(): Promise<void>
}

/**
 * The door to the disk. Paths are opaque strings joined with `/`. A new name, a rename and a removal are
 * durable only after {@link syncDirectory} of the folder they are in.
 */
export interface FileSystem {
  /** Opens for reading and writing. @throws when it does not exist and `create` is not set. */
  open(path: string, options?: { readonly create?: boolean }): Promise<File>
  /** Names (not paths) in a folder, in no order; empty when there is no such folder. */
  list(directory: string): Promise<readonly string[]>
  /** Renames, replacing what is there, atomically. */
  rename(from: string, to: string): Promise<void>
  /** Removes a file; fine when there is none. */
  unlink(path: string): Promise<void>
  /** Makes a folder and those above it; fine when it exists. */
  makeDirectory(path: string): Promise<void>
  syncDirectory(path: string): Promise<void>
  /**
   * Takes the lock file at `path` for this process, for as long as it lives; one left by a process that is gone is taken over.
   * @throws (rejects) `StorageError` `COPYCAT_STORAGE_LOCKED` naming the owner's pid.
   */
  lock(path: string): Promise<FileLock>
}
