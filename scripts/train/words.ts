// Names, labels and addresses of the model's small world, and generators of new ones, so that it learns to copy instead of to recite.
import type { Random } from './random.ts'

const ONSETS = 'b c d f g h j k l m n p r s t v w z br ch cl cr dr fl gr kr pl pr qu sh sk sl sp st th tr tw'.split(' ')
const VOWELS = 'a e i o u ai ea ee io oa oo ou'.split(' ')
const CODAS = [
  '',
  '',
  '',
  'b',
  'd',
  'g',
  'k',
  'l',
  'm',
  'n',
  'p',
  'r',
  's',
  't',
  'x',
  'ck',
  'ft',
  'ld',
  'll',
  'nd',
  'ng',
  'nt',
  'rd',
  'rk',
  'rn',
  'sh',
  'ss',
  'st',
  'th',
]

/** A made-up word of one or two syllables, now and then three: `stoark`, `vemil`. */
export function syllables(random: Random, most = 3): string {
  const count = most > 2 && random.chance(0.15) ? 3 : random.whole(most > 2 ? 2 : 1, 2)
  let word = ''
  for (let n = count; n > 0; n--)
    word += random.pick(ONSETS) + random.pick(VOWELS) + (n === 1 || random.chance(0.2) ? random.pick(CODAS) : '')
  return word
}

const PARTS =
  'api web app auth batch billing cache cart catalog chat checkout cron data db debug dev docs eval events export feature feed files front gateway image ingest job logs mail media metrics orders payments portal probe proxy queue report sandbox search session shop site sync task test tool train upload user video worker backend frontend service server agent bot admin inventory shipping pricing report stats alerts backup vector index embed rag notebook'.split(
    ' ',
  )
const WELL_KNOWN = [
  'frontend',
  'backend',
  'postgres',
  'redis',
  'nginx',
  'grafana',
  'kafka',
  'rabbitmq',
  'mongodb',
  'mysql',
  'jenkins',
  'vault',
  'loki',
  'envoy',
  'intruder',
  'stranger',
  'attacker',
  'batch-job',
  'web',
  'billing',
  'checkout',
  'scraper',
  'notebook',
  'debug',
  'curl',
  'client',
  'crawler',
  'ollama',
  'vllm',
  'llama-server',
]

/** The name of a pod or an app, as people write them. */
export function appName(random: Random): string {
  const r = random.next()
  if (r < 0.2) return random.pick(WELL_KNOWN)
  if (r < 0.45) return `${random.pick(PARTS)}-${random.pick(PARTS)}`
  if (r < 0.55) return random.pick(PARTS)
  if (r < 0.75) return syllables(random)
  if (r < 0.85) return `${syllables(random, 2)}-${random.pick(PARTS)}`
  if (r < 0.93) return `${random.pick(PARTS)}-${syllables(random, 2)}`
  return `${random.pick(PARTS)}-${random.whole(1, 20)}`
}

/** Another name; now and then one that begins like a taken one, so that the whole name must be read. */
export function otherAppName(random: Random, ...taken: readonly string[]): string {
  for (;;) {
    const like = random.chance(0.12) ? taken.find((name) => name.includes('-')) : undefined
    const name = like === undefined ? appName(random) : `${like.split('-')[0]}-${random.pick(PARTS)}`
    if (!taken.includes(name)) return name
  }
}

const SPACES = [
  'ai-models',
  'default',
  'production',
  'staging',
  'batch',
  'shop',
  'web',
  'monitoring',
  'kube-system',
  'team-a',
  'team-b',
  'dev',
  'test',
  'platform',
  'payments',
  'data',
  'research',
  'lab',
]

export function namespaceName(random: Random, taken = ''): string {
  for (;;) {
    const name = random.chance(0.55)
      ? random.pick(SPACES)
      : random.chance(0.5)
        ? syllables(random)
        : `${random.pick(PARTS)}-${random.pick(['prod', 'dev', 'team', 'test', 'models', 'apps'])}`
    if (name !== taken) return name
  }
}

