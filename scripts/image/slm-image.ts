// The container image of the project's own model server, put together without a daemon: the pinned Node, the shared libraries that
// it and the llama.cpp binding need, the compiled server and the small model. The Dockerfile beside it makes the same one.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileEntry, folderEntry, type Image, imageArchive, textEntry, treeEntries } from '../cluster/image-archive.ts'
import type { TarEntry } from '../cluster/tar.ts'
import { nativeFiles, sharedLibraries } from './shared-libraries.ts'

export const SLM_IMAGE = 'modelmoat/slm:0.1.0'

const ROOT = resolve(import.meta.dirname, '../..')
const LLAMA = join(ROOT, 'runtime/llama', process.arch)

/** Packages that the server imports; the rest of the project's is for the command line. */
export const PACKAGES = ['hono', '@hono/node-server', 'valibot']
/** Folders of the compiled project that the server is made of. */
export const COMPILED = ['slm', 'diag']

/** Nobody in particular, with no home and no shell: as the Dockerfile has it. */
export const SLM_USER = '65532:65532'
const USERS = 'root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/:/sbin/nologin\n'

/** The ways of the compiler to write plain JavaScript, here into a folder that is read and removed. */
function compiled(): readonly TarEntry[] {
  const folder = mkdtempSync(join(tmpdir(), 'moat-image-'))
  try {
    const options = ['--outDir', folder, '--declaration', 'false']
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', join(ROOT, 'tsconfig.build.json'), ...options], {
      stdio: ['ignore', 2, 2],
    })
    return [folderEntry('app/dist'), ...COMPILED.flatMap((name) => treeEntries(`app/dist/${name}`, join(folder, name)))]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Folders above a path, outermost first. */
function above(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, n) => parts.slice(0, n + 1).join('/'))
}

function withFolders(entries: readonly TarEntry[]): readonly TarEntry[] {
  const there = new Set(entries.map(({ path }) => path))
  const missing = new Set(entries.flatMap(({ path }) => above(path.replace(/\/$/, ''))))
  const added = [...missing].filter((path) => !there.has(`${path}/`)).toSorted()
  return [...added.map((path) => folderEntry(path)), ...entries]
}

/** Why the image cannot be built here; empty: it can. */
export function imageLacks(): string {
  if (process.platform !== 'linux') return `it is built on Linux, not on ${process.platform}`
  if (!existsSync(join(LLAMA, 'node_modules/.moat-tried'))) return 'run `sh scripts/setup-runtime.sh` first'
  return ''
}

export function slmImage(name = SLM_IMAGE): Image {
  const node = process.execPath
  const libraries = sharedLibraries([node, ...nativeFiles(LLAMA)], LLAMA)
  const packages = PACKAGES.map((one) => treeEntries(`app/node_modules/${one}`, join(ROOT, 'node_modules', one)))
  const entries = [
    textEntry('etc/passwd', USERS),
    folderEntry('tmp', 0o1777),
    fileEntry('usr/local/bin/node', node),
    ...libraries.map((path) => fileEntry(path.slice(1), path)),
    fileEntry('app/LICENSE', join(ROOT, 'LICENSE')),
    fileEntry('app/package.json', join(ROOT, 'package.json')),
    ...packages.flat(),
    ...treeEntries(`app/runtime/llama/${process.arch}`, LLAMA),
    fileEntry('app/models/tiny/moat-tiny.gguf', join(ROOT, 'models/tiny/moat-tiny.gguf')),
    fileEntry('app/models/tiny/MODEL_CARD.md', join(ROOT, 'models/tiny/MODEL_CARD.md')),
    ...compiled(),
  ]
  return {
    name,
    entries: withFolders(entries),
    entrypoint: ['node', '/app/dist/slm/main.js'],
    user: SLM_USER,
    workingDirectory: '/app',
    ports: [8080],
  }
}

/** The bytes of the docker-archive, as `ctr images import` and `docker load` take them. */
export function slmArchive(name = SLM_IMAGE): Buffer {
  return imageArchive(slmImage(name))
}
