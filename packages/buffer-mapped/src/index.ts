/**
 * Memory-mapped files.
 *
 * @packageDocumentation
 */
export {}
