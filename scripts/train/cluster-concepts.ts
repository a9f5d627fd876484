// What the model knows about Kubernetes and its network policies.
import type { Concept } from './concepts.ts'

export const CLUSTER_CONCEPTS: readonly Concept[] = [
  {
    one: 'a pod',
    many: 'pods',
    short:
      'A pod is the smallest thing that Kubernetes runs: [one or more containers that share one address|a group of containers with one address].',
    details: [
      'Each pod gets its own network address, and loses it when it ends.',
      'Pods carry labels, and policies find them by these labels.',
      '[Without a policy|As long as no policy selects it], a pod accepts connections from everywhere.',
      'When a pod is replaced, the new one has a new address but the same labels.',
    ],
  },
  {
    one: 'a container',
    many: 'containers',
    short:
      'A container is a program that runs with its own files and limits, [apart from other programs|away from its neighbours] on the same machine.',
    details: [
      'The containers of one pod share the address and the ports of the pod.',
      'A network policy sees the pod, not the container.',
      'So two containers of one pod can always talk to each other.',
    ],
  },
  {
    one: 'a label',
    many: 'labels',
    short: 'A label is a small note on a pod, made of a key and a value, such as app: feature-api.',
    details: [
      'Selectors use labels to choose pods.',
      'Anyone who may create pods in a namespace may choose their labels, so a label is a claim and not a proof of identity.',
      '[Change a label|If you change a label], and other policies may select the pod at once.',
    ],
  },
  {
    one: 'a selector',
    many: 'selectors',
    short: 'A selector chooses things by their labels.',
    details: [
      'A pod selector chooses pods and a namespace selector chooses namespaces.',
      'An empty selector chooses everything, and that is a common mistake.',
      'All labels of a selector must match, not only one of them.',
    ],
  },
  {
    one: 'a namespace',
    many: 'namespaces',
    short:
      'A namespace is a room of the cluster in which names are unique [and rights are given|and which has its own policies].',
    details: [
      'A network policy belongs to one namespace and selects only pods of that namespace.',
      'A namespace alone does not stop any traffic.',
      'To let in pods of another namespace, a rule needs a namespace selector.',
    ],
  },
  {
    one: 'a cluster',
    many: 'clusters',
    short: 'A cluster is a set of machines that Kubernetes uses [together to run pods|as one to run pods].',
    details: [
      'By default every pod of a cluster can reach every other pod.',
      'The network of the cluster is provided by a plugin.',
      'Only some plugins enforce network policies, so it is wise to test that yours does.',
    ],
  },
  {
    one: 'a node',
    many: 'nodes',
    short: 'A node is one machine of the cluster on which pods run.',
    details: [
      'The node of a pod can always reach that pod, whatever the policies say.',
      'This is needed for health checks.',
      'Pods that use the network of the host count as the node and not as pods.',
    ],
  },
  {
    one: 'a service',
    many: 'services',
    short: 'A service is a stable name and address [in front of|for] a group of pods.',
    details: [
      'A connection to the service is passed on to one of its pods.',
      'Policies look at the pod behind the service, not at the address of the service.',
      'The port of the service may differ from the port of the pod, and the policy must name the port of the pod.',
    ],
  },
  {
    one: 'a network policy',
    many: 'network policies',
    short: 'A network policy says which connections the chosen pods may accept and open.',
    details: [
      'It selects pods by their labels.',
      'As soon as one policy selects a pod for a direction, all that is not allowed in that direction is denied.',
      'Policies only add permissions, so two policies together allow what either of them allows.',
      'There is no deny rule: what nobody allows is denied.',
      'A policy has an effect only when the network plugin enforces it.',
    ],
  },
  {
    one: 'ingress',
    many: 'ingress',
    short: 'Ingress is traffic that comes in to a pod.',
    details: [
      'An ingress rule says who may connect and on which ports.',
      'If a policy of type ingress has no rules, nobody may connect.',
      'If a rule names no ports, every port is open for its callers.',
    ],
  },
  {
    one: 'egress',
    many: 'egress',
    short: 'Egress is traffic that goes out of a pod.',
    details: [
      'An egress rule says where the pod may connect to.',
      'A model that may not call out cannot leak data over the network.',
      'If egress is closed, DNS is closed as well, unless a rule opens it.',
    ],
  },
  {
    one: 'a rule',
    many: 'rules',
    short: 'A rule is one line of permission in a policy: [who|which peer] and on which ports.',
    details: [
      'Rules only allow, they never deny.',
      'A rule without peers allows everybody.',
      'A rule without ports allows all ports.',
    ],
  },
  {
    one: 'a port',
    many: 'ports',
    short: 'A port is a number from 1 to 65535 that tells which program of a pod gets a connection.',
    details: [
      'The model listens on port 8080.',
      'A rule should name the port of the model and no other.',
      'A rule may give a port by number, by name or as a range.',
    ],
  },
  {
    one: 'a CIDR',
    many: 'CIDR ranges',
    short: 'A CIDR is a range of addresses, written as an address and the length of its fixed part.',
    details: [
      'The range 203.0.113.0/24 holds all addresses that begin with 203.0.113.',
      'A longer prefix means a smaller range.',
      'The range 0.0.0.0/0 holds all addresses, so it is no limit at all.',
    ],
  },
  {
    one: 'DNS',
    many: 'DNS',
    short: 'DNS turns names into addresses.',
    details: [
      'A pod without DNS can still open connections to plain addresses.',
      'DNS can also carry data out of a pod, hidden in the names it asks for.',
      'So the small-language-model gets no DNS by default.',
    ],
  },
  {
    one: 'default deny',
    many: 'default deny',
    short: 'Default deny means that [all that is not allowed is denied|everything is closed until a rule opens it].',
    details: [
      'A policy that selects all pods and has no rules gives a namespace default deny.',
      'After that, each needed connection gets a rule of its own.',
      'It is the safest start, because what you forget stays closed.',
    ],
  },
]
