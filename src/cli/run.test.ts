// The program as a process: exit codes, usage errors, help, and readers that go away.
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { programOf } from './run.ts'

const moat = resolve(import.meta.dirname, '../../bin/moat.mjs')

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [moat, ...args], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

describe('the command line', () => {
  it('prints its version and its help on stdout', () => {
    expect(run('--version')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    })
    expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('render'), stderr: '' })
  })

  it('exits with 2 and names the nearest command when a command is unknown', () => {
    expect(run('rnder')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'error: unknown command `rnder` [usage]\n  help: did you mean render\n  help: moat --help lists what there is\n',
    })
  })

  it('exits with 2 and names the nearest option of the command when an option is unknown', () => {
    const { status, stderr } = run('render', '--otput', 'json')
    expect(status).toBe(2)
    expect(stderr).toContain('error: unknown option `--otput` [usage]\n  help: did you mean --output\n')
    expect(stderr).toContain('moat render --help')
  })

  it('exits with 2 when an option has a value that it cannot have', () => {
    const { status, stdout, stderr } = run('render', '-o', 'xml')
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('Allowed choices are text, yaml, json')
  })

  it('exits with 2 when nothing is asked', () => {
    expect(run()).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('Usage: moat') })
  })
})

describe('the program', () => {
  it('lets no command end the process by itself, however deep', async () => {
    const program = programOf([new Command('outer').addCommand(new Command('inner').argument('<name>'))])
    program.commands[0]?.commands[0]?.configureOutput({ writeErr: () => {} })
    await expect(program.parseAsync(['outer', 'inner'], { from: 'user' })).rejects.toMatchObject({
      code: 'commander.missingArgument',
    })
  })
})
