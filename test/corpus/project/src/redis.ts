import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

const answers: Record<string, string> = { PING: '+PONG\r\n', INCR: ':1\r\n', INFO: bulk('redis_version:7.0.0\r\nloading:0\r\n'), QUIT: '+OK\r\n' }

// It keeps nothing alive: what clients leave open is theirs alone.
const server = createServer((socket) => {
  socket.unref()
  socket.setEncoding('utf8').on('data', (text: string) => answerAll(socket, text))
  // A client that disconnects may do so while an answer is under way.
  socket.on('error', () => {})
})
await once(server.listen(0, '127.0.0.1').unref(), 'listening')

/** For clients of a Redis that knows a few commands, never answers `BLPOP`, and is there as long as the test file. */
export const redisOptions = { port: (server.address() as AddressInfo).port, protocol: 2, disableClientInfo: true } as const

/** Commands are so short that each comes whole: `*1\r\n$4\r\nPING\r\n`. */
function answerAll(socket: Socket, text: string): void {
  for (const command of text.split(/^\*\d+\r\n/m).slice(1)) {
    const name = command.split('\r\n')[1]!.toUpperCase()
    socket.write(name === 'BLPOP' ? '' : (answers[name] ?? '-ERR unknown command\r\n'))
    if (name === 'QUIT') socket.end()
  }
}

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`
}
