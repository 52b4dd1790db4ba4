import type * as InspectorModule from 'node:inspector'
import { type Inspected, inspectOver } from './inspected.ts'

interface Attached {
  sessionId: string
  /** `title` has the thread's id: `[worker 3] name`. `workerId` only counts the session's threads. */
  workerInfo: { title: string }
}

/** Attaches to a worker thread of this process: no port is opened. */
export async function inspectThread(threadId: number): Promise<Inspected> {
  const { Session } = process.getBuiltinModule('node:inspector') as typeof InspectorModule
  const session = new Session()
  session.connect()
  const attached = Promise.withResolvers<string>()
  const post = (method: string, params: object): Promise<void> =>
    new Promise((resolve) => (session.post as (method: string, params: object, done: () => void) => void)(method, params, resolve))
  session.on('NodeWorker.attachedToWorker' as never, ({ params }: { params: Attached }) => {
    if (/worker (\d+)/i.exec(params.workerInfo.title)?.[1] === String(threadId)) attached.resolve(params.sessionId)
  })
  await post('NodeWorker.enable', { waitForDebuggerOnStart: false })
  const sessionId = await attached.promise
  const { inspected, receive } = inspectOver({
    send: (message) => void post('NodeWorker.sendMessageToWorker', { sessionId, message }),
    async close() {
      await post('NodeWorker.disable', {})
      session.disconnect()
    }
  })
  session.on('NodeWorker.receivedMessageFromWorker' as never, ({ params }: { params: { sessionId: string; message: string } }) => {
    if (params.sessionId === sessionId) receive(params.message)
  })
  return inspected
}
