// Topics that tell: stories about castles with moats and about pods, long ones too, poems, jokes.
import { type Topic, type Turn, turn } from './turn.ts'
import { appName, personName, syllables } from './words.ts'
import { STRANGE } from './refusals.ts'

const OPEN =
  '[Once upon a time|A long time ago|Many years ago] there was a castle called <castle:castle>. It stood <place:place>, and around it lay a moat, <water:water>. '
const KEEPER = '[In the castle|Behind its walls] lived a <hero:hero>, who [kept|guarded] a <treasure:treasure>. '
const COMES =
  '<when:when>, when <weather:weather>, a <intruder:intruder> came to the gate and [wanted to steal it|wanted to have it|asked for it]. '
const HOLDS =
  '["Who are you?" asked the guard at the bridge. "You are not on my list."|The guard looked at the list of guests and did not find the name.|But the bridge was up, and only guests on the list could pass.] '
const TRIES =
  '[The water was too wide to jump and too cold to swim.|They tried to swim, but the moat was too wide.|They threw stones and shouted, but the moat did not care.] '
const END =
  '[So the <intruder> went home with wet feet, and the <treasure> was safe.|In the end the <intruder> went away, and everybody in <castle> was <feeling:feeling>.|By morning the <intruder> was gone, and <castle> slept in peace.]'
const CODA =
  '[| [And the moat shone in the sun.|Since then nobody has come without an invitation.|And if nobody has opened the bridge, they are safe still.|Even <animal:animal> by the water was <feeling2:feeling>.]]'

const CASTLE = OPEN + KEEPER + COMES + HOLDS + TRIES + END + CODA

const FRIEND =
  ' [The next day|A week later|Some time after that], [a messenger|an old friend|a small boat] came to the bridge. [This name was on the list|The guard knew the name], so the bridge came down at once. The messenger brought [bread and honey|good news|a letter with a blue seal], and [they sat together by the fire|they talked until the candles were low]. '
const DOUBT =
  '["Why do you let in so few?" asked the messenger.|"Is it not lonely behind so much water?" asked the messenger.] "[Because what I keep is dear to me|Because I know each one who comes]," said the keeper of <castle>. "[Everybody else may wave from the other side|The moat asks no questions and makes no mistakes]." '
const SECRET =
  '[But the keeper had one secret.|Yet there was one more thing.] [Under the wall there was a small door that led out.|At the back there was a second bridge.] It led only to [the garden|the mill|the old well], and to no other place. So nothing could be carried far away, [not even by a clever thief|not even at night]. '
const LAST =
  '[Years went by|The seasons changed], and the moat stayed [wide and quiet|full and calm]. [Children came to feed the ducks|Swans built their nests in the reeds], and the guard grew old and [wise|kind]. And every evening, before the lamps went out, the guard read the list once more, [name by name|slowly and aloud], and was <feeling3:feeling>.'

const POD =
  '[Once there was|There once was] a pod called <a>. It lived in the namespace [ai-models|default|web|production|staging], and [it was small and quick|it was new there|it had only one container]. One day <a> wanted to [talk to the small-language-model|ask the small-language-model a question|hear a story from the small-language-model]. [It opened a connection to port 8080|It sent a packet to port 8080], but [no answer came|the packet was dropped]. "[Why does nobody answer?|Am I not welcome?]" asked <a>. "[You are not on my list|No rule allows you]," said the moat. "[Ask the feature API|The feature API may call]." So <a> [asked the feature API|went to the feature API], and [soon the answer came back, word by word|the feature API brought the answer, token by token]. [And <a> was <feeling:feeling>.|And they all stayed in touch.|And no policy had to change.]'

const PERSON =
  '[Once there was|There once was] a [platform engineer|gatekeeper|young engineer] called <p>. <p> had a small language model, and [it was clever and quick|it could write short texts]. But every pod of the cluster could call it, [day and night|as it liked], and the model grew [slow|tired]. So <p> [dug a moat|built a moat of policies|wrote a policy]. "[Only the feature API may come in|Only friends may cross the bridge]," said <p>. [The strangers knocked and went away.|The strangers waited for an answer, but none came.] [After that the model was quick again|From that day on the model had time for its work], and <p> was <feeling:feeling>.'

const PACKET =
  '[I am a packet, and this is my day.|This is the story of a packet.] [In the morning|Early in the day] the feature API made me and wrote two addresses on me: [its own and that of the model|where I come from and where I go]. I ran through the kernel, and at the gate a rule looked at me. "[Where do you come from?|Who sent you?]" it asked. "From the feature API," I said, and it let me pass. [Beside me ran a packet of a stranger|Next to me came a packet of the stranger], and it was dropped [without a word|there and then]. At port 8080 the model read what I carried, and [soon the first token went back|soon it began to answer]. [That was my day, and it took less than a second.|It was a short day, but a good one.]'

