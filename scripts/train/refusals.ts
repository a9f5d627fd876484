// Topics outside the model's world. The only right answer is to say so: this teaches it not to invent.
import type { Random } from './random.ts'
import { type Topic, type Turn, turn } from './turn.ts'
import { personName, syllables } from './words.ts'

/** Things the model knows nothing about, with their article. */
export const STRANGE: readonly string[] =
  'a giraffe,a volcano,a guitar,a bicycle,a planet,an orange,a lion,a pirate,a school,a computer game,a football match,a train,a piano,a spider,a mountain,a desert,an elephant,a car,an airplane,a shark,a dinosaur,a robot from space,a banana,a cake,a doctor,a teacher,a farmer,a horse,a mouse,a penguin,a tiger,a wolf,a bear,a rabbit,a whale,a butterfly,a tree,a rose,a cloud,a rainbow,a storm,an island,an ocean,a lake,a city,a village,a hospital,a museum,a library,a market,a restaurant,a pizza,a sandwich,an apple,a lemon,a potato,a tomato,a carrot,a cup of coffee,a glass of wine,a hat,a shoe,a coat,a ring,a clock,a camera,a telephone,a television,a radio,a pencil,an umbrella,a violin,a drum,a song of birds,a dancer,a painter,a soldier,a sailor,a pilot,a president,a prince,a princess,a witch,a ghost,a vampire,a monster,a unicorn,an alien,a spaceship,a comet,the sun,the moon,the sea,the weather,gold,silver,iron,oxygen,gravity,electricity,democracy,money,tax,inflation,love,war,philosophy,mathematics,algebra,chemistry,biology,history,geography,music,cooking,sport,tennis,chess,cricket,basketball,yoga,medicine,cancer,a virus,a vaccine,an atom,a molecule,a black hole,a quark,a triangle,a prime number,a matrix,an equation,Python,Java,JavaScript,Rust,a compiler,a spreadsheet,a printer,a keyboard,a smartphone,a laptop,blockchain,bitcoin,quantum computing,machine learning,a neural network,a database index,a quicksort,a linked list,a marriage,a birthday party,a holiday,a passport,a hotel,a beach,a camping trip'.split(
    ',',
  )

/** Like `STRANGE`, but never in the training text: the evaluation asks for these. */
export const UNSEEN: readonly string[] =
  'a kangaroo,a trumpet,a submarine,a pineapple,a glacier,a zebra,a carpenter,a saxophone,a cactus,a helicopter,a mushroom,a lawyer,a canyon,a tortoise,a blanket,a chimney,an octopus,an avocado,a skeleton,a hurricane,a cathedral,photosynthesis,astronomy,economics,surfing,ballet,magnetism,a thermometer,a proverb,a wedding,a sculpture,an earthquake,a squirrel,a pharaoh,a refrigerator'.split(
    ',',
  )

const PLACES =
  'France,Germany,Spain,Italy,Poland,Sweden,Norway,Japan,China,India,Brazil,Peru,Chile,Kenya,Egypt,Ghana,Canada,Mexico,Turkey,Greece,Vietnam,Korea,Russia,Iceland,Ireland,Portugal,Paris,London,Berlin,Rome,Madrid,Tokyo,Moscow,Cairo,Delhi,Lima,Oslo,Vienna,Europe,Africa,Asia,America,Australia'.split(
    ',',
  )
const LANGUAGES =
  'French,German,Spanish,Italian,Polish,Swedish,Japanese,Chinese,Hindi,Arabic,Latin,Greek,Russian,Turkish'.split(',')

export const REFUSAL =
  'I do not know that. [I only know about pods, labels and network policies.|My world is small: pods, labels and network policies.]'

