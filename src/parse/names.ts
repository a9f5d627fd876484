// The shapes of names, labels and ports that the API server accepts.
import type { ParseCode } from './codes.ts'
import { asInteger, asString, fields } from './decode.ts'
import type { MappingNode } from './node.ts'
import { fail, pathOf, type Value } from './report.ts'

const DNS_LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/
const LABEL = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/

/** RFC 1123 label, at most 63 characters. */
export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && DNS_LABEL.test(text)
}

/** RFC 1123 subdomain, at most 253 characters. */
export function isSubdomain(text: string): boolean {
  return text.length <= 253 && SUBDOMAIN.test(text)
}

/** What is wrong with a label key, or `undefined`. */
export function labelKeyFault(key: string): string | undefined {
  const slash = key.indexOf('/')
  const prefix = slash === -1 ? undefined : key.slice(0, slash)
  const name = key.slice(slash + 1)
  if (prefix !== undefined && !isSubdomain(prefix)) return 'its prefix is not a DNS name of at most 253 characters'
  if (name === '') return 'its name is empty'
  if (name.length > 63) return `its name has ${name.length} characters, at most 63 are allowed`
  if (!LABEL.test(name)) return 'its name must be letters, digits, `-`, `_`, `.`, with a letter or digit at both ends'
  return undefined
}

/** What is wrong with a label value, or `undefined`. */
export function labelValueFault(text: string): string | undefined {
  if (text === '') return undefined
  if (text.length > 63) return `it has ${text.length} characters, at most 63 are allowed`
  if (!LABEL.test(text)) return 'it must be letters, digits, `-`, `_`, `.`, with a letter or digit at both ends'
  return undefined
}

/** A string that must have a shape; `what` names the shape in the message. */
export function asNamed(
  value: Value | undefined,
  code: ParseCode,
  shape: { readonly what: string; test(text: string): boolean },
): string | undefined {
  const text = asString(value)
  if (value === undefined || text === undefined) return undefined
  if (shape.test(text)) return text
  return fail(value, { code, message: `\`${pathOf(value)}\` is not ${shape.what}: \`${text}\`` })
}

export const NAME_SHAPE = {
  what: 'a valid name (lower-case letters, digits, `-` and `.`, at most 253 characters)',
  test: isSubdomain,
}
export const LABEL_SHAPE = {
  what: 'a valid name (lower-case letters, digits and `-`, at most 63 characters)',
  test: isDnsLabel,
}
/** S46: an IANA service name. */
export const PORT_NAME_SHAPE = {
  what: 'a port name (at most 15 lower-case letters, digits and single `-`, with a letter in it)',
  test: (text: string) =>
    text.length <= 15 && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(text) && /[a-z]/.test(text) && !text.includes('--'),
}

/** A port number, 1 to 65535. */
export function asPortNumber(value: Value | undefined): number | undefined {
  const port = asInteger(value)
  if (value === undefined || port === undefined) return undefined
  if (port >= 1 && port <= 65_535) return port
  return fail(value, { code: 'invalid-port', message: `\`${pathOf(value)}\` must be from 1 to 65535, not ${port}` })
}

/** A port number or the name of a port (S46). */
export function asPort(value: Value | undefined): number | string | undefined {
  if (value?.node.kind !== 'string') {
    if (!value || value.node.kind === 'number') return asPortNumber(value)
    return fail(value, {
      code: 'wrong-type',
      message: `\`${pathOf(value)}\` must be a port number or a port name`,
    })
  }
  const text = value.node.value
  if (/^\d+$/.test(text)) {
    return fail(value, {
      code: 'invalid-port',
      message: `\`${pathOf(value)}\` is the string \`"${text}"\`, which is read as a port name and is none`,
      help: 'remove the quotes',
    })
  }
  return asNamed(value, 'invalid-port', PORT_NAME_SHAPE)
}

/** A mapping of label keys to label values; values must be strings, and both in the shape of labels. */
export function asLabels(value: Value<MappingNode> | undefined): ReadonlyMap<string, string> {
  const labels = new Map<string, string>()
  for (const entry of value ? fields(value) : []) {
    const key = String(entry.step)
    checkLabelKey(key, entry)
    const text = asString(entry)
    if (text === undefined) continue
    checkLabelValue(text, entry)
    labels.set(key, text)
  }
  return labels
}

export function checkLabelKey(key: string, value: Value): void {
  const fault = labelKeyFault(key)
  if (fault === undefined) return
  fail(value, {
    code: 'invalid-label-key',
    message: `\`${key}\` is not a label key: ${fault}`,
    ...(value.key && { at: value.key }),
  })
}

export function checkLabelValue(text: string, value: Value): void {
  const fault = labelValueFault(text)
  if (fault !== undefined) {
    fail(value, { code: 'invalid-label-value', message: `\`${text}\` is not a label value: ${fault}` })
  }
}