const PEOPLE =
  'Ada Alan Alex Alice Amara Ana Anna Ben Bob Carla Chen Clara Dana David Elena Emil Emma Erik Eva Felix Fatima Finn Grace Hanna Hugo Ida Ines Ivan Jack Jana Jin John Jonas Julia Kai Karl Kim Lara Lea Leo Lena Lily Lin Linus Lisa Luca Lucy Maria Mark Marta Max Maya Mia Mila Mina Nina Noah Nora Olga Oliver Omar Otto Paul Petra Priya Ravi Rosa Sam Sara Sofia Tom Uma Vera Viktor Yuki Zoe Zoë José Jürgen Søren Łukasz André Chloé'.split(
    ' ',
  )

export function personName(random: Random): string {
  if (random.chance(0.5)) return random.pick(PEOPLE)
  const word = syllables(random, 2)
  return word.charAt(0).toUpperCase() + word.slice(1)
}

export function port(random: Random, taken = ''): string {
  for (;;) {
    const value = random.chance(0.6)
      ? random.pick([
          '80',
          '443',
          '8080',
          '8000',
          '9090',
          '5432',
          '6379',
          '11434',
          '53',
          '22',
          '3000',
          '9000',
          '8443',
          '5000',
        ])
      : String(random.whole(1, 65535))
    if (value !== taken) return value
  }
}

/** The first three octets of an IPv4 address. */
export function prefix(random: Random, taken = ''): string {
  for (;;) {
    const known = random.chance(0.4)
      ? random.pick(['203.0.113', '198.51.100', '192.0.2', '10.0.0', '192.168.1', '172.16.0', '10.96.0', '10.1.2'])
      : undefined
    const value = known ?? [random.whole(1, 223), random.whole(0, 255), random.whole(0, 255)].join('.')
    if (value !== taken) return value
  }
}

/** A prefix that differs from `from` in one octet or in all. */
export function otherPrefix(random: Random, from: string): string {
  if (random.chance(0.5)) return prefix(random, from)
  const octets = from.split('.')
  const at = random.whole(0, 2)
  for (;;) {
    const value = String(random.whole(1, 223))
    if (octets[at] === value) continue
    octets[at] = value
    return octets.join('.')
  }
}

/** Word lists that templates name in `<slot:list>`. */
export const LISTS = {
  hero: [
    'quiet knight',
    'young guard',
    'grey king',
    'wise queen',
    'small robot',
    'clever cook',
    'patient gatekeeper',
    'brave page',
    'lonely wizard',
    'friendly dragon',
  ],
  castle: [
    'Stonewater',
    'Greyhall',
    'Northgate',
    'Silverkeep',
    'Redtower',
    'Longbridge',
    'Highmoor',
    'Oakridge',
    'Ravenrock',
    'Winterhold',
  ],
  place: [
    'on a green hill',
    'by the cold sea',
    'at the edge of a forest',
    'between two rivers',
    'in a quiet valley',
    'far in the north',
    'under tall mountains',
  ],
  water: [
    'deep and dark',
    'cold and clear',
    'wide and still',
    'green and full of fish',
    'calm as a mirror',
    'black as ink',
  ],
  treasure: [
    'golden book',
    'talking mirror',
    'silver lamp',
    'small clever machine',
    'box of old letters',
    'map of the stars',
    'singing bird',
  ],
  intruder: [
    'thief',
    'gang of robbers',
    'curious stranger',
    'tired traveller',
    'loud giant',
    'fox in a coat',
    'flock of geese',
    'masked rider',
  ],
  when: [
    'One night',
    'One cold morning',
    'On a rainy day',
    'In the first week of winter',
    'One summer evening',
    'Late one autumn',
  ],
  weather: [
    'the moon was high',
    'the wind was strong',
    'the rain fell hard',
    'fog lay on the fields',
    'snow covered the road',
    'the stars were bright',
  ],
  feeling: ['happy', 'calm', 'proud', 'safe', 'glad', 'grateful'],
  animal: ['an owl', 'a cat', 'a heron', 'a frog', 'a swan', 'a small dog'],
  colour: ['red', 'blue', 'green', 'golden', 'silver', 'white', 'black'],
} as const satisfies Record<string, readonly string[]>
