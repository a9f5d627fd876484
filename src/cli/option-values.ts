// Values of options that several commands take: each checked where it is given, so that a mistake names its option.
import { InvalidArgumentError, Option } from 'commander'
import { isDnsLabel } from '../parse/names.ts'

/** An option that may be given more than once; `without` says in help what holds when it is not given. */
export function repeated(flags: string, description: string, without = 'none'): Option {
  return new Option(flags, description)
    .argParser((value: string, before: readonly string[]) => [...before, value])
    .default([], without)
}

/** A whole number between bounds, both inclusive. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
  }
}

export function namespaceName(text: string): string {
  if (isDnsLabel(text)) return text
  throw new InvalidArgumentError('It must be a name of lower-case letters, digits and `-`.')
}
