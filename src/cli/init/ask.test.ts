// Answers go into the draft; what is left empty stays open.
import { describe, expect, it } from 'vitest'
import { sound } from '../../../tests/support/manifests.ts'
import { draftOf, surroundingsOf } from '../../intent/init/init.ts'
import { formatSelector } from '../../policy/selector.ts'
import { answered } from './ask.ts'

const pod = (name: string, namespace: string, ports: string) =>
  `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: ${namespace}, labels: {app: ${name}}}\nspec: {containers: [{name: c, ports: [${ports}]}]}\n`
const around = surroundingsOf(
  sound(pod('llm', 'ai', '{containerPort: 1}, {containerPort: 2}') + pod('api', 'ai', '') + pod('web', 'edge', '')),
  new Map(),
)
const subject = around.subjects[0]

/** The draft after these answers, and the questions asked. */
async function after(...answers: readonly (string | undefined)[]) {
  const asked: string[] = []
  const left = [...answers]
  const draft = subject && draftOf(subject, around)
  if (!draft) throw new Error('no draft')
  const result = await answered(draft, around.subjects, (question) => {
    asked.push(question)
    return Promise.resolve(left.shift())
  })
  return { result, asked }
}

describe('questions', () => {
  it('are asked again until the answer makes sense, and the answers are taken', async () => {
    const { result, asked } = await after('http', '70000', ' 8080 ', '3', '1, 2')
    expect(asked).toHaveLength(5)
    expect(asked[3]).toContain('  1  Pod ai/api\n  2  Pod edge/web\n')
    expect(result.port?.value.port).toBe(8080)
    expect(
      result.callers.map(({ value }) => [value.name, value.namespaces === 'own', formatSelector(value.pods)]),
    ).toEqual([
      ['api', true, 'app=api'],
      ['web', false, 'app=web'],
    ])
    expect(result.questions).toEqual([])
  })

  it('that nobody answers stay open', async () => {
    for (const answers of [['', ''], [undefined]]) {
      const { result } = await after(...answers)
      expect(result.questions.map(({ kind }) => kind)).toEqual(['port', 'callers'])
      expect(result.callers).toEqual([])
    }
  })
})
