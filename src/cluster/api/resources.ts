// The kinds of objects that Moat reads or writes in a cluster.
import type { Resource } from './object.ts'

function core(plural: string, kind: string, namespaced = true): Resource {
  return { group: '', version: 'v1', plural, kind, namespaced }
}

function grouped(group: string, plural: string, kind: string): Resource {
  return { group, version: 'v1', plural, kind, namespaced: true }
}

export const NAMESPACES = core('namespaces', 'Namespace', false)
export const NODES = core('nodes', 'Node', false)
export const PODS = core('pods', 'Pod')
export const SERVICES = core('services', 'Service')
export const CONFIG_MAPS = core('configmaps', 'ConfigMap')
export const EVENTS = core('events', 'Event')
export const DEPLOYMENTS = grouped('apps', 'deployments', 'Deployment')
export const STATEFUL_SETS = grouped('apps', 'statefulsets', 'StatefulSet')
export const DAEMON_SETS = grouped('apps', 'daemonsets', 'DaemonSet')
export const REPLICA_SETS = grouped('apps', 'replicasets', 'ReplicaSet')
export const JOBS = grouped('batch', 'jobs', 'Job')
export const CRON_JOBS = grouped('batch', 'cronjobs', 'CronJob')
export const NETWORK_POLICIES = grouped('networking.k8s.io', 'networkpolicies', 'NetworkPolicy')
export const INGRESSES = grouped('networking.k8s.io', 'ingresses', 'Ingress')

/** The policies of the admin and baseline tiers; a cluster has them only where somebody installed them. */
export const ADMIN_POLICIES: readonly Resource[] = [
  {
    group: 'policy.networking.k8s.io',
    version: 'v1alpha1',
    plural: 'adminnetworkpolicies',
    kind: 'AdminNetworkPolicy',
    namespaced: false,
  },
  {
    group: 'policy.networking.k8s.io',
    version: 'v1alpha1',
    plural: 'baselineadminnetworkpolicies',
    kind: 'BaselineAdminNetworkPolicy',
    namespaced: false,
  },
  {
    group: 'policy.networking.k8s.io',
    version: 'v1alpha2',
    plural: 'clusternetworkpolicies',
    kind: 'ClusterNetworkPolicy',
    namespaced: false,
  },
]
