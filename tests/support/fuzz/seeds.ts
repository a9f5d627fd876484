// The manifests that fuzzing starts from: examples, documents, the corpus where it is, odd ones written for it, generated ones.
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { corpusFolder } from '../corpus.ts'
import { ADMIN_SHAPE, FULL_SHAPE, randomCluster } from '../random-cluster.ts'
import { rawText } from '../raw-objects.ts'

const root = resolve(import.meta.dirname, '../../..')

/** Longer documents say nothing new, and cost time. */
const LONGEST = 6_000

/** Every kind that is read, with the odd spellings of YAML. */
export const WRITTEN: readonly string[] = [
  `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: p
  namespace: shop
spec:
  podSelector:
    matchLabels: {app: web}
    matchExpressions:
    - {key: tier, operator: In, values: [a, "b"]}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - podSelector: {matchLabels: {app: api}}
      namespaceSelector: {}
    - ipBlock:
        cidr: 10.0.0.0/8
        except: [10.1.0.0/16]
    ports:
    - port: 80
      endPort: 90
    - {port: http, protocol: TCP}
  egress:
  - to:
    - ipBlock: {cidr: "fd00::/8"}
`,
  `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: &labels {app: web}}
spec:
  replicas: 2
  selector:
    matchLabels: *labels
  template:
    metadata:
      labels:
        <<: *labels
        tier: a
    spec:
      hostNetwork: false
      containers:
      - name: c
        image: i
        args: ["-x", 'y']
        ports:
        - {containerPort: 80, name: http}
---
# a Service
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, type: LoadBalancer, ports: [{port: 80, targetPort: http}], clusterIPs: [10.96.0.1]}
`,
  `apiVersion: modelmoat.dev/v1alpha1
kind: Moat
metadata: {name: m, namespace: shop}
spec:
  model: {podSelector: {matchLabels: {app: web}}, runtime: VLLM, port: 80}
  callers:
  - {name: a, podSelector: {}, ports: [http, {port: 80}]}
  egress:
  - {name: b, cidr: 203.0.113.0/24}
  assertions:
  - {name: c, from: {model: {}}, to: {cidr: 0.0.0.0/0}, expect: Denied}
`,
  JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'PodList',
      items: [
        {
          metadata: { name: 'a', ownerReferences: [{ kind: 'Job', name: 'j', controller: true }] },
          spec: { containers: [{ ports: [{ containerPort: 1 }] }] },
          status: { podIP: '10.0.0.1' },
        },
        { kind: 'Pod', apiVersion: 'v1', metadata: { generateName: 'b-' }, spec: { containers: [] } },
      ],
    },
    null,
    2,
  ),
  `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: in, namespace: shop}
spec:
  ingressClassName: nginx
  rules:
  - host: a.example
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: r
  namespace: edge
spec:
  parentRefs: [{name: gw}]
  rules:
  - filters:
    - type: RequestMirror
      requestMirror: {backendRef: {name: m, port: 80}}
    backendRefs:
    - {name: web, namespace: shop, port: 80, weight: 1}
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: g, namespace: shop}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: edge}]
  to: [{group: "", kind: Service}]
---
apiVersion: route.openshift.io/v1
kind: Route
metadata: {name: o, namespace: shop}
spec: {to: {kind: Service, name: web, weight: 100}, port: {targetPort: http}}
`,
  `apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: c}
spec:
  tier: Admin
  priority: 10
  subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}}
  ingress:
  - {name: in, action: Accept, from: [{namespaces: {matchLabels: {team: a}}}], protocols: [{tcp: {destinationPort: {range: {start: 80, end: 90}}}}]}
  egress:
  - {action: Deny, to: [{networks: [10.0.0.0/8, "fd00::/8"]}]}
---
apiVersion: v1
kind: Node
metadata: {name: node, labels: {zone: a}}
status: {addresses: [{type: InternalIP, address: 192.0.2.1}]}
---
apiVersion: modelmoat.dev/v1alpha1
kind: Assertions
assertions:
- {name: a, from: {pod: shop/web}, to: {cidr: 203.0.113.0/24}, protocol: TCP, port: "8000-8999", expect: Denied}
- {name: b, from: {namespaceSelector: {}, podSelector: {}}, to: {pod: shop/web}, port: http, expect: Allowed}
`,
  `%YAML 1.2
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Namespace
  metadata: {name: shop, labels: {"on": "yes", n: "010"}}
- apiVersion: batch/v1
  kind: CronJob
  metadata:
    name: nightly
    annotations:
      text: |
        # no comment
        a: b
      folded: >-
        one
        two
  spec:
    schedule: "0 0 * * *"
    jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c}]}}}}
...
`,
]

function texts(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:ya?ml|json)$/.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
}

/** The manifests that the documents show. */
function shownInDocs(): string[] {
  const text = readFileSync(join(root, 'docs/diagnostics.md'), 'utf8')
  return [...text.matchAll(/^```yaml\n([^]*?)^```$/gm)].map((match) => match[1] as string)
}

/** Whole files where they are short, else their documents. */
function short(text: string): string[] {
  if (text.length <= LONGEST) return [text]
  return text.split(/^---$/m).filter((document) => document.length <= LONGEST)
}

/** The same list in every run of one checkout, but for the corpus, which may be missing. */
export function fuzzSeeds(): { readonly texts: readonly string[]; readonly corpus: boolean } {
  const corpus = corpusFolder()
  const generated = Array.from({ length: 100 }, (_, seed) =>
    rawText(randomCluster(seed, seed % 2 === 0 ? ADMIN_SHAPE : FULL_SHAPE)),
  )
  const all = [
    ...WRITTEN,
    ...texts(join(root, 'examples')),
    ...shownInDocs(),
    ...generated,
    ...(corpus === undefined ? [] : texts(join(corpus, 'input'))),
  ]
  return { texts: [...new Set(all.flatMap(short))], corpus: corpus !== undefined }
}
