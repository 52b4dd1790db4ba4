import { Server as HttpServer, type IncomingMessage } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Around } from '../../probes/patch.ts'
import { patchInherited } from '../../probes/patches/inherited.ts'
import type { Session } from '../session.ts'
import type { Answers } from './answers.ts'
import type { Exchanges } from './exchanges.ts'
import type { HttpServers } from './http.ts'
import type { Messages } from './messages.ts'
import type { Requests } from './registry.ts'

export interface UpgradeTools {
  requests: Requests
  exchanges: Exchanges
  servers: HttpServers
  answers: Answers
  messages: Messages
}

/**
 * An upgrade, or a `CONNECT`, is a request until it is answered. No HTTP channel speaks of it: its server emits it. What the
 * socket brings after that are messages.
 * @returns the stop
 */
export function watchUpgrades(session: Session, { requests, exchanges, servers, answers, messages }: UpgradeTools): () => void {
  const around: Around = (original, server, args) => {
    const [event, request, socket] = args as [unknown, IncomingMessage, Socket]
    if ((event !== 'upgrade' && event !== 'connect') || typeof request !== 'object' || requests.scopeOf(request) !== undefined) {
      return Reflect.apply(original, server, args)
    }
    const scope = servers.arrived(request, socket)
    exchanges.begin(scope, { request, socket })
    answers.expect(socket, (status) => {
      requests.end(scope, status)
      messages.follow(socket)
    })
    return session.run(scope, () => Reflect.apply(original, server, args))
  }
  const undos = [HttpServer, HttpsServer].map(({ prototype }) => patchInherited(prototype, 'emit', around))
  return () => undos.toReversed().forEach((undo) => undo())
}
