// Explanations as text and as plain data.
import type { Answer, DirectionAnswer, Explanation } from '../analysis/explanation.ts'
import { formatSpan } from '../diag/source.ts'
import { qualifiedName } from '../policy/snapshot.ts'
import { type DependsReason, REASON_TEXT } from '../engine/reach.ts'
import { ALL_CONNECTIONS, equalConnections, formatConnections } from '../sets/connection-set.ts'
import {
  heldWords,
  missWords,
  nameList,
  nearMissSentence,
  podsWithinSentence,
  remarkSentence,
  type Sentence,
  type Speakers,
  stepSentences,
  viaSentence,
} from './explain-words.ts'
import { type Line, piece, type Style, visible } from './styled-text.ts'
import { wrap } from './wrap.ts'

const COLUMN = 10
/** Near misses and isolating policies that text shows for one direction; JSON has more. */
const SHOWN = 3

const STYLES = { Allowed: 'good', Denied: 'bad', Depends: 'attention' } as const

function speakersOf(answer: Answer, { direction }: DirectionAnswer): Speakers {
  const [source, destination] = [nameList(answer.source.names), nameList(answer.destination.names)]
  const on = equalConnections(answer.connections, ALL_CONNECTIONS) ? '' : ` on ${formatConnections(answer.connections)}`
  return direction === 'egress'
    ? { direction, subject: source, peer: destination, on }
    : { direction, subject: destination, peer: source, on }
}

function placed({ text, span }: Sentence): string {
  return span ? `${text} (${formatSpan(span)})` : text
}

/** Paragraphs under one word at the left. */
function entry(word: string, texts: readonly string[], options: { width: number; style?: Style }): Line[] {
  const lines = texts.flatMap((text) =>
    wrap(visible(text), options.width - COLUMN - 2).map((line, i) => `${i === 0 ? '' : '  '}${line}`),
  )
  return lines.map((line, i) => [
    piece(`  ${(i === 0 ? word : '').padEnd(COLUMN)}`, 'muted'),
    options.style ? piece(line, options.style) : piece(line),
  ])
}

/** Where an end is an address or a block, it tells the family; `the internet` does not. */
function familyWords({ families, source, destination }: Answer): string {
  const isAddress = ({ names, example }: Answer['source']): boolean =>
    example.kind === 'outside' && names.some((name) => /^[\da-f]*[.:\d]/i.test(name))
  if (isAddress(source) || isAddress(destination)) return ''
  return families.length === 1 ? ` over IPv${families[0]}` : ''
}

/** Many policies may isolate one pod: the first tell the rest. */
function shortened(sentences: readonly Sentence[], { subject, direction }: Speakers): readonly Sentence[] {
  if (sentences.length <= SHOWN + 1) return sentences
  const more = sentences.length - SHOWN
  return [
    ...sentences.slice(0, SHOWN),
    { text: `${more} more policies select ${subject} for ${direction}, and no rule of theirs allows it` },
  ]
}

function direction(answer: Answer, one: DirectionAnswer, width: number): Line[] {
  const speakers = speakersOf(answer, one)
  const steps = one.steps.flatMap((step) => shortened(stepSentences(step, speakers), speakers)).map(placed)
  const near = one.decision === 'accepts' ? [] : one.nearMisses.slice(0, SHOWN).map(nearMissSentence).map(placed)
  const remarks = one.remarks.map((remark) => placed(remarkSentence(remark, speakers)))
  return [
    ...entry(one.direction, steps, { width }),
    ...entry('nearly', near, { width, style: 'muted' }),
    ...entry('note', remarks, { width, style: 'muted' }),
  ]
}

function dependsTexts({ reasons, profiles }: Answer): string[] {
  const settled = profiles.filter(({ verdict }) => verdict !== 'Depends')
  const words = settled.map(({ profile, verdict }) => `--profile ${profile} says ${verdict}`)
  return [
    ...reasons.map((reason) => REASON_TEXT[reason]),
    words.length > 0 ? words.join('; ') : 'no profile settles it',
  ]
}

function answerLines(answer: Answer, width: number): Line[] {
  const { source, destination, connections, verdict, via } = answer
  const all = equalConnections(connections, ALL_CONNECTIONS)
  const on = all ? 'every port' : formatConnections(connections)
  const head = `${nameList(source.names)} to ${nameList(destination.names)}, ${on}${familyWords(answer)}: `
  return [
    [piece(visible(head.replaceAll('`', '')), 'strong'), piece(verdict, STYLES[verdict])],
    ...(via ? entry('service', [viaSentence(via)], { width }) : []),
    ...direction(answer, answer.egress, width),
    ...direction(answer, answer.ingress, width),
    ...(verdict === 'Depends' ? entry('depends', dependsTexts(answer), { width, style: 'attention' }) : []),
  ]
}

