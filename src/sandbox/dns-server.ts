// The program of the DNS pod: answers on port 53 for the zone that comes as one JSON line on stdin, and again as another.
import { createSocket } from 'node:dgram'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { answer } from './dns-message.ts'
import type { Zone } from './dns-names.ts'

const PORT = 53
let zone: Zone = {}

function listenUdp(): Promise<void> {
  const socket = createSocket({ type: 'udp6', ipv6Only: false })
  socket.on('message', (message, peer) => {
    const reply = answer(zone, message, 'udp')
    if (reply) socket.send(reply, peer.port, peer.address, () => {})
  })
  return new Promise((resolve) => socket.bind(PORT, '::', resolve))
}

/** Messages over TCP have their length before them, and may come in any pieces. */
function serve(connection: Socket): void {
  let data = Buffer.alloc(0)
  connection.on('error', () => connection.destroy())
  connection.setTimeout(10_000, () => connection.destroy())
  connection.on('data', (piece: Buffer) => {
    data = Buffer.concat([data, piece])
    while (data.length >= 2 && data.length >= 2 + data.readUInt16BE(0)) {
      const size = data.readUInt16BE(0)
      const reply = answer(zone, data.subarray(2, 2 + size), 'tcp')
      data = data.subarray(2 + size)
      if (!reply) continue
      connection.write(Buffer.from([reply.length >> 8, reply.length & 255]))
      connection.write(reply)
    }
  })
}

function listenTcp(): Promise<void> {
  const server = createServer(serve)
  return new Promise((resolve) => server.listen(PORT, '::', resolve))
}

await Promise.all([listenUdp(), listenTcp()])
createInterface({ input: process.stdin }).on('line', (line) => {
  zone = JSON.parse(line) as Zone
  process.stdout.write('ready\n')
})
