// The `-o` option: which forms of output a command has.
import { Option } from 'commander'

/** `-o, --output FORMAT`; the first format is the default. */
export function outputOption(formats: readonly [string, ...string[]]): Option {
  return new Option('-o, --output <format>', 'form of the output').choices(formats).default(formats[0])
}
