// Marked text for the terminal: colour only there, and never with NO_COLOR.
import { styleText } from 'node:util'
import type { Line, Style } from '../render/styled-text.ts'

type Format = Parameters<typeof styleText>[0]

const FORMATS: Readonly<Record<Style, Format>> = {
  good: 'green',
  bad: 'red',
  attention: 'yellow',
  muted: 'dim',
  strong: 'bold',
}

/** The lines as text for a stream, each with a line end. */
export function styled(lines: readonly Line[], stream: NodeJS.WriteStream): string {
  return lines
    .map((line) => {
      const text = line.map(({ text, style }) => (style ? styleText(FORMATS[style], text, { stream }) : text)).join('')
      return `${text.trimEnd()}\n`
    })
    .join('')
}