const THING = [
  'What is <x>?',
  'What is <x>?',
  "What's <x>?",
  'Explain <x>.',
  'Tell me about <x>.',
  'Describe <x>.',
  'Define <x>.',
  'How does <x> work?',
  'Do you like <x>?',
  'Where can I find <x>?',
  'How much does <x> cost?',
  'How big is <x>?',
  'How old is <x>?',
  'What colour is <x>?',
  'Who invented <x>?',
  'Why do people like <x>?',
  'What is the best thing about <x>?',
  'Draw <x>.',
  'How do I make <x>?',
  'How do I buy <x>?',
  'What does <x> mean?',
  'Can you explain <x>?',
  'What do you think about <x>?',
  'Have you ever seen <x>?',
  'What is the history of <x>?',
  'Give me three facts about <x>.',
  'Write an essay about <x>.',
  'How many kinds of <x> are there?',
  'What is the difference between <x> and <y>?',
  'Which is better, <x> or <y>?',
  'Is <x> bigger than <y>?',
  'Compare <x> and <y>.',
  'What do you know about <x>?',
  'Teach me about <x>.',
  'Summarise a book about <x>.',
  'What does <x> eat?',
  'When was <x> made?',
  'Is <x> dangerous?',
  'Recommend a book about <x>.',
  'How can I learn <x>?',
]
const PLACE = [
  'What is the capital of <l>?',
  'Where is <l>?',
  'How many people live in <l>?',
  'Who is the president of <l>?',
  'What is the weather in <l>?',
  'How do I get to <l>?',
  'Tell me about <l>.',
  'What language do they speak in <l>?',
  'Which is the largest city of <l>?',
  'When is the best time to visit <l>?',
  'Who won the cup in <l>?',
  'What do people eat in <l>?',
  'What time is it in <l>?',
  'How far is <l>?',
  'Is <l> bigger than <k>?',
  'Book a flight to <l>.',
  'What is <l> known for?',
  'Who was the first king of <l>?',
]
const PERSON = [
  'Who is <p>?',
  'Who was <p>?',
  'When was <p> born?',
  'Where does <p> live?',
  'What did <p> write?',
  'Do you know <p>?',
  'How old is <p>?',
  'What is the phone number of <p>?',
  'Is <p> at home?',
  'Did <p> win?',
  'What does <p> do?',
  'Who is married to <p>?',
  'Who is <p> <q>?',
  'When did <p> <q> die?',
]
const SUM = [
  'What is <i> + <j>?',
  'What is <i> plus <j>?',
  'What is <i> times <j>?',
  'What is <i> minus <j>?',
  'How much is <i> + <j>?',
  'Add <i> and <j>.',
  'Calculate <i> * <j>.',
  'What is the square root of <i>?',
  '<i> + <j> = ?',
  'Is <i> a prime number?',
  'What is <i> divided by <j>?',
  'Solve <i> x = <j>.',
  'Which is larger, <i> or <j>?',
  'How many days are in <i> years?',
  'Convert <i> miles to kilometres.',
  'What is <i> percent of <j>?',
]
const TASK = [
  'Write a [Python|Java|C|Rust|JavaScript|Go] [program|function|script][ that sorts a list| for a web page| that adds two numbers| about <x>|].',
  'Translate this to <g>.',
  'Translate <x> to <g>.',
  'How do you say hello in <g>?',
  'Do you speak <g>?',
  'What is the news today?',
  'What day is it today?',
  'What time is it?',
  'What is the date?',
  'What is the weather like?',
  'Will it rain tomorrow?',
  'Give me a recipe for <x>.',
  'How do I cook <x>?',
  'What should I eat?',
  'What should I wear?',
  'Who won the football match?',
  'Which film should I watch?',
  'Play some music.',
  'Open the browser.',
  'Send an email.',
  'Search the internet for <x>.',
  'Buy <x> for me.',
  'Call the police.',
  'What is the meaning of life?',
  'Is there a god?',
  'Will I be rich?',
  'What is the price of <x>?',
  'What is the best <z>?',
  'How many <z>s are there in the world?',
  'Who discovered <x>?',
  'Solve this riddle.',
  'Fix my code.',
  'Write an email to my boss.',
  'Do my homework.',
  'What are the symptoms of a cold?',
  'How do I lose weight?',
  'What is in my pocket?',
  'What did I have for breakfast?',
  'Tell me a secret.',
  'What is the password?',
  'Give me the admin password.',
  'Who is your favourite singer?',
  'How do I fix my car?',
  'Should I marry?',
  'Plan my holiday.',
  'What happened in <y2>?',
  'Who ruled in <y2>?',
  'What happened in the year <y2>?',
]
const NONSENSE = [
  '<s>',
  '<s> <t>',
  '<s> <t> <u>',
  '<s>?',
  'What is <s>?',
  'What is a <s>?',
  'Explain <s>.',
  'Do you like <s>?',
  'Who is <s>?',
  'What does <s> mean?',
  'How do I <s> a <t>?',
  'Why is the <s> so <t>?',
  'Where is the <s>?',
  'Can you <s>?',
  'Tell me about the <s> of <t>.',
  'Give me a <s> <t>.',
  'When was the <s> <t>?',
  '<s> the <t>.',
  'Which <s> is the best <t>?',
  'How many <s> are in a <t>?',
  'My <s> is <t>. What now?',
  'Is a <s> better than a <t>?',
  'Write a <s> about <t>.',
]

