// What a person reads while `moat up` runs: short, aligned, in order of events. On stderr when stdout carries JSON.
import { styleText } from 'node:util'
import { type Line, piece } from '../../render/styled-text.ts'
import { styled } from '../colour.ts'
import type { Cell, Summary } from '../../analysis/truth-table.ts'
import type { Load, StreamResult, TakeHold } from './report.ts'

type Style = Parameters<typeof styleText>[0]

export interface Story {
  /** The heading of a phase. */
  heading(text: string): void
  /** A name in the left column and what is said about it. */
  line(name: string, text: string): void
  /** A sentence of its own, indented by two and by the spaces that it begins with. */
  item(text: string): void
  /** Lines as they are, their marks as colour. */
  block(lines: readonly Line[]): void
  /** Columns of the reader's terminal, from 60 to 100; 80 where there is none. */
  readonly width: number
  /** Coloured where the reader's terminal has colours. */
  paint(style: Style, text: string): string
}

const NAME_WIDTH = 26

/** A story told on `stream`. */
export function tellTo(stream: NodeJS.WriteStream): Story {
  const write = (text: string): void => {
    stream.write(`${text}\n`)
  }
  const paint = (style: Style, text: string): string => styleText(style, text, { stream, validateStream: true })
  const width = Math.min(100, Math.max(60, stream.isTTY ? stream.columns : 80))
  let steps = 0
  return {
    paint,
    width,
    heading(text) {
      write(`${steps++ === 0 ? '' : '\n'}${paint('bold', text)}`)
    },
    line(name, text) {
      const [first = '', ...rest] = wrap(text, width - 2 - NAME_WIDTH)
      if (visible(name) >= NAME_WIDTH) {
        write(`  ${name}`)
        for (const row of [first, ...rest]) write(`  ${' '.repeat(NAME_WIDTH)}${row}`)
        return
      }
      write(`  ${name}${' '.repeat(NAME_WIDTH - visible(name))}${first}`)
      for (const row of rest) write(`  ${' '.repeat(NAME_WIDTH)}${row}`)
    },
    item(text) {
      const indent = /^ */.exec(text)?.[0] ?? ''
      for (const row of wrap(text.trim(), width - 2 - indent.length)) write(`  ${indent}${row}`)
    },
    block(lines) {
      stream.write(styled(lines, stream))
    },
  }
}

/** Lines of at most `width` columns, broken at spaces; a longer word stands alone. Colour sequences count as nothing. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (visible(longer) <= width || line === '') line = longer
    else {
      lines.push(line)
      line = word
    }
  }
  lines.push(line)
  return lines
}

function visible(text: string): number {
  // eslint-disable-next-line no-control-regex -- the escape character is what is looked for
  return text.replaceAll(/\u001b\[[0-9;]*m/g, '').length
}

/** `1,012 of 1,012 cells as predicted: 520 allowed, 492 denied`, or what is wrong. */
export function describeTable(cells: readonly Cell[], summary: Summary): string {
  const count = (observed: Cell['observed']): number => cells.filter((cell) => cell.observed === observed).length
  const allowed = count('Allowed')
  const denied = count('Denied')
  const split =
    denied === 0 ? 'all allowed' : allowed === 0 ? 'all denied' : `${number(allowed)} allowed, ${number(denied)} denied`
  const wrong = [
    ...(summary.disagree > 0 ? [`${number(summary.disagree)} DISAGREE`] : []),
    ...(summary.inconclusive > 0 ? [`${number(summary.inconclusive)} inconclusive`] : []),
  ]
  const head = `${number(summary.agree)} of ${number(summary.cells)} cells as predicted`
  return wrong.length === 0 ? `${head}: ${split}` : `${head}; ${wrong.join(', ')}`
}

/** One disagreeing or inconclusive cell: `a/b → c/d tcp/80 IPv6: predicted Denied, observed Allowed`. */
export function describeCell(cell: Cell): string {
  const { source, destination, protocol, port, family, predicted, observed } = cell
  return `${source} → ${destination} ${protocol.toLowerCase()}/${port} IPv${family}: predicted ${predicted}, observed ${observed ?? 'nothing'}`
}

export function describeTakeHold({ commitMs, firstDenialMs }: TakeHold): string {
  const commit = `nft committed them in ${ms(commitMs)}`
  return firstDenialMs === undefined
    ? commit
    : `${commit}; the kernel denied the first packet after ${ms(firstDenialMs)}`
}

export function describeStream({ after, cutAfterMs }: StreamResult): string {
  if (after === 'open') return 'stream goes on'
  return cutAfterMs === undefined ? 'stream CUT' : `stream CUT after ${ms(cutAfterMs)}`
}

/** Two lines under a heading: before and after. */
export function describeLoad(load: { readonly unprotected: Load; readonly protected: Load }): Line[] {
  const row = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(26) : cell.padStart(i === 3 ? 12 : 10))).join('')
  const figures = ({ p50Ms, p95Ms, tokensPerSecond }: Load): string[] => [
    ms(p50Ms),
    ms(p95Ms),
    number(Math.round(tokensPerSecond)),
  ]
  return [
    [piece(row(['', 'median', '95 %', 'tokens/s']), 'muted')],
    [piece(row(['before, stranger drains it', ...figures(load.unprotected)]))],
    [piece(row(['behind the moat', ...figures(load.protected)]))],
  ]
}

/** `12.3 ms` below 100, `1,234 ms` above. */
function ms(value: number): string {
  return `${value < 100 ? value.toFixed(1) : number(Math.round(value))} ms`
}

/** With thousands separated by commas. */
export function number(value: number): string {
  return value.toLocaleString('en-US')
}
