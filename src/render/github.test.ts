// GitHub's workflow commands: one line each, nothing of an input can end or extend it.
import { expect, it } from 'vitest'
import type { SourceFile } from '../diag/source.ts'
import { githubAnnotations } from './github.ts'

const file: SourceFile = { name: 'k8s/net.yaml', text: 'spec:\n  ingress:\n  - from: []\n' }

it('an annotation has the file, lines and columns from 1, and the code as its title', () => {
  const span = { file, start: 19, end: 23 }
  expect(githubAnnotations([{ severity: 'error', code: 'opened', message: 'it is open', span }])).toBe(
    '::error file=k8s/net.yaml,line=3,endLine=3,col=3,endColumn=6,title=opened::it is open\n',
  )
})

it('an annotation over several lines has no last column', () => {
  const span = { file, start: 0, end: 12 }
  expect(githubAnnotations([{ severity: 'warning', code: 'c', message: 'm', span }])).toBe(
    '::warning file=k8s/net.yaml,line=1,endLine=2,col=1,title=c::m\n',
  )
})

it('remarks and help follow the message as lines of it', () => {
  const notes = [{ message: 'here', span: { file, start: 8, end: 9 } }, { message: 'nowhere' }]
  expect(githubAnnotations([{ severity: 'note', code: 'c', message: 'm', notes, help: 'do' }])).toBe(
    '::notice title=c::m%0Anote: k8s/net.yaml:2:3: here%0Anote: nowhere%0Ahelp: do\n',
  )
})

it('what separates in a command is escaped', () => {
  const odd = { name: 'a,b:c%.yaml', text: 'x' }
  const made = githubAnnotations([
    { severity: 'error', code: 'c', message: '100%\r\n::error::fake', span: { file: odd, start: 0, end: 1 } },
  ])
  expect(made).toBe(
    '::error file=a%2Cb%3Ac%25.yaml,line=1,endLine=1,col=1,endColumn=1,title=c::100%25%0D%0A::error::fake\n',
  )
})

it('standard input is no file, a file of a git revision is one', () => {
  const on = (name: string, path?: string) => ({ file: { name, text: 'x', ...(path && { path }) }, start: 0, end: 1 })
  const made = githubAnnotations([
    { severity: 'error', code: 'c', message: 'm', span: on('<stdin>') },
    { severity: 'error', code: 'c', message: 'm', span: on('main:a.yaml', 'a.yaml') },
  ])
  expect(made.split('\n')).toEqual([
    '::error line=1,endLine=1,col=1,endColumn=1,title=c::m',
    '::error file=a.yaml,line=1,endLine=1,col=1,endColumn=1,title=c::m',
    '',
  ])
})