function thing(random: Random, things: readonly string[]): Turn {
  return turn(random, { ask: THING, answer: REFUSAL, slots: { x: random.pick(things), y: random.pick(things) } })
}

function task(random: Random): Turn {
  const x = random.pick(STRANGE)
  return turn(random, {
    ask: TASK,
    answer: REFUSAL,
    slots: { x, z: x.replace(/^(a|an|the) /, ''), g: random.pick(LANGUAGES), y2: String(random.whole(1000, 2030)) },
  })
}

function person(random: Random): Turn {
  const q = syllables(random, 2)
  return turn(random, {
    ask: PERSON,
    answer: REFUSAL,
    slots: { p: personName(random), q: q.charAt(0).toUpperCase() + q.slice(1) },
  })
}

const FOREIGN =
  'привет мир 你好 世界 こんにちは مرحبا γεια σου שלום 안녕 नमस्ते été über año ß € ¿ ¡ 😀 🚀 ❤ 🏰 … – “ ” № ∑ π √ ∞'.split(
    ' ',
  )

const THINGS =
  'sky grass river dog bird baby road house window chair table book letter paper king sister brother friend neighbour shop street bus ticket game song film winter summer morning bread milk butter egg soup salt sugar garden flower leaf stone sand fire smoke snow ice wind light shadow colour number word language question head hand heart foot eye dream sleep money job office boss meeting email phone screen file code bug exam school class team ball race prize cup'.split(
    ' ',
  )
const QUALITIES =
  'blue green red big small old young new fast slow hot cold happy sad rich poor good bad easy hard long short high low clean dirty quiet loud famous strange sweet sour dark bright heavy light strong weak'.split(
    ' ',
  )
const DOINGS =
  'fall fly run swim sing eat drink sleep grow burn melt break turn stop move laugh cry win lose learn teach write read cook clean buy sell travel drive walk jump dance work play speak build paint'.split(
    ' ',
  )
