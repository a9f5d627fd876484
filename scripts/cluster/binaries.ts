// The programs of the cluster: from `MOAT_CLUSTER_BIN`, from the cache, or built by Go from a module file of ours.
import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from './cache.ts'
import { Unavailable } from './unavailable.ts'
import { GO_PROGRAMS, type GoProgram, type ProgramName } from './versions.ts'

/** Kubernetes 1.36 needs it. */
const GO_MINOR = 26

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function place(name: ProgramName): string {
  const { module, version } = GO_PROGRAMS[name]
  return join(cacheFolder(), `${module.replaceAll('/', '_')}@${version}`, name)
}

/** Where the program is already, or `undefined` where it has to be built. */
function ready(name: ProgramName): string | undefined {
  const given = process.env['MOAT_CLUSTER_BIN']
  const own = given ? join(given, name) : undefined
  return [own, place(name)].find((path) => path !== undefined && executable(path))
}

/** Why the program could not be built here, or `undefined`. */
function noGo(): string | undefined {
  const { stdout, status } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' })
  if (status !== 0) return 'Go is missing'
  const minor = Number(/^go1\.(\d+)/.exec(stdout)?.[1] ?? 0)
  return minor >= GO_MINOR ? undefined : `Go 1.${GO_MINOR} or newer is needed, this is ${stdout.trim()}`
}

/** Why not all of these can be had here, or `undefined`; nothing is built to find out. */
export function lacking(names: readonly ProgramName[]): string | undefined {
  const absent = names.filter((name) => ready(name) === undefined)
  const reason = absent.length > 0 ? noGo() : undefined
  return reason === undefined ? undefined : `${absent.join(', ')} cannot be built: ${reason}`
}

function go(args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('go', args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let errors = ''
    child.stdout.on('data', (data) => (out += String(data)))
    child.stderr.on('data', (data) => (errors += String(data)))
    child.on('error', reject)
    child.on('close', (code) => {
      const said = errors.split('\n').filter((line) => line !== '' && !line.startsWith('go: downloading'))
      if (code === 0) resolve(out)
      else reject(new Unavailable(`go ${args[0]}: ${said.slice(-3).join('; ') || out.trim()}`))
    })
  })
}

/** A main module that requires the program's module, with the staged modules replaced by their published versions. */
async function moduleFile(program: GoProgram, folder: string): Promise<void> {
  const head = `module moat.local/cluster\n\ngo 1.${GO_MINOR}.0\n`
  writeFileSync(join(folder, 'go.mod'), head)
  const answer = await go(['mod', 'download', '-json', `${program.module}@${program.version}`], folder)
  const { GoMod } = JSON.parse(answer) as { readonly GoMod: string }
  const staged = [...readFileSync(GoMod, 'utf8').matchAll(/^\s*(?:replace )?(\S+) => \.\/staging\//gm)]
  const versions: (readonly [string, string])[] = [
    ...(program.staged
      ? staged.map(([, name]) => [name as string, program.version.replace('v1.', 'v0.')] as const)
      : []),
    ...Object.entries(program.replaced ?? {}),
  ]
  const replaced = versions.map(([name, version]) => `replace ${name} => ${name} ${version}\n`)
  writeFileSync(join(folder, 'go.mod'), `${head}\nrequire ${program.module} ${program.version}\n\n${replaced.join('')}`)
}

function linkFlags({ staged, version }: GoProgram): string {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version) as RegExpExecArray
  const values = { gitVersion: version, gitMajor: major, gitMinor: minor }
  const names = staged ? ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'] : []
  const set = names.flatMap((name) => Object.entries(values).map(([key, value]) => `-X ${name}.${key}=${value}`))
  return ['-s', '-w', ...set].join(' ')
}

/** One build at a time for all processes of this user: whoever waited finds the program there. */
async function build(name: ProgramName): Promise<void> {
  const program: GoProgram = GO_PROGRAMS[name]
  const target = place(name)
  const module = join(target, '..', 'module')
  mkdirSync(module, { recursive: true })
  await moduleFile(program, module)
  // A name of its own until it is whole: a build that was killed leaves nothing that looks like a program.
  const script =
    'test -x "$1" || { go build -mod=mod -trimpath -ldflags "$2" -o "$1.part" "$3" && mv -f "$1.part" "$1"; }'
  const args = [join(cacheFolder(), 'lock'), 'nice', '-n', '2', 'sh', '-c', script, 'sh', target, linkFlags(program)]
  await new Promise<void>((resolve, reject) => {
    const child = spawn('flock', [...args, program.package], {
      cwd: module,
      env: { ...process.env, CGO_ENABLED: '0' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let errors = ''
    child.stderr.on('data', (data) => (errors = (errors + String(data)).slice(-2000)))
    child.on('error', (error) => reject(new Unavailable(`flock: ${error.message}`)))
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Unavailable(`${name} could not be built: ${errors.trim().slice(-500)}`)),
    )
  })
}

/**
 * The path of each program, built where it is missing: minutes the first time, nothing later. `say` hears about each build.
 * Throws `Unavailable` where one cannot be had.
 */
export async function programs<Name extends ProgramName>(
  names: readonly Name[],
  say: (line: string) => void,
): Promise<Readonly<Record<Name, string>>> {
  const reason = lacking(names)
  if (reason !== undefined) throw new Unavailable(reason)
  const found: [Name, string][] = []
  for (const name of names) {
    let path = ready(name)
    if (path === undefined) {
      const from = Date.now()
      say(`building ${name} ${GO_PROGRAMS[name].version}`)
      await build(name)
      say(`built ${name} in ${Math.round((Date.now() - from) / 1000)} s`)
      path = place(name)
      if (!existsSync(path)) throw new Unavailable(`${name} was not built`)
    }
    found.push([name, path])
  }
  return Object.fromEntries(found) as Record<Name, string>
}
