// Topics on policies stated in the question, which the model must read: names and numbers that are equal or not.
import type { Random } from './random.ts'
import type { Slots } from './template.ts'
import { type Topic, type Turn, turn } from './turn.ts'
import { appName, namespaceName, otherAppName, otherPrefix, port, prefix } from './words.ts'

/** A question whose answer depends on two names or numbers being equal. */
function stated(random: Random): readonly Turn[] {
  const m = appName(random)
  const a = otherAppName(random, m)
  const yes = random.chance(0.42)
  const c = yes ? a : otherAppName(random, m, a)
  const ask = [
    'Only <a> may call <m>. [May|Can] <c> call <m>?',
    'Only <a> may call <m>. [May|Can] <c> call it?',
    'Only <a> may call <m>. Is <c> allowed?',
    'The policy of <m> allows ingress only from <a>. [May|Can] <c> call <m>?',
    'The policy of <m> allows <a>. Is <c> allowed?',
    'A policy lets <a> call <m>. [May|Can] <c> call <m>?',
    '<m> allows only app: <a>. [May|Can] a pod with app: <c> call it?',
    'If only <a> may call <m>, [may|can] <c> call <m>?',
    '<a> may call <m> and nobody else. [May|Can] <c> call <m>?',
    '<c> calls <m>. Only <a> may call <m>. Is it allowed?',
  ]
  const slots = { m, a, c }
  const first = turn(random, {
    ask,
    answer: yes ? 'Yes. The policy of <m> allows <a>.' : 'No. Only <a> may call <m>, so <c> is denied.',
    slots,
  })
  if (random.chance(0.6)) return [first]
  if (random.chance(0.5)) {
    const why = yes
      ? 'Because a rule of the policy allows <a>.'
      : 'Because the policy selects <m> and no rule allows <c>. What no rule allows is denied.'
    return [
      first,
      turn(random, {
        ask: [
          'Why?',
          'Why is that?',
          'Why so?',
          'Explain why.',
          'How do you know?',
          'Why not?',
          yes ? 'Why is it allowed?' : 'Why is it denied?',
        ],
        answer: why,
        slots,
      }),
    ]
  }
  const again = random.chance(0.4)
  const d = again ? a : otherAppName(random, m, a, c)
  return [
    first,
    turn(random, {
      ask: ['And <d>?', 'What about <d>?', 'And [may|can] <d> call it?', 'Is <d> allowed?', '[May|Can] <d> call <m>?'],
      answer: again ? 'Yes. The policy of <m> allows <a>.' : 'No. Only <a> may call <m>, so <d> is denied.',
      slots: { ...slots, d },
    }),
  ]
}

function statedTwo(random: Random): Turn {
  const m = appName(random)
  const a = otherAppName(random, m)
  const b = otherAppName(random, m, a)
  const which = random.whole(0, 2)
  const c = which === 0 ? a : which === 1 ? b : otherAppName(random, m, a, b)
  const ask = [
    '<a> and <b> may call <m>. [May|Can] <c> call <m>?',
    'Only <a> and <b> may call <m>. [May|Can] <c> call it?',
    'The policy of <m> allows <a> and <b>. Is <c> allowed?',
  ]
  return turn(random, {
    ask,
    answer: which < 2 ? 'Yes. The policy of <m> allows <c>.' : 'No. Only <a> and <b> may call <m>, so <c> is denied.',
    slots: { m, a, b, c },
  })
}

function statedNobody(random: Random): Turn {
  const m = appName(random)
  const slots: Slots = { m, c: otherAppName(random, m) }
  return random.chance(0.5)
    ? turn(random, {
        ask: [
          'No policy selects <m>. [May|Can] <c> call <m>?',
          '<m> has no policy. [May|Can] <c> call it?',
          'There is no policy for <m>. Is <c> allowed?',
        ],
        answer: 'Yes. No policy selects <m>, so everybody may call it.',
        slots,
      })
    : turn(random, {
        ask: [
          'The policy of <m> has no rules. [May|Can] <c> call <m>?',
          'Nobody may call <m>. [May|Can] <c> call it?',
          'A policy selects <m> and allows nothing. Is <c> allowed?',
        ],
        answer: 'No. Nobody may call <m>, so <c> is denied.',
        slots,
      })
}

function statedRange(random: Random): Turn {
  const p = prefix(random)
  const yes = random.chance(0.45)
  const slots = { m: appName(random), p, a: `${yes ? p : otherPrefix(random, p)}.${random.whole(1, 254)}` }
  const ask = [
    '<m> may only connect to <p>.0/24. [May|Can] it connect to <a>?',
    '<m> may only [reach|call] <p>.0/24. [May|Can] <m> [reach|call] <a>?',
    'The egress of <m> is <p>.0/24. Is <a> allowed?',
    'Is <a> in <p>.0/24?',
    'Is <a> in the range <p>.0/24?',
    'Does <p>.0/24 [hold|contain] <a>?',
  ]
  return turn(random, {
    ask,
    answer: yes ? 'Yes. <a> is in the range <p>.0/24.' : 'No. <a> is not in the range <p>.0/24, so it is denied.',
    slots,
  })
}

function statedPort(random: Random): Turn {
  const o = port(random)
  const q = random.chance(0.45) ? o : port(random, o)
  const ask = [
    'The policy of <m> opens only port <o>. Is port <q> open?',
    'Only port <o> of <m> is open. Is port <q> open?',
    '<m> allows port <o>. [May|Can] I call port <q>?',
    'Only port <o> of <m> is open. [May|Can] I connect to port <q>?',
  ]
  return turn(random, {
    ask,
    answer: o === q ? 'Yes. Port <o> of <m> is open.' : 'No. Only port <o> of <m> is open, so port <q> is denied.',
    slots: { m: appName(random), o, q },
  })
}

function statedNamespace(random: Random): Turn {
  const n = namespaceName(random)
  const same = random.chance(0.4)
  const o = same ? n : namespaceName(random, n)
  const m = appName(random)
  const slots = { n, o, m, a: otherAppName(random, m) }
  const ask = [
    '<m> is in namespace <n> and allows <a>. [May|Can] <a> in namespace <o> call <m>?',
    'The policy of <m> in namespace <n> allows <a>. [May|Can] <a> of namespace <o> call it?',
  ]
  return turn(random, {
    ask,
    answer: same
      ? 'Yes. <a> is in the same namespace, and the policy allows it.'
      : 'No. The policy allows <a> only in the namespace <n>, and this one is in <o>.',
    slots,
  })
}

export const STATED_POLICY_TOPICS: readonly Topic[] = [
  { category: 'stated: only A may call M', weight: 14, make: stated },
  { category: 'stated: A and B may call M', weight: 7, make: (random) => [statedTwo(random)] },
  { category: 'stated: nobody or no policy', weight: 4, make: (random) => [statedNobody(random)] },
  { category: 'stated: address in a range', weight: 10, make: (random) => [statedRange(random)] },
  { category: 'stated: port', weight: 8, make: (random) => [statedPort(random)] },
  { category: 'stated: namespaces', weight: 6, make: (random) => [statedNamespace(random)] },
]
