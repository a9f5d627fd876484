// A smallest edit as text, Markdown and plain data: what it does, the lines it changes, what else it opens and closes.
import type { Fix, SideEffect } from '../analysis/fix.ts'
import { formatConnections, isEmpty } from '../sets/connection-set.ts'
import { type Line, piece, type Style, visible } from './styled-text.ts'
import { wrap } from './wrap.ts'

/** Side effects that text lists one by one. */
const SHOWN = 8

function pairs(count: number): string {
  return `${count} ${count === 1 ? 'pair' : 'pairs'}`
}

/** `also opens 3 pairs and closes 1 pair`, or `nothing else changes`. */
export function sideEffectWords(effects: readonly SideEffect[]): string {
  const opened = effects.filter((effect) => !isEmpty(effect.opened)).length
  const closed = effects.filter((effect) => !isEmpty(effect.closed)).length
  if (opened + closed === 0) return 'nothing else changes'
  const words = [...(opened > 0 ? [`opens ${pairs(opened)}`] : []), ...(closed > 0 ? [`closes ${pairs(closed)}`] : [])]
  return `also ${words.join(' and ')}`
}

function effectText({ source, destination, opened, closed }: SideEffect): string {
  const changes = [
    ...(isEmpty(opened) ? [] : [`opens ${formatConnections(opened)}`]),
    ...(isEmpty(closed) ? [] : [`closes ${formatConnections(closed)}`]),
  ]
  return `${source} to ${destination}: ${changes.join(', ')}`
}

function diffStyle(line: string): Style | undefined {
  if (line.startsWith('+++') || line.startsWith('---') || line.startsWith('@@')) return 'muted'
  return line.startsWith('+') ? 'good' : line.startsWith('-') ? 'bad' : undefined
}

function headline({ title, verdict, lines, sideEffects }: Fix): string {
  const what = verdict === 'Allowed' ? 'To allow it' : 'To deny it'
  return `${what}, ${title} (${lines} ${lines === 1 ? 'line' : 'lines'}; ${sideEffectWords(sideEffects)}).`
}

/** What to do, the side effects, and a diff. */
export function fixLines(fix: Fix, width = 80): Line[] {
  const more = fix.sideEffects.length - SHOWN
  const diff = fix.files.flatMap((file) =>
    file.diff.split('\n').filter((line, i, all) => i < all.length - 1 || line !== ''),
  )
  return [
    ...wrap(visible(headline(fix)), width).map((line): Line => [piece(line, 'strong')]),
    ...fix.sideEffects.slice(0, SHOWN).map((effect): Line => [piece(`  ${visible(effectText(effect))}`, 'attention')]),
    ...(more > 0 ? [[piece(`  and ${more} more`, 'attention')]] : []),
    ...diff.map((line): Line => [piece(visible(line.replace(/\r$/, '')), diffStyle(line))]),
  ]
}

export function fixMarkdown(fix: Fix): string {
  const effects = fix.sideEffects.map((effect) => `- ${visible(effectText(effect))}`)
  return [
    visible(headline(fix)),
    '',
    ...effects,
    ...(effects.length > 0 ? [''] : []),
    '```diff',
    ...fix.files.map(({ diff }) => diff.trimEnd()),
    '```',
    '',
  ].join('\n')
}

export function fixJson(fix: Fix) {
  return {
    title: fix.title,
    verdict: fix.verdict,
    lines: fix.lines,
    sideEffects: fix.sideEffects.map(({ source, destination, opened, closed }) => ({
      source,
      destination,
      opened: formatConnections(opened),
      closed: formatConnections(closed),
    })),
    diff: fix.files.map(({ diff }) => diff).join(''),
  }
}
