// Lists and mappings in brackets whose lines are indented too little: kubectl's YAML library takes them, js-yaml does not.
import type { Event } from 'js-yaml'

/** A text of the same length in which some line breaks have become blanks, at the given offsets. */
export interface JoinedLines {
  readonly text: string
  readonly joints: readonly number[]
}

/**
 * Joins the line at `offset` to the one before it, so that its indentation does not count; `undefined` where a comment
 * on the line before would swallow it. Only for lines inside brackets: there a line break is as good as a blank.
 */
export function joinLine(lines: JoinedLines, offset: number): JoinedLines | undefined {
  const { text, joints } = lines
  const newline = text.lastIndexOf('\n', offset - 1)
  if (newline === -1) return undefined
  const before = text.slice(text.lastIndexOf('\n', newline - 1) + 1, newline)
  const indentation = text.slice(newline, offset)
  if (/(?:^|\s)#/.test(before) || indentation.trim() !== '') return undefined
  const start = text[newline - 1] === '\r' ? newline - 1 : newline
  return {
    text: `${text.slice(0, start)}${' '.repeat(offset - start)}${text.slice(offset)}`,
    joints: [...joints, newline],
  }
}

/** The first joint inside a scalar, where a line break is not a mere blank; `undefined` when there is none. */
export function jointInScalar(events: readonly Event[], joints: readonly number[]): number | undefined {
  if (joints.length === 0) return undefined
  for (const event of events) {
    if (!('valueStart' in event)) continue
    const inside = joints.find((joint) => joint >= event.valueStart && joint < event.valueEnd)
    if (inside !== undefined) return inside
  }
  return undefined
}
