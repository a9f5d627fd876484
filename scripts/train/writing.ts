// Topics that copy from the question into a longer text: notes to a person, policies in YAML, labels, echoes, counting.
import type { Random } from './random.ts'
import { type Topic, type Turn, turn } from './turn.ts'
import { appName, namespaceName, otherAppName, personName, port, prefix, syllables } from './words.ts'

const NOTES: readonly (readonly [ask: readonly string[], answer: string])[] = [
  [
    [
      'Write a greeting for <p>.',
      'Write a welcome message for <p>.',
      'Welcome <p>.',
      'Greet <p>.',
      'Write a short greeting for our user <p>.',
    ],
    'Hello <p>, [it is good to see you|welcome back|we are glad that you are here]. [Your workspace is ready.|Everything is ready for you.] [If you need help, just ask.|Take your time and look around.]',
  ],
  [
    ['Write a thank you note to <p>.', 'Thank <p>.', 'Write a thank you message for <p>.', 'Say thank you to <p>.'],
    'Dear <p>, thank you for your help. [You did a great job|Your work was very good], and [the whole team|everybody here] is grateful. [We look forward to working with you again.|We hope to see you soon.]',
  ],
  [
    ['Write an apology to <p>.', 'Write <p> that we are sorry.', 'Write an apology for <p>.', 'Say sorry to <p>.'],
    'Dear <p>, we are sorry for the trouble. [The service was slow today|A part of the service was down], and [we have repaired it|we are working on it]. [Thank you for your patience.|It will not happen again.]',
  ],
  [
    [
      'Write a reminder for <p>.',
      'Remind <p> of the meeting.',
      'Write a reminder about the meeting to <p>.',
      'Remind <p>.',
    ],
    'Hello <p>, [this is a short reminder|just a reminder]: our meeting is [today|tomorrow|on Monday|on Friday] at [nine|ten|two|three]. [Please bring your notes.|Please be on time.|See you there.]',
  ],
  [
    ['Write an invitation for <p>.', 'Invite <p>.', 'Invite <p> to dinner.', 'Write an invitation to <p>.'],
    'Dear <p>, [we are having|there will be] a [small party|dinner|walk around the castle] on [Friday|Saturday|Sunday], and we would like you to come. [There will be music and good food.|Bring a friend if you like.] [Please tell us if you can come.|We hope to see you there.]',
  ],
  [
    [
      'Write a birthday card for <p>.',
      'Write a birthday wish for <p>.',
      'Congratulate <p>.',
      'It is the birthday of <p>. Write a card.',
    ],
    'Happy birthday, <p>! [May your day be bright|We wish you all the best] and [may your moat be wide|may your year be calm]. [With love from all of us.|Have a lovely day.]',
  ],
  [
    [
      'Write a status message for <p>.',
      'Tell <p> how the service is doing.',
      'Write a status report for <p>.',
      'Write a report to <p>.',
    ],
    'Hello <p>, the small-language-model is up and [answers in good time|answers well]. [Only the feature API calls it.|All callers but the feature API are denied.] [There were no alarms today.|Every probe agreed with the prediction.] [I will write again tomorrow.|There is nothing for you to do.]',
  ],
  [
    ['Write a warning to <p>.', 'Warn <p>.', 'Warn <p> of the stranger.', 'Write an alert for <p>.'],
    'Hello <p>, [please take note|this is important]: a stranger tried to call the small-language-model. [The moat held|The connection was denied], and no answer was sent. [Please look at the events.|Please check who may create pods in ai-models.]',
  ],
]

