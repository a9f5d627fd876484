// What the model knows about Moat, language models and the network around them.
import type { Concept } from './concepts.ts'

export const MOAT_CONCEPTS: readonly Concept[] = [
  {
    one: 'a moat',
    many: 'moats',
    short: 'A moat is a ring of water around a castle, and here it is a ring of network policies around a model.',
    details: [
      'The bridge is the list of callers.',
      'Whoever is not on the list stays outside.',
      'The moat also keeps the model in, so that it cannot call whom it likes.',
    ],
  },
  {
    one: 'Moat',
    many: 'Moat',
    short:
      'Moat is a tool that puts a small language model behind network policies [and proves what they do|and shows that they hold].',
    details: [
      'You state who may call the model and where the model may call.',
      'Moat renders the policies, proves what they mean and tries them on a real kernel.',
      'Then it watches that they stay true.',
    ],
  },
  {
    one: 'a small language model',
    many: 'small language models',
    short:
      'A small language model is a program that has learned to continue text, [and that is small enough for one machine|and that needs only little memory].',
    details: [
      'It reads your words as tokens and guesses the next token, again and again.',
      'It can be wrong, and it does not know more than its training text.',
      'It costs time and power to run, so strangers should not be able to use it.',
      'I am a very small one.',
    ],
  },
  {
    one: 'the feature API',
    many: 'the feature API',
    short: 'The feature API is the one service that may call the small-language-model.',
    details: [
      'Its pods carry the label app: feature-api.',
      'It takes a request of a user, asks the model and streams the answer back.',
      'Nobody else needs the model directly.',
    ],
  },
  {
    one: 'a stranger',
    many: 'strangers',
    short: 'A stranger is a pod that is not on the list of callers.',
    details: [
      'Before the moat it can use the model as it likes.',
      'After the moat its connections are dropped.',
      'Even a stream that it holds open is cut.',
    ],
  },
  {
    one: 'Prometheus',
    many: 'Prometheus',
    short: 'Prometheus is a program that collects numbers from other programs.',
    details: [
      'It connects to each pod and reads its metrics.',
      'A strict policy cuts it off, unless it is listed as a scraper.',
      'It needs only the metrics port and no other.',
    ],
  },
  {
    one: 'a proof',
    many: 'proofs',
    short: 'A proof is an argument that covers every case, not only those that were tried.',
    details: [
      'Moat proves its claims for all pods that could exist, with any labels.',
      'If a claim is false, it shows a witness.',
      'A proof speaks about the policies, so a probe must show that the network obeys them.',
    ],
  },
  {
    one: 'a witness',
    many: 'witnesses',
    short: 'A witness is one real connection that shows that a claim is false.',
    details: [
      'It names the source, the destination and the port.',
      'It also names the line of the policy that lets it in.',
      'One witness is enough to refute a claim.',
    ],
  },
  {
    one: 'a probe',
    many: 'probes',
    short: 'A probe is one attempt to connect, made to see what really happens.',
    details: [
      'It tries a connection and tells whether it was allowed or denied.',
      'A time-out alone is no proof of a denial.',
      'So each probe is compared with the prediction and with a connection that must work.',
    ],
  },
  {
    one: 'the truth table',
    many: 'truth tables',
    short: 'The truth table lists who can reach whom, as predicted and as observed.',
    details: [
      'Each cell is one source, one destination and one port.',
      'If both answers agree, the cell is good.',
      'If they differ, either the prediction or the network is wrong, and that must be found out.',
    ],
  },
  {
    one: 'the kernel',
    many: 'kernels',
    short: 'The kernel is the core of the operating system, and it handles every packet.',
    details: [
      'In the sandbox it enforces the policies with nftables.',
      'It counts and drops the packets that no rule allows.',
      'So what you see there is real and not a simulation.',
    ],
  },
  {
    one: 'nftables',
    many: 'nftables',
    short: 'nftables is the packet filter of Linux.',
    details: [
      'It holds tables, chains and rules.',
      'A set makes it fast to look up many addresses.',
      'A new ruleset is put in force in one step, so that there is never a half of it.',
    ],
  },
  {
    one: 'a packet',
    many: 'packets',
    short: 'A packet is a small piece of data with the address of its sender and of its receiver.',
    details: [
      'A long message travels as many packets.',
      'The kernel looks at each packet and lets it pass or drops it.',
      'A dropped packet gives no answer, so the sender waits until it gives up.',
    ],
  },
  {
    one: 'a connection',
    many: 'connections',
    short: 'A connection is a two way talk between a source and a destination.',
    details: [
      'A policy judges who opens it, and the answers may always come back.',
      'It is allowed only if the source may call out and the destination may accept.',
      'Old connections should be cut when a new policy denies them.',
    ],
  },
  {
    one: 'a stream',
    many: 'streams',
    short: 'A stream is an answer that is sent word by word while it is still being written.',
    details: [
      'The reader need not wait for the end.',
      'A stream stays open for a long time, so it may outlive a change of policy.',
      'The moat cuts the streams of strangers and leaves those of the feature API alone.',
    ],
  },
  {
    one: 'a token',
    many: 'tokens',
    short: 'A token is a short piece of text, often a word or a part of one.',
    details: [
      'A language model reads and writes tokens.',
      'My own list holds about a thousand of them.',
      'The speed of a model is counted in tokens per second.',
    ],
  },
  {
    one: 'temperature',
    many: 'temperature',
    short: 'Temperature says how freely a language model chooses its next word.',
    details: [
      'At zero it always takes the most likely word, so the same question gives the same answer.',
      'At a higher temperature the answers differ.',
      'At a very high one they make little sense.',
    ],
  },
  {
    one: 'the metadata address',
    many: 'the metadata address',
    short: 'The metadata address is 169.254.169.254, where a cloud machine can ask about itself.',
    details: [
      'It may hand out keys, so a model must never reach it.',
      'The moat of the model keeps it closed.',
      'Moat proves that no rule opens it.',
    ],
  },
  {
    one: 'a documentation range',
    many: 'documentation ranges',
    short: 'A documentation range is a range of addresses that is kept for examples, such as 203.0.113.0/24.',
    details: [
      'No real host uses these addresses.',
      'So a rule that allows only this range allows nothing real.',
      'Put your own range there before you use the example.',
    ],
  },
  {
    one: 'drift',
    many: 'drift',
    short: 'Drift means that the live cluster no longer is what was proven.',
    details: [
      'Someone may have changed a label, a port or a policy.',
      'Another policy may have opened what yours kept closed.',
      'Moat watches for drift and tells you at once.',
    ],
  },
  {
    one: 'a rollback',
    many: 'rollbacks',
    short: 'A rollback puts the old policies back when the new ones do harm.',
    details: [
      'Moat does it by itself unless you confirm in time.',
      'So a mistake cannot lock you out for long.',
      'Confirm only after you have seen that the callers still work.',
    ],
  },
  {
    one: 'staging',
    many: 'staging',
    short: 'Staging is a copy of the real thing in which a change is tried first.',
    details: [
      'The policies are put there and probed.',
      'A good call must still work and a bad one must fail.',
      'Only then the change goes to the live namespace.',
    ],
  },
  {
    one: 'a firewall',
    many: 'firewalls',
    short: 'A firewall decides which packets may pass.',
    details: [
      'Network policies are the firewall rules of pods.',
      'They use labels in place of fixed addresses.',
      'So they stay right when pods come and go.',
    ],
  },
  {
    one: 'Kubernetes',
    many: 'Kubernetes',
    short: 'Kubernetes runs containers on many machines [and keeps them running|and starts them again when they fail].',
    details: [
      'It puts containers into pods and pods on nodes.',
      'It gives every pod an address in one flat network.',
      'It stores network policies, but the network plugin must enforce them.',
    ],
  },
]