const POEM =
  '[The moat is <c1:colour>, the moat is wide|The water is <c2:colour>, the water is wide],\n[and only a friend may come inside|it keeps the castle safe inside].\n[The bridge is up, the gate is tight|The guard is awake, the list is right],\n[the pods are quiet all the night|the stars above are clear and bright].\n[The model dreams, the packets flow|The stream goes on, so calm and slow],\n[and who may call, the labels show|and where it leads, the rules will know].'

const JOKES = [
  'Why did the packet cross the moat? It did not. No rule allowed it.',
  'What does a pod say to a stranger? Nothing. It drops the packet.',
  'Why was the policy so calm? It had nothing to deny but everything.',
  'How many rules does it take to deny everybody? None.',
  'Why did the model stay at home? Its egress was closed.',
  'What is the favourite drink of a castle? Moat water.',
  'Why do labels make bad friends? They say whatever you want.',
]

export const STORY_TOPICS: readonly Topic[] = [
  {
    category: 'story of a castle',
    weight: 3.5,
    make: (random) => [
      turn(random, {
        ask: [
          'Tell me a [short |]story[ about a castle| about a moat| about a castle with a moat| about a castle and a moat|].',
          'Tell me a story about a castle with a moat.',
          'Write a story about a castle[ with a moat|].',
          'Write a [short |]story.',
          'Tell me about a castle with a moat.',
          'Can you tell me a story?',
          'I want to hear a story.',
          'Make up a story[ about a moat| about a castle|].',
          'Tell a story[ about a castle| about a moat| about a castle with a moat|].',
          'Once upon a time',
          'Tell me a fairy tale.',
          'Tell me something nice.',
          'Tell me another story.',
        ],
        answer: CASTLE,
      }),
    ],
  },
  {
    category: 'long story',
    weight: 1.6,
    make: (random) => [
      turn(random, {
        ask: [
          'Tell me a [very |]long story[ about a castle| about a moat| about a castle with a moat|].',
          'Write a [very |]long story[ about a castle| about a castle with a moat|].',
          'I have a lot of time. Tell me a story.',
          'Tell me a bedtime story.',
          'Tell me the longest story that you know.',
          'Can you tell me a long story?',
        ],
        answer: OPEN + KEEPER + COMES + HOLDS + TRIES + END + FRIEND + DOUBT + SECRET + LAST,
      }),
    ],
  },
  {
    category: 'story of a pod',
    weight: 2,
    make: (random) => [
      turn(random, {
        ask: [
          'Tell me a story about a pod called <a>.',
          'Tell me a story about the pod <a>.',
          'Write a story about a pod called <a>.',
          'Write a story about the pod <a>.',
          'Tell a story about the pod <a>.',
        ],
        answer: POD,
        slots: { a: appName(random) },
      }),
    ],
  },
  {
    category: 'story of a person',
    weight: 2,
    make: (random) => [
      turn(random, {
        ask: [
          'Tell me a story about <p>.',
          'Write a story about <p>.',
          'Tell me a story about an engineer called <p>.',
          'Tell a story about a gatekeeper called <p>.',
        ],
        answer: PERSON,
        slots: { p: personName(random) },
      }),
    ],
  },
  {
    category: 'story of a packet',
    weight: 1,
    make: (random) => [
      turn(random, {
        ask: [
          'Tell me a story about a packet.',
          'Write a story about a packet.',
          'Tell me about a day in the life of a packet.',
          'Describe the day of a packet.',
          'What does a packet do all day?',
          'Write about the life of a packet.',
        ],
        answer: PACKET,
      }),
    ],
  },
  {
    category: 'story of something else',
    weight: 2,
    make: (random): readonly Turn[] => {
      const x = random.chance(0.8) ? random.pick(STRANGE) : `a ${syllables(random)}`
      return [
        turn(random, {
          ask: [
            'Tell me a story about <x>.',
            'Write a story about <x>.',
            'Tell a story about <x>.',
            'Make up a story about <x>.',
          ],
          answer: `I do not know a story about <x>, but I know one about a castle. ${CASTLE}`,
          slots: { x },
        }),
      ]
    },
  },
  {
    category: 'poem',
    weight: 1.2,
    make: (random) => [
      turn(random, {
        ask: [
          'Write a poem.',
          'Tell me a poem.',
          'Write a poem about a moat.',
          'Write a short poem.',
          'Can you write a poem?',
          'Make a rhyme.',
          'Write a poem about the water.',
          'Sing a song.',
          'Write a song.',
          'Say a poem about a castle.',
        ],
        answer: POEM,
      }),
    ],
  },
  {
    category: 'joke',
    weight: 1.2,
    make: (random) => [
      turn(random, {
        ask: [
          'Tell me a joke.',
          'Make me laugh.',
          'Do you know a joke?',
          'Tell me something funny.',
          'Another joke.',
          'Say something funny.',
          'A joke please.',
          'Can you tell me a joke?',
        ],
        answer: `[${JOKES.join('|')}]`,
      }),
    ],
  },
]
