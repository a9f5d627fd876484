// What a machine refuses, and the advice that fits the refusal.
import { describe, expect, it } from 'vitest'
import { namespaceDiagnostic, toolDiagnostic, triedDiagnostic } from './machine-diagnostics.ts'

const user = { container: false, root: false }

describe('refused namespaces', () => {
  it('come from AppArmor where the id map cannot be written', () => {
    const words = 'unshare: write failed /proc/self/uid_map: Operation not permitted\n'
    const { code, message, help } = namespaceDiagnostic(words, { ...user, appArmor: '1' })
    expect({ code, message }).toEqual({
      code: 'sandbox-namespaces',
      message:
        'this machine lets an ordinary user make no namespaces: unshare: write failed /proc/self/uid_map: Operation not permitted',
    })
    expect(help).toContain('kernel.apparmor_restrict_unprivileged_userns=0')
  })

  it('come from a limit of zero, or one that is used up', () => {
    const words = 'unshare: unshare failed: No space left on device'
    expect(namespaceDiagnostic(words, user).help).toContain('user.max_user_namespaces')
    expect(namespaceDiagnostic('refused', { ...user, maxUserNamespaces: '0' }).help).toContain('max_user_namespaces')
  })

  it('come from the container or the switch of old Debian', () => {
    const words = 'unshare: unshare failed: Operation not permitted'
    expect(namespaceDiagnostic(words, { ...user, container: true }).help).toContain('container')
    expect(namespaceDiagnostic(words, { ...user, usernsClone: '0' }).help).toContain('unprivileged_userns_clone=1')
    expect(namespaceDiagnostic(words, { ...user, root: true }).help).toContain('CAP_SYS_ADMIN')
  })
})

describe('other lacks', () => {
  it('name the package of a tool', () => {
    expect(toolDiagnostic('ip')).toMatchObject({
      code: 'sandbox-tool-missing',
      help: 'install it: apt-get install iproute2',
    })
  })

  it('keep the words of what was tried', () => {
    expect(triedDiagnostic('links', 'Error: Unknown device type.')).toMatchObject({
      code: 'sandbox-network',
      message: 'the sandbox cannot make a veth link: Error: Unknown device type.',
    })
  })
})