/** One paragraph for each answer, broken at `width` cells. */
export function explanationLines({ answers, podsWithin }: Explanation, width = 80): Line[] {
  const within = podsWithin.length > 0 ? [[], ...entry('note', [podsWithinSentence(podsWithin)], { width })] : []
  return [...answers.flatMap((answer, i) => [...(i === 0 ? [] : [[]]), ...answerLines(answer, width)]), ...within]
}

/** The same for a pull request: one section for each answer. */
export function explanationMarkdown(explanation: Explanation): string {
  return explanation.answers
    .map((answer) => {
      const { connections, verdict, via } = answer
      const on = equalConnections(connections, ALL_CONNECTIONS) ? 'every port' : formatConnections(connections)
      const [from, to] = [nameList(answer.source.names), nameList(answer.destination.names)]
      const steps = [answer.egress, answer.ingress].flatMap((one) => {
        const speakers = speakersOf(answer, one)
        const near = one.decision === 'accepts' ? [] : one.nearMisses.slice(0, SHOWN).map(nearMissSentence)
        return [
          ...one.steps
            .flatMap((step) => stepSentences(step, speakers))
            .map((sentence) => `- ${one.direction}: ${placed(sentence)}`),
          ...near.map((sentence) => `  - nearly: ${placed(sentence)}`),
          ...one.remarks.map((remark) => `  - note: ${placed(remarkSentence(remark, speakers))}`),
        ]
      })
      return [
        `### ${visible(`${from} to ${to}, ${on}${familyWords(answer)}`)}: **${verdict}**`,
        '',
        ...(via ? [`- service: ${viaSentence(via)}`] : []),
        ...steps.map(visible),
        ...(verdict === 'Depends' ? dependsTexts(answer).map((text) => `- depends: ${text}`) : []),
        '',
      ].join('\n')
    })
    .join('\n')
}

interface PlacedJson {
  readonly text: string
  /** `file:line:col`. */
  readonly location?: string
}

function sentenceJson({ text, span }: Sentence): PlacedJson {
  return { text, ...(span && { location: formatSpan(span) }) }
}

function directionJson(answer: Answer, one: DirectionAnswer) {
  const speakers = speakersOf(answer, one)
  return {
    decision: one.decision,
    steps: one.steps.flatMap((step) =>
      stepSentences(step, speakers).map((sentence) => ({
        kind: step.kind,
        ...(step.kind === 'cluster-rule' && {
          policy: `${step.policy.kind} ${step.policy.name}`,
          rule: step.index + 1,
        }),
        ...(step.kind === 'cluster-rule' && { action: step.action }),
        ...(step.kind === 'admission' && {
          policy: `NetworkPolicy ${step.policy.namespace}/${step.policy.name}`,
          rule: step.index + 1,
        }),
        ...sentenceJson(sentence),
      })),
    ),
    nearMisses: one.nearMisses.map((near) => ({
      policy: `NetworkPolicy ${near.policy.namespace}/${near.policy.name}`,
      rule: near.index + 1,
      holds: near.holds.map(heldWords),
      misses: near.misses.map((miss) => ({ kind: miss.kind, text: missWords(miss) })),
      ...sentenceJson(nearMissSentence(near)),
    })),
    remarks: one.remarks.map((remark) => ({
      kind: remark.kind,
      ...sentenceJson(remarkSentence(remark, speakers)),
    })),
  }
}

function reasonJson(reason: DependsReason) {
  return { reason, text: REASON_TEXT[reason] }
}

/** The explanation as plain data; the shape is in docs/schemas/explain.json. */
export function explanationJson(explanation: Explanation) {
  const { source, destination, asked, profile, verdict, answers, podsWithin } = explanation
  return {
    source: source.name,
    destination: destination.name,
    ...(asked && { port: asked.port, protocol: asked.protocol }),
    profile,
    verdict,
    ...(podsWithin.length > 0 && { podsWithin: [...new Set(podsWithin.map(qualifiedName))] }),
    answers: answers.map((answer) => ({
      source: answer.source.names,
      destination: answer.destination.names,
      families: answer.families,
      connections: formatConnections(answer.connections),
      ...(answer.via && { via: answer.via }),
      verdict: answer.verdict,
      ...(answer.verdict === 'Depends' && { reasons: answer.reasons.map(reasonJson), profiles: answer.profiles }),
      egress: directionJson(answer, answer.egress),
      ingress: directionJson(answer, answer.ingress),
    })),
  }
}
