// Topics on who may reach what by the policy of the seed, which the model knows by heart.
import type { Random } from './random.ts'
import { type Topic, type Turn, turn } from './turn.ts'
import { appName, namespaceName, otherAppName, otherPrefix } from './words.ts'

const SEED_CALLER_ASK = [
  '[May|Can|Could] <c> call the small-language-model?',
  'Is <c> allowed to call the small-language-model?',
  '[May|Can] a pod with the label app: <c> call the model?',
  'Can <c> reach the small-language-model?',
  'Can <c> use the model?',
  'Is <c> denied?',
  'Is <c> allowed?',
  'What happens if <c> calls the small-language-model?',
  'What happens when <c> calls the model?',
  '<c> wants to call the small-language-model. Is it allowed?',
  'Does the policy let <c> in?',
]
const SEED_YES =
  'Yes. The policy allows pods with the label app: feature-api, so feature-api may call the small-language-model.'
const SEED_NO = 'No. Only feature-api may call the small-language-model, so <c> is denied.'

function seedCaller(random: Random): Turn {
  const c = random.chance(0.35)
    ? 'feature-api'
    : random.chance(0.1)
      ? random.pick(['everybody', 'a pod of another namespace', 'my laptop', 'a node of another cluster'])
      : otherAppName(random, 'feature-api')
  return turn(random, { ask: SEED_CALLER_ASK, answer: c === 'feature-api' ? SEED_YES : SEED_NO, slots: { c } })
}

function seedNamespace(random: Random): Turn {
  const n = random.chance(0.3) ? 'ai-models' : namespaceName(random, 'ai-models')
  const ask = [
    '[May|Can] feature-api in [the |]namespace <n> call the small-language-model?',
    'A pod with the label app: feature-api in namespace <n> calls the model. Is it allowed?',
    'Is feature-api of namespace <n> allowed?',
    'feature-api runs in <n>. [May|Can] it call the model?',
  ]
  const answer =
    n === 'ai-models'
      ? 'Yes. It has the right label and it is in the namespace ai-models.'
      : 'No. The policy allows feature-api only in the namespace ai-models, and this one is in <n>.'
  return turn(random, { ask, answer, slots: { n } })
}

function seedEgress(random: Random): Turn {
  const inside = random.chance(0.4)
  const a = `${inside ? '203.0.113' : otherPrefix(random, '203.0.113')}.${random.whole(1, 254)}`
  const ask = [
    '[May|Can] the small-language-model [connect to|call|reach] <a>?',
    '[May|Can] the model [connect to|call out to|reach] <a>?',
    'Is <a> allowed?',
    'Is <a> in the [approved|allowed] range?',
    'Is <a> in the range 203.0.113.0/24?',
    'The model connects to <a>. What happens?',
  ]
  const answer = inside
    ? 'Yes. <a> is in the range 203.0.113.0/24.'
    : 'No. <a> is not in the range 203.0.113.0/24, so it is denied.'
  return turn(random, { ask, answer, slots: { a } })
}

function seedEgressName(random: Random): Turn {
  const ask = [
    '[May|Can] the small-language-model [connect to|call|reach] <c>?',
    '[May|Can] the model [connect to|call|reach] <c>?',
    'Is the model allowed to call <c>?',
  ]
  return turn(random, {
    ask,
    answer: 'No. The small-language-model may only connect to 203.0.113.0/24, so <c> is denied.',
    slots: { c: random.chance(0.15) ? 'feature-api' : appName(random) },
  })
}

const WHO =
  'Only pods with the label app: feature-api in the namespace ai-models may call the small-language-model. Everybody else is denied.'
const WHERE =
  'The small-language-model may connect only to addresses in 203.0.113.0/24. Everything else is denied, DNS too.'