function policyText(random: Random): Turn {
  const m = random.chance(0.3) ? 'small-language-model' : appName(random)
  const slots = {
    m,
    a: otherAppName(random, m),
    n: random.chance(0.5) ? 'ai-models' : namespaceName(random),
    o: random.chance(0.5) ? '8080' : port(random),
    p: prefix(random),
  }
  const head = 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: <m>-isolation\n'
  const select = 'spec:\n  podSelector:\n    matchLabels:\n      app: <m>\n'
  const ingress =
    '  policyTypes:\n  - Ingress\n  ingress:\n  - from:\n    - podSelector:\n        matchLabels:\n          app: <a>'
  switch (random.whole(0, 4)) {
    case 0:
      return turn(random, {
        ask: [
          'Write a [network |]policy [for <m> |]in namespace <n> that lets only <a> call <m>.',
          'In namespace <n>, only <a> may call <m>. Write the policy.',
        ],
        answer: `${head}  namespace: <n>\n${select}${ingress}`,
        slots,
      })
    case 1:
      return turn(random, {
        ask: [
          'Write a [network |]policy that lets only <a> call <m> on port <o>.',
          'Only <a> may call port <o> of <m>. Write the policy.',
        ],
        answer: `${head}${select}${ingress}\n    ports:\n    - port: <o>`,
        slots,
      })
    case 2:
      return turn(random, {
        ask: [
          'Write a [network |]policy that denies all [traffic|connections] to <m>.',
          'Nobody may call <m>. Write the policy.',
          'Write a default deny policy for <m>.',
        ],
        answer: `${head}${select}  policyTypes:\n  - Ingress`,
        slots,
      })
    case 3:
      return turn(random, {
        ask: [
          'Write a [network |]policy that lets <m> connect only to <p>.0/24.',
          '<m> may only call <p>.0/24. Write the policy.',
        ],
        answer: `${head}${select}  policyTypes:\n  - Egress\n  egress:\n  - to:\n    - ipBlock:\n        cidr: <p>.0/24`,
        slots,
      })
    default:
      return turn(random, {
        ask: [
          'Write a [network |]policy that lets only <a> call <m>.',
          'Only <a> may call <m>. Write the policy.',
          'Write a policy for <m> that allows <a>.',
          'Give me a policy that lets <a> call <m>.',
          'Show me a policy that allows only <a> to call <m>.',
        ],
        answer: `${head}${select}${ingress}`,
        slots,
      })
  }
}

const ECHO_WORDS =
  'moat castle bridge water stone river green blue red quiet little model pod label port rule gate wall tower king queen night morning rain wind star moon tree bird fish boat road light open closed happy cold warm early late small big old new one two three four five'.split(
    ' ',
  )

function echo(random: Random): Turn {
  const words: string[] = []
  for (let n = random.whole(1, 6); n > 0; n--)
    words.push(random.chance(0.6) ? random.pick(ECHO_WORDS) : random.chance(0.5) ? syllables(random) : appName(random))
  return turn(random, {
    ask: ['Repeat after me: <w>', 'Say: <w>', 'Repeat: <w>', 'Repeat these words: <w>', 'Write: <w>'],
    answer: '<w>',
    slots: { w: words.join(' ') },
  })
}

function counting(random: Random): Turn {
  const up = random.chance(0.75)
  const from = up ? (random.chance(0.7) ? 1 : random.whole(2, 50)) : random.whole(3, 30)
  const to = up ? from + random.whole(2, from === 1 ? 49 : 15) : 1
  const numbers = Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => String(up ? from + i : from - i))
  const ask = up
    ? from === 1
      ? ['Count to <t>.', 'Count from 1 to <t>.', 'Count up to <t>.', 'Can you count to <t>?']
      : ['Count from <f> to <t>.', 'Write the numbers from <f> to <t>.']
    : ['Count down from <f>.', 'Count from <f> down to 1.', 'Count backwards from <f>.']
  return turn(random, { ask, answer: `${numbers.join(', ')}.`, slots: { f: String(from), t: String(to) } })
}

function named(random: Random): readonly Turn[] {
  const slots = { p: personName(random) }
  const first = turn(random, {
    ask: [
      'My name is <p>.',
      'I am <p>.',
      'I am called <p>.',
      'Call me <p>.',
      'Hello, I am <p>.',
      'Hello, my name is <p>.',
      'Hi, my name is <p>.',
      'This is <p>.',
    ],
    answer: '[Nice to meet you|Hello|Good to meet you], <p>.',
    slots,
  })
  if (random.chance(0.5)) return [first]
  return [
    first,
    turn(random, {
      ask: ['What is my name?', 'Who am I?', 'Do you remember my name?', 'What am I called?', 'Say my name.'],
      answer: 'Your name is <p>.',
      slots,
    }),
  ]
}

export const WRITING_TOPICS: readonly Topic[] = [
  {
    category: 'note to a person',
    weight: 7,
    make: (random) => {
      const [ask, answer] = random.pick(NOTES)
      return [turn(random, { ask, answer, slots: { p: personName(random) } })]
    },
  },
  { category: 'policy in YAML', weight: 6, make: (random) => [policyText(random)] },
  {
    category: 'label',
    weight: 1.5,
    make: (random) => [
      turn(random, {
        ask: [
          'Write a label for <a>.',
          'What is the label of <a>?',
          'Which label has <a>?',
          'Give <a> a label.',
          'Label <a>.',
        ],
        answer: 'The label is app: <a>.',
        slots: { a: otherAppName(random, 'feature-api') },
      }),
    ],
  },
  { category: 'echo', weight: 6, make: (random) => [echo(random)] },
  { category: 'counting', weight: 5, make: (random) => [counting(random)] },
  { category: 'my name is', weight: 3, make: named },
]
