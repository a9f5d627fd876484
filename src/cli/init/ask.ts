// Asks on a terminal what a draft cannot know.
import { createInterface } from 'node:readline/promises'
import { printable } from '../../diag/printable.ts'
import type { Draft } from '../../intent/init/draft.ts'
import { uniqueName } from '../../intent/init/from-policies.ts'
import { peerOf, type Subject, subjectName } from '../../intent/init/subjects.ts'

/** One line of a person, or `undefined` when there is nobody left to answer. */
export type Answer = (question: string) => Promise<string | undefined>

/** Questions on stderr, for stdout may be the file. */
export async function onTerminal<T>(body: (ask: Answer) => Promise<T>): Promise<T> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const ended = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)))
  try {
    return await body((question) => Promise.race([lines.question(question), ended]))
  } finally {
    lines.close()
  }
}

/** The draft with the answers in it; what is left empty stays open. */
export async function answered(draft: Draft, subjects: readonly Subject[], ask: Answer): Promise<Draft> {
  let result = draft
  for (const question of draft.questions) {
    result =
      question.kind === 'port'
        ? await askPort(result, question.text, ask)
        : await askCallers(result, { subjects, text: question.text, ask })
  }
  return result
}

function without(draft: Draft, kind: Draft['questions'][number]['kind']): Draft['questions'] {
  return draft.questions.filter((question) => question.kind !== kind)
}

async function askPort(draft: Draft, text: string, ask: Answer): Promise<Draft> {
  for (;;) {
    const answer = (await ask(`${text} (a number; empty: leave it open) `))?.trim()
    if (answer === undefined || answer === '') return draft
    const port = Number(answer)
    if (!/^\d{1,5}$/.test(answer) || port < 1 || port > 65_535) continue
    const said = { value: { port, protocol: 'TCP' }, because: 'As answered.' } as const
    return { ...draft, port: said, questions: without(draft, 'port') }
  }
}

async function askCallers(
  draft: Draft,
  { subjects, text, ask }: { readonly subjects: readonly Subject[]; readonly text: string; readonly ask: Answer },
): Promise<Draft> {
  const others = subjects.filter((subject) => subjectName(subject) !== draft.model)
  if (others.length === 0) return draft
  const list = others.map((subject, i) => `  ${i + 1}  ${printable(subjectName(subject))}`).join('\n')
  for (;;) {
    const answer = (await ask(`${text}\n${list}\n(numbers, apart by commas; empty: leave it open) `))?.trim()
    if (answer === undefined || answer === '') return draft
    const chosen = answer.split(/[\s,]+/).map((word) => others[Number(word) - 1])
    if (chosen.includes(undefined)) continue
    const names = new Set<string>()
    const callers = chosen.flatMap((subject) => {
      const peer = subject && peerOf(subject, subjects, draft.namespace)
      if (!peer) return []
      const value = { name: uniqueName(subject.name, names), ...peer, ports: [] }
      return [{ value, because: `${subjectName(subject)}, as answered.` }]
    })
    return { ...draft, callers, questions: callers.length > 0 ? without(draft, 'callers') : draft.questions }
  }
}
