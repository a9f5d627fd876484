// Mutations of manifests: characters, tokens, lines and the tree, from a seeded source of chance.
import { dump, load } from 'js-yaml'
import type { Random } from '../random.ts'

/** What is put into a valid text: separators, half tokens, wrong types, hostile characters. */
export const SPLINTERS = [
  '', ' ', '  ', '\n', '\r\n', '\t', '\n---\n', '\n...\n', '%YAML 1.2\n', ':', ': ', '- ', '-', '? ', ',', '[', ']', '{', '}', '"', "'",
  '|', '>', '#', ' # ', '&a ', '*a', '*labels', '<<: ', '!', '!!str ', '!x ', '@', '`', '~', 'null', 'yes', 'n', '0', '-1', '010', '1e9',
  '99999999999999999999', '.inf', '.nan', '0x', '""', '{}', '[]', '[[[[[[', '{{ .Values.x }}', '__proto__', 'constructor', 'toString',
  'apiVersion', 'kind', 'List', 'items', 'spec', 'metadata', 'matchLabels', 'podSelector', 'ports', 'x'.repeat(300),
  '\u0000', '\u0007', '\u0085', '\u2028', '\ufeff', '\ud800', '\udc00', '\u{1f600}', '10.0.0.0/33', '::/0', '\\', '\\x', '\\u12',
] // prettier-ignore

/** Values that stand where another type belongs. */
const ODD_VALUES: readonly unknown[] = [
  null, true, false, 0, -1, 1.5, 65_535, 65_536, 1e21, '', ' ', 'a', 'A_b', '-', '::1', '10.0.0.0/8', '10.0.0.1', [], {}, [[]], [null],
  { a: null }, 'In', 'Exists', 'TCP', 'tcp', 'v1', 'Pod', 'NetworkPolicy', 'x'.repeat(70),
] // prettier-ignore

/** One mutated text. `seeds` is not empty. */
export function mutatedText(random: Random, seeds: readonly string[]): string {
  let text = random.pick(seeds)
  for (let edits = random.pick([1, 1, 1, 2, 2, 3, 6]); edits > 0; edits--) {
    const kind = random.below(10)
    if (kind < 2) text = splinter(text, random, seeds)
    else if (kind < 4) text = lines(text, random, seeds)
    else if (kind < 6) text = words(text, random)
    else text = tree(text, random)
    if (text.length > 20_000) text = text.slice(0, 20_000)
  }
  return text
}

function splinter(text: string, random: Random, seeds: readonly string[]): string {
  const at = random.below(text.length + 1)
  const length = random.pick([0, 0, 1, random.below(7), random.below(80)])
  const other = random.pick(seeds)
  const from = random.below(other.length + 1)
  const inserted = random.chance(3, 4)
    ? random.pick(SPLINTERS)
    : random.chance(1, 3)
      ? String.fromCodePoint(random.below(0x1_10_00))
      : other.slice(from, from + random.below(60))
  return `${text.slice(0, at)}${inserted}${text.slice(at + length)}`
}

/** Lines go, come twice, change places, move in or out, or come from elsewhere. */
function lines(text: string, random: Random, seeds: readonly string[]): string {
  const all = text.split('\n')
  const at = random.below(all.length)
  const line = all[at] ?? ''
  switch (random.below(7)) {
    case 0:
      all.splice(at, 1 + random.below(3))
      break
    case 1:
      all.splice(random.below(all.length + 1), 0, line)
      break
    case 2: {
      const other = random.below(all.length)
      all[at] = all[other] ?? ''
      all[other] = line
      break
    }
    case 3:
      all[at] = `${' '.repeat(1 + random.below(4))}${line}`
      break
    case 4:
      all[at] = line.replace(/^ {1,2}/, '')
      break
    case 5:
      all[at] = line.includes('- ') ? line.replace('- ', '  ') : line.replace(/^( *)/, '$1- ')
      break
    default:
      all.splice(at, 0, random.pick(random.pick(seeds).split('\n')))
  }
  return all.join('\n')
}

/** One word or scalar becomes another one of the text, a splinter, or a near miss of itself. */
function words(text: string, random: Random): string {
  const found = [...text.matchAll(/[\w./-]+|"[^"\n]*"/g)]
  if (found.length === 0) return text
  const { 0: word, index } = random.pick(found)
  const swapped = random.pick([
    () => random.pick(found)[0],
    () => random.pick(SPLINTERS),
    () => word.slice(0, -1),
    () => word.toUpperCase(),
    () => `${word}${word}`,
    () => `"${word}"`,
    () => `${word.slice(1)}${word.slice(0, 1)}`,
  ])()
  return `${text.slice(0, index)}${swapped}${text.slice(index + word.length)}`
}

type Holder = unknown[] | Record<string, unknown>

/** A change of the tree, written again as YAML or JSON; a text that is no YAML stays as it is. */
function tree(text: string, random: Random): string {
  let documents: unknown[]
  try {
    documents = text.split(/^---$/m).map((document) => load(document))
  } catch {
    return text
  }
  const spots: { holder: Holder; key: string | number }[] = []
  for (const document of documents) collect(document, spots)
  if (spots.length === 0) return text
  for (let edits = 1 + random.below(3); edits > 0; edits--) {
    const { holder, key } = random.pick(spots)
    const from = random.pick(spots)
    const value = random.pick([
      () => undefined,
      () => structuredClone(random.pick(ODD_VALUES)),
      () => structuredClone(Reflect.get(from.holder, from.key)) as unknown,
      () => [Reflect.get(holder, key)],
    ])()
    if (value === undefined && Array.isArray(holder)) holder.splice(Number(key), 1)
    else if (value === undefined) Reflect.deleteProperty(holder, key)
    else Reflect.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
  }
  const json = random.chance(1, 2)
  try {
    const written = documents.map((document) =>
      json ? `${JSON.stringify(document ?? null, null, random.pick([0, 2]))}\n` : dump(document ?? null),
    )
    return written.join('---\n')
  } catch {
    return text // what has no form as YAML, such as a tree in itself
  }
}

function collect(value: unknown, into: { holder: Holder; key: string | number }[]): void {
  if (typeof value !== 'object' || value === null || into.length > 2_000) return
  const keys: (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
  for (const key of keys) {
    into.push({ holder: value as Holder, key })
    collect(Reflect.get(value, key), into)
  }
}
