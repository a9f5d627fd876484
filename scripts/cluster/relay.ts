// Carries connections from a port of the host's loopback into a namespace: it runs inside, on a socket that was opened outside.
import { connect, createServer } from 'node:net'

const [host = '', port = ''] = process.argv.slice(2)

createServer({ allowHalfOpen: true }, (outer) => {
  const inner = connect({ host, port: Number(port), allowHalfOpen: true })
  outer.pipe(inner).pipe(outer)
  outer.on('error', () => inner.destroy())
  inner.on('error', () => outer.destroy())
  outer.on('close', () => inner.destroy())
  inner.on('close', () => outer.destroy())
}).listen({ fd: 3 })
