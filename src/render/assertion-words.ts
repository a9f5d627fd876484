// Sentences for the result of an assertion: what was found, and who decides it.
import type { AssertionResult, AssertionWitness } from '../analysis/assert/result.ts'
import type { DirectionAnswer } from '../analysis/explanation.ts'
import { type Endpoint, formatEndpoint } from '../engine/endpoint.ts'
import { REASON_TEXT } from '../engine/reach.ts'
import { type Sentence, stepSentences } from './explain-words.ts'

/** `ai-models/stranger to ai-models/slm tcp/8080 over IPv4`. */
export function assertedConnection({ source, destination, protocol, port, family }: AssertionWitness): string {
  const ends = `${formatEndpoint(source)} to ${formatEndpoint(destination)}`
  return `${ends} ${protocol.toLowerCase()}/${port} over IPv${family}`
}

function name(end: Endpoint): string {
  return `\`${formatEndpoint(end)}\``
}

/** `plain`: the steps that only say that nothing denies. */
function sentencesOf(witness: AssertionWitness, answer: DirectionAnswer): { sentences: Sentence[]; plain: boolean } {
  const { direction, steps } = answer
  const ends = [name(witness.source), name(witness.destination)] as const
  const [subject, peer] = direction === 'egress' ? ends : [ends[1], ends[0]]
  const on = ` on ${witness.protocol.toLowerCase()}/${witness.port}`
  return {
    sentences: steps.flatMap((step) => stepSentences(step, { direction, subject, peer, on })),
    plain: steps.every(({ kind }) => kind === 'default' || kind === 'ungoverned'),
  }
}

/** Who decides a connection: the direction that denies it, or else both, without what says nothing. */
function deciders(witness: AssertionWitness): Sentence[] {
  const answers = [witness.egress, witness.ingress]
  const denying = answers.filter(({ decision }) => decision === 'denies')
  const open = answers.filter(({ decision }) => decision === 'depends')
  const told = (denying.length > 0 ? denying : open.length > 0 ? open : answers).map((answer) =>
    sentencesOf(witness, answer),
  )
  const telling = told.filter(({ plain }) => !plain)
  return (telling.length > 0 ? telling : told).flatMap(({ sentences }) => sentences)
}

function untestedText({ assertion, untested }: AssertionResult): string | undefined {
  switch (untested?.kind) {
    case undefined:
      return undefined
    case 'nobody':
      return `\`${untested.end}\` matches nothing of the input, so there is nothing to test`
    case 'no-port-name':
      return `no destination has a port named \`${untested.name}\`, so there is nothing to test`
    case 'no-pair':
      return 'the ends have no two pods or addresses that could open a connection to each other'
    case 'host-name':
      return `which addresses \`${untested.name}\` has is not known from files: name a \`cidr\` in \`${assertion.name}\``
  }
}

/** Why an assertion fails, each sentence with its place; empty when it passes. */
export function reasonsOf(result: AssertionResult): Sentence[] {
  const untested = untestedText(result)
  if (untested !== undefined) return [{ text: untested }]
  const depends = result.depends.map((reason): Sentence => ({ text: REASON_TEXT[reason] }))
  return [...depends, ...(result.witness ? deciders(result.witness) : [])]
}

/** `expected Denied, found Allowed`. */
export function foundWords({ assertion, verdict }: AssertionResult): string {
  const found = verdict === 'Nothing' ? 'nothing to test' : verdict
  return `expected ${assertion.expect}, found ${found}`
}