/** Fixed questions on the seed's policy. */
const SEED_FACTS: readonly (readonly [ask: readonly string[], answer: string])[] = [
  [
    [
      'Who may call the [small-language-model|model]?',
      'Who can call the [small-language-model|model]?',
      'Who is allowed to call the [small-language-model|model]?',
      'Who can reach the [small-language-model|model]?',
      'Which pods may call the [small-language-model|model]?',
      'Who is allowed in?',
      'What ingress is allowed?',
      'Who may use the [small-language-model|model]?',
      'Who may talk to the [small-language-model|model]?',
      'List the callers.',
    ],
    WHO,
  ],
  [
    [
      'Where may the [small-language-model|model] connect to?',
      'Where can the [small-language-model|model] call out?',
      'What may the [small-language-model|model] reach?',
      'What egress is allowed?',
      'Which addresses may the [small-language-model|model] reach?',
      'Where may the [small-language-model|model] call out to?',
      'What can the [small-language-model|model] connect to?',
      'What is the approved range?',
    ],
    WHERE,
  ],
  [
    [
      'What does the policy say?',
      'What does the policy do?',
      'Explain the policy.',
      'Summarise the policy.',
      'Summarize the policy.',
      'What is allowed and what is denied?',
      'What is allowed?',
      'Describe the policy.',
      'What does slm-isolation do?',
      'Explain slm-isolation.',
      'Tell me about the policy.',
      'What are the rules?',
      'How is the [small-language-model|model] protected?',
      'How is the [small-language-model|model] isolated?',
      'Explain the seed policy.',
      'Explain the policy in detail.',
    ],
    `The policy selects the pods with the label app: small-language-model. ${WHO} ${WHERE} [So the model is closed on both sides|This is the moat around the model].`,
  ],
  [
    [
      'What is denied?',
      'Who is denied?',
      'What is not allowed?',
      'Who may not call the [small-language-model|model]?',
      'What is forbidden?',
      'What does the policy deny?',
    ],
    'All that is not allowed is denied: every caller but feature-api, and every address outside 203.0.113.0/24.',
  ],
  [
    [
      '[May|Can] the [small-language-model|model] use DNS?',
      'Is DNS allowed?',
      'Does DNS work for the [small-language-model|model]?',
      'Can the [small-language-model|model] look up names?',
      'Is port 53 open for the model?',
    ],
    'No. No rule allows DNS, so the small-language-model cannot look up names.',
  ],
  [
    [
      '[May|Can] the [small-language-model|model] reach the internet?',
      'Is the internet allowed?',
      'Can the [small-language-model|model] leak data?',
      'Can the [small-language-model|model] download [weights|anything]?',
      'Is the [small-language-model|model] connected to the internet?',
      'Can the [small-language-model|model] call home?',
    ],
    'No. The small-language-model may only connect to 203.0.113.0/24, and the rest of the internet is denied.',
  ],
  [
    [
      '[May|Can] the [small-language-model|model] reach the metadata address?',
      'Is the metadata address allowed?',
      '[May|Can] the [small-language-model|model] [reach|connect to] 169.254.169.254?',
      'Is 169.254.169.254 allowed?',
    ],
    'No. The metadata address 169.254.169.254 is not in the approved range, so it is denied.',
  ],
  [
    [
      '[May|Can] Prometheus [scrape|reach|call] the [small-language-model|model]?',
      'Is Prometheus allowed?',
      'Does Prometheus still work?',
      'What about Prometheus?',
    ],
    'No. Prometheus is not listed as a scraper, so the policy cuts it off. [Add it as a scraper|List it as a scraper], and it may read the metrics port.',
  ],
  [
    [
      '[May|Can] a stranger call the [small-language-model|model]?',
      'What happens to [a stranger|strangers]?',
      'What happens to the stream of a stranger?',
      'Can an intruder use the [small-language-model|model]?',
      'What happens to the [open |]stream of the stranger?',
      'What happens to intruders?',
    ],
    'The stranger is denied, because only feature-api may call the small-language-model. Its new connections are dropped and its open stream is cut.',
  ],
  [
    [
      'What happens to the stream of [the feature API|feature-api]?',
      'Does [the feature API|feature-api] keep its stream?',
      'Is the stream of [the feature API|feature-api] cut?',
      'What happens to [the feature API|feature-api]?',
    ],
    'The feature API is allowed, so its stream goes on as if nothing had happened.',
  ],
  [
    [
      'Which port does the [small-language-model|model] listen on?',
      'What port is the [small-language-model|model] on?',
      'On which port can I call the [small-language-model|model]?',
      'What is the port of the [small-language-model|model]?',
    ],
    'The small-language-model listens on port 8080.',
  ],
  [
    [
      'In which namespace is the [small-language-model|model]?',
      'Where does the [small-language-model|model] run?',
      'Where is the [small-language-model|model]?',
      'What is the namespace of the [small-language-model|model]?',
    ],
    'The small-language-model runs in the namespace ai-models.',
  ],
  [
    [
      'What label does the [small-language-model|model] have?',
      'What is the label of the [small-language-model|model]?',
      'Which label selects the [small-language-model|model]?',
    ],
    'Its label is app: small-language-model.',
  ],
  [
    [
      'What label does [the feature API|feature-api] have?',
      'What is the label of [the feature API|feature-api]?',
      'Which label must a caller have?',
      'Which label does a caller need?',
    ],
    'Its label is app: feature-api.',
  ],
  [
    [
      'Why is DNS denied?',
      'Why does DNS not work?',
      'Why is there no DNS?',
      'Why can the [small-language-model|model] not use DNS?',
    ],
    'Because no rule allows DNS. DNS can carry data out of a pod, hidden in names, so it stays closed until someone opens it.',
  ],
  [
    [
      'Why is [the stranger|a stranger|everybody else] denied?',
      'Why are strangers denied?',
      'Why can [the stranger|a stranger] not call the [small-language-model|model]?',
    ],
    'Because the policy selects the small-language-model and no rule allows the stranger. What no rule allows is denied.',
  ],
  [
    [
      'Why [does the model need a moat|protect a small language model|should I isolate the model|do I need a network policy|do I need Moat|isolate a language model]?',
      'Why is isolation [important|good]?',
      'Why would I use [Moat|a moat]?',
    ],
    'Because by default every pod can call every other pod. A stranger could use up the model, and a model that can call out could leak what it was told. The moat lets in only the callers you name and lets the model out only where you say.',
  ],
  [
    [
      'How does [Moat|the moat] work?',
      'What does Moat do [exactly|]?',
      'How do you protect [a model|the model]?',
      'What happens when I run moat up?',
      'What does moat up do?',
      'Explain moat up.',
      'Walk me through the demo.',
      'Explain the demo.',
    ],
    'First the [sandbox comes up|cluster is] open, and a stranger can drain the model. Then Moat renders the policies, proves what they mean and puts them in force in the kernel. At that moment the stream of the stranger is cut, and the stream of the feature API goes on. Last, every cell of the truth table is probed and compared with the prediction.',
  ],
  [
    [
      'Is the [small-language-model|model] safe?',
      'Is the [small-language-model|model] isolated?',
      'Is my model protected?',
      'Are you protected?',
      'Are you behind a moat?',
      'Are you safe?',
    ],
    'Yes, as far as the network goes. Only feature-api may call in, and only 203.0.113.0/24 may be called. [The node itself|The node], and people with rights on the cluster, are not stopped by a policy.',
  ],
  [
    [
      'Is the node blocked?',
      'Can the node reach the model?',
      '[May|Can] the node call the model?',
      'Does the policy stop the node?',
    ],
    'No policy stops the node. The node of a pod can always reach that pod.',
  ],
  [
    [
      'Can I trust labels?',
      'Are labels safe?',
      'Can a label be faked?',
      'Can a stranger take the label feature-api?',
      'What if a stranger takes the label app: feature-api?',
    ],
    'A label is only a claim. Whoever may create pods in ai-models may give them the label app: feature-api, so watch who has that right.',
  ],
]

export const SEED_POLICY_TOPICS: readonly Topic[] = [
  { category: 'seed: may X call the model', weight: 7, make: (random) => [seedCaller(random)] },
  { category: 'seed: caller in a namespace', weight: 2, make: (random) => [seedNamespace(random)] },
  { category: 'seed: may the model reach an address', weight: 8, make: (random) => [seedEgress(random)] },
  { category: 'seed: may the model reach a name', weight: 2, make: (random) => [seedEgressName(random)] },
  {
    category: 'seed: facts',
    weight: 9,
    make: (random) => {
      const [ask, answer] = random.pick(SEED_FACTS)
      return [turn(random, { ask, answer })]
    },
  },
]
