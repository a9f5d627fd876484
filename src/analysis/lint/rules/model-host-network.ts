// A model server on the host network: no policy applies to it (S33).
import { podNames } from '../pod-index.ts'
import type { Rule } from '../rule.ts'
import { eachModel } from './model-exposed.ts'

export const modelHostNetwork: Rule = {
  id: 'model-host-network',
  title: 'a model server on the host network, where no policy protects it',
  severity: 'warning',
  *check({ models }) {
    for (const model of eachModel(models).filter(({ pod }) => pod.hostNetwork)) {
      yield {
        message: `${podNames([model.pod])}, a model server (${model.known}), is on the host network: no policy protects it, and it has the node's way out`,
        ...(model.pod.span && { span: model.pod.span }),
        help: 'remove `hostNetwork: true`',
      }
    }
  },
}