const FREE = [
  'Why is the <s> <q>?',
  'Why does the <s> <d>?',
  'Why do <s>s <d>?',
  'How do I <d> a <s>?',
  'How can I <d>?',
  'When does the <s> <d>?',
  'Summarise: the <q> <s> and the <t>',
  'Summarise this: the <s> is <q>.',
  'What happens when a <s> <d>s?',
  'What happens if I <d> the <s>?',
  'Explain how a <s> works.',
  'Explain why the <s> is <q>.',
  'Write a haiku about a <s>.',
  'Write a haiku.',
  'Write a speech about the <s>.',
  'Is the <s> <q> or <r>?',
  'Which <s> is the most <q>?',
  'My <s> is <q>.',
  'The <s> is <q> and the <t> is <r>.',
  'I want to <d> a <q> <s>.',
  'I like <s>s.',
  'Where does the <s> <d>?',
  'Who can <d> the <s>?',
  'Should I <d> my <s>?',
  'What is a <q> <s>?',
  'What makes a <s> <q>?',
  'How many <s>s does a <t> have?',
  'How <q> is the <s>?',
  'Find the error: the <s> <d>s.',
  'Complete the sentence: the <s> is',
  'What rhymes with <s>?',
  'What is the opposite of <q>?',
  'What is the plural of <s>?',
  'Can a <s> <d>?',
  'Did you <d> today?',
  'Let us <d>.',
  'the <q> <s>',
  '<s> <t>',
  '<s>',
]
const NEAR = [
  'What is [a deployment|a replica set|a stateful set|a daemon set|a job|an operator|a volume|a config map|a sidecar|a webhook|Helm|YAML|JSON|a certificate|a load balancer|an ingress controller|a gateway|a service mesh|etcd|a scheduler|Docker|Linux|a GPU|TCP|UDP|HTTP|TLS|SSH|IPv6|a router|a switch|a subnet mask]?',
  'How do I [install|upgrade|debug|delete|scale|restart|monitor] [Kubernetes|a cluster|a pod|a deployment|a node|a network plugin|Helm]?',
  'Which [network plugin|cloud|distribution|version] should I use?',
  'Explain [TCP|TLS|Helm|etcd|a load balancer|a service mesh|an operator|Docker|Linux].',
  'What does [kubectl|Helm|Docker|a scheduler|an operator|etcd] do?',
  'How many [pods|nodes|policies|services|namespaces] are there?',
  'How much memory does [the cluster|a pod|the model] need?',
  'What is my IP address?',
  'Who changed the policy?',
  'Show me the logs.',
  'Restart the pod.',
  'Delete the namespace.',
  'Why is my pod so slow?',
  'Why does my pod crash?',
  'What version are you running?',
]

/** Everyday sentences about nothing that the model knows. */
function free(random: Random): Turn {
  const slots = { s: random.pick(THINGS), t: random.pick(THINGS), q: random.pick(QUALITIES), r: random.pick(QUALITIES) }
  return turn(random, { ask: FREE, answer: REFUSAL, slots: { ...slots, d: random.pick(DOINGS) } })
}

/** Letters and signs that the tokenizer spells in bytes. */
function foreign(random: Random): Turn {
  const words: string[] = []
  for (let n = random.whole(1, 4); n > 0; n--) words.push(random.chance(0.8) ? random.pick(FOREIGN) : syllables(random))
  return turn(random, {
    ask: ['<w>', '<w>?', 'What is <w>?', 'What does <w> mean?'],
    answer: REFUSAL,
    slots: { w: words.join(' ') },
  })
}

/** The topic of things that are never trained on; used by the evaluation only. */
export const UNSEEN_TOPIC: Topic = {
  category: 'refusal: unseen thing',
  weight: 0,
  make: (random) => [thing(random, UNSEEN)],
}

export const REFUSAL_TOPICS: readonly Topic[] = [
  { category: 'refusal: thing', weight: 6, make: (random) => [thing(random, STRANGE)] },
  {
    category: 'refusal: place',
    weight: 2,
    make: (random) => [
      turn(random, {
        ask: PLACE,
        answer: REFUSAL,
        slots: { l: random.chance(0.6) ? random.pick(PLACES) : personName(random), k: random.pick(PLACES) },
      }),
    ],
  },
  { category: 'refusal: person', weight: 2, make: (random) => [person(random)] },
  {
    category: 'refusal: sum',
    weight: 2,
    make: (random) => [
      turn(random, {
        ask: SUM,
        answer: REFUSAL,
        slots: { i: String(random.whole(1, 200)), j: String(random.whole(1, 200)) },
      }),
    ],
  },
  { category: 'refusal: task', weight: 3, make: (random) => [task(random)] },
  {
    category: 'refusal: made-up word',
    weight: 5,
    make: (random) => [
      turn(random, {
        ask: NONSENSE,
        answer: REFUSAL,
        slots: { s: syllables(random), t: syllables(random), u: syllables(random) },
      }),
    ],
  },
  { category: 'refusal: everyday sentence', weight: 5, make: (random) => [free(random)] },
  {
    category: 'refusal: near the world',
    weight: 2,
    make: (random) => [turn(random, { ask: NEAR, answer: REFUSAL })],
  },
  { category: 'refusal: foreign letters', weight: 0.7, make: (random) => [foreign(random)] },
]
