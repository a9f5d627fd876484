// A cluster leaves nothing: neither when it is taken down nor when whoever started it was killed.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { stateRoot } from '../../scripts/cluster/cache.ts'
import { cgroupName } from '../../scripts/cluster/cgroups.ts'
import { sweep } from '../../scripts/cluster/down.ts'
import { NODES } from '../../scripts/cluster/network.ts'
import { MARK, processId } from '../../scripts/cluster/processes.ts'
import { describeWithApiServer } from './support/api-server.ts'
import { describeOnCluster } from './support/real-cluster.ts'

/** Everything of a cluster that the machine still has. */
function traces(name: string): string[] {
  const folder = join(stateRoot(), name)
  const processes = readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/.test(entry) || !processId(Number(entry))) return false
    try {
      return readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0').includes(`${MARK}=${folder}`)
    } catch {
      return false
    }
  })
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.includes(folder))
  const hierarchies = readdirSync('/sys/fs/cgroup')
  const groups = NODES.flatMap((node) => {
    const group = cgroupName(name, node.name)
    return ['', ...hierarchies].map((one) => join('/sys/fs/cgroup', one, group)).filter((path) => existsSync(path))
  })
  return [...processes, ...mounts, ...groups, ...(existsSync(folder) ? [folder] : [])]
}

const links = (): string =>
  spawnSync('ip', ['-o', 'link'], { encoding: 'utf8' }).stdout.replaceAll(/(qlen|state) \S+/g, '')

function main(...args: readonly string[]): { readonly status: number | null; readonly stdout: string } {
  return spawnSync(process.execPath, ['scripts/cluster/main.ts', ...args], { encoding: 'utf8', timeout: 200_000 })
}

describeWithApiServer('an API server whose starter was killed', () => {
  it('ends with it, and whoever comes next removes what is left', async () => {
    const script = `import { ApiServer } from './scripts/cluster/api-server.ts'
      const { kubeconfig } = await ApiServer.started()
      process.stdout.write(kubeconfig)
      setInterval(() => {}, 1000)`
    const starter = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const kubeconfig = await new Promise<string>((resolve) => {
      starter.stdout.once('data', (data: Buffer) => resolve(data.toString()))
    })
    const name = kubeconfig.split('/').at(-2) as string
    expect(traces(name).length).toBeGreaterThan(2)
    starter.kill('SIGKILL')
    await new Promise((resolve) => starter.once('close', resolve))
    await sweep()
    expect(traces(name)).toEqual([])
  })
})

describeOnCluster('a cluster with nodes that was taken down', () => {
  it('leaves no process, mount, cgroup, file or network device', () => {
    const before = links()
    const name = `gone-${process.pid}`
    const up = main('up', '--name', name, '--without-enforcer')
    expect(up.stdout).toContain(`export KUBECONFIG=${join(stateRoot(), name, 'kubeconfig')}`)
    expect(main('status').stdout).toContain('kubelet-node2 runs')
    expect(traces(name).length).toBeGreaterThan(10)
    expect(links()).toBe(before)
    expect(main('down', '--name', name).status).toBe(0)
    expect(traces(name)).toEqual([])
    expect(links()).toBe(before)
  })

  it('leaves nothing either when its start was killed half way', async () => {
    const name = `half-${process.pid}`
    const starter = spawn(process.execPath, ['scripts/cluster/main.ts', 'up', '--name', name], { stdio: 'ignore' })
    await expect
      .poll(() => existsSync(join(stateRoot(), name, 'processes', 'kube-apiserver')), { timeout: 60_000 })
      .toBe(true)
    starter.kill('SIGKILL')
    await new Promise((resolve) => starter.once('close', resolve))
    expect(traces(name).length).toBeGreaterThan(5)
    expect(main('down', '--name', name).status).toBe(0)
    expect(traces(name)).toEqual([])
  })
})
