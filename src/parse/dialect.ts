// Plain scalars as kubectl reads them: neither YAML 1.1 nor 1.2, but what its YAML library makes of them.

const TRUE = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'])
const FALSE = new Set(['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE'])
const NULL = new Set(['', '~', 'null', 'Null', 'NULL'])
const INFINITE = /^[-+]?\.(?:inf|Inf|INF)$/
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/
const INTEGER = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9][0-9]*|0)$/
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/

function integer(text: string): number {
  const negative = text.startsWith('-')
  const digits = text.replace(/^[-+]/, '').toLowerCase()
  const value = /^0[xbo]/.test(digits)
    ? Number(digits)
    : digits.length > 1 && digits.startsWith('0')
      ? Number(`0o${digits.slice(1)}`)
      : Number(digits)
  return negative ? -value : value
}

/**
 * The value of an unquoted scalar without a tag. Octal by a leading zero (`010` is 8, but `08` is 8 too, as a decimal),
 * underscores in numbers, `yes`, `on` and `y` as booleans; times and dates stay strings.
 */
export function plainValue(text: string): string | number | boolean | null {
  if (NULL.has(text)) return null
  if (TRUE.has(text)) return true
  if (FALSE.has(text)) return false
  if (!/^[-+.0-9]/.test(text)) return text
  if (INFINITE.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  if (NOT_A_NUMBER.test(text)) return NaN
  const plain = text.startsWith('.') ? text : text.replaceAll('_', '')
  const value = INTEGER.test(plain) ? integer(plain) : FLOAT.test(plain) ? Number(plain) : Infinity
  return Number.isFinite(value) ? value : text
}
