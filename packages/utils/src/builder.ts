/** Something that collects options and builds a `T`, or opens it. */
export interface Builder<T> {
  build(): T
}
