import { ConfigurationError } from './errors.ts'

/** Something that collects options and builds a `T`, or opens it. */
export interface Builder<T> {
  build(): T
}

/** The options of `O` that have no default. */
export type RequiredOption<O extends object> = { [K in keyof O]-?: object extends Pick<O, K> ? never : K }[keyof O]

/** Every option of `O`, and whether it must be given; the compiler compares it with `O`. */
export type OptionNeeds<O extends object> = {
  readonly [K in keyof O]-?: object extends Pick<O, K> ? 'optional' : 'required'
}

/**
 * A builder with one `withX` for each option `x` of `O`, each returning the builder. `build` can be called once
 * no required option is `Missing`: before that its type is the text that names one.
 */
export type OptionsBuilder<O extends object, T, Missing extends keyof O = RequiredOption<O>> = {
  readonly [K in keyof O & string as `with${Capitalize<K>}`]-?: (value: Exclude<O[K], undefined>) => OptionsBuilder<O, T, Exclude<Missing, K>>
} & ([Missing] extends [never] ? Builder<T> : { readonly build: `call with${Capitalize<Missing & string>} first` })

/**
 * Makes the builder of a class with an options object: `static builder = () => optionsBuilder(needs, (options) => new X(options))`.
 * @param needs every option, `required` or `optional`.
 * @param make gets the options that were given, in a new object at each `build()`.
 * @returns a builder whose `build()` throws {@link ConfigurationError} naming the first required option that was not given.
 */
export function optionsBuilder<O extends object, T>(needs: OptionNeeds<O>, make: (options: O) => T): OptionsBuilder<O, T> {
  const given: Record<string, unknown> = {}
  const built: Record<string, unknown> = {
    build(): T {
      for (const [option, need] of Object.entries(needs)) {
        if (need === 'required' && given[option] === undefined) throw new ConfigurationError(option, undefined, 'is required')
      }
      return make({ ...given } as O)
    },
  }
  for (const option of Object.keys(needs)) {
    built[`with${option.charAt(0).toUpperCase()}${option.slice(1)}`] = (value: unknown) => {
      given[option] = value
      return built
    }
  }
  return built as OptionsBuilder<O, T>
}
