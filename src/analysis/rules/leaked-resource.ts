import type { Finding } from '../../model/finding.ts'
import type { LeftResource } from '../../model/leftovers.ts'
import { namesOf } from '../culprit.ts'
import { fingerprint } from '../fingerprint.ts'
import type { RuleContext } from './context.ts'
import type { Rule } from './rule.ts'

/** A timer, server, socket or process that outlived its test. */
export const LEAKED_RESOURCE: Rule = {
  name: 'leaked-resource',
  default: 'warn',
  code: 'ERR_LEAKED_RESOURCE',
  label: 'leak',
  counted: ['leak', 'leaks'],
  standsOn: 'leftovers'
}

/** The findings of the rule `leaked-resource`: what was started, and keeps the process alive or a file open. */
export function findLeakedResources(left: readonly LeftResource[], { file, rules }: RuleContext): Finding[] {
  const severity = rules['leaked-resource']
  if (severity === 'off') return []
  return left.map((resource): Finding => {
    const { what, count, ageMs, confidence, location, stack, culprit } = resource
    return {
      rule: 'leaked-resource',
      severity,
      confidence,
      status: 'new',
      message: describeResource(resource),
      hint: hintFor(resource),
      ...(location && { location }),
      stack,
      file,
      ...namesOf(culprit),
      evidence: { count, ageMs },
      victims: [],
      occurrences: count,
      fingerprint: fingerprint('leaked-resource', file, culprit, location, what)
    }
  })
}

/** `setInterval, every 1000 ms, was still running after its test`. */
function describeResource({ what, detail, count, culprit }: LeftResource): string {
  const which = detail === undefined ? what : `${what}, ${detail},`
  const more = count > 1 ? ` (and ${count - 1} more of the same line)` : ''
  return `${which} ${VERBS[what] ?? 'was still open'} after its ${culprit.test === undefined ? 'file' : 'test'}${more}`
}

const VERBS: Record<string, string> = {
  setInterval: 'was still running',
  setTimeout: 'was still pending',
  setImmediate: 'was still running',
  server: 'was still listening',
  'child process': 'was still running',
  'Worker thread': 'was still running',
  'fs.watch': 'was still watching',
  'fs.watchFile': 'was still watching'
}

function hintFor({ what, promised, culprit }: LeftResource): string {
  if (promised === true)
    return `await what waits for it, or end it by a signal: ${what}(ms, value, { signal }); { ref: false } if it may run on`
  const { test, request } = culprit
  const where = test === undefined ? 'in afterAll' : 'in onTestFinished or afterEach'
  if (request !== undefined) {
    const undo = REQUEST_UNDO[what]
    if (undo !== undefined) return undo
  }
  return (HINTS[what] ?? 'close it $where').replace('$where', where)
}

const REQUEST_UNDO: Record<string, string> = {
  setInterval: "clear it when the request closes: res.on('close', () => clearInterval(timer))",
  setTimeout: "clear it when the request closes: res.on('close', () => clearTimeout(timer)); or unref() it if it may run on"
}

const HINTS: Record<string, string> = {
  setInterval: 'clear it $where: clearInterval(timer); or unref() it if it may run on',
  setTimeout: 'await it or clear it $where: clearTimeout(timer); or unref() it if it may run on',
  setImmediate: 'stop the loop that sets it again $where',
  server: 'close it $where: server.close()',
  socket: 'end it $where: socket.destroy(); of a response, read the body or cancel it',
  pipe: 'end it $where: socket.destroy()',
  'child process': 'await its exit, or end it $where: child.kill()',
  'Worker thread': 'end it $where: await worker.terminate()',
  MessagePort: 'close it $where: port.close()',
  'fs.watch': 'close it $where: watcher.close()',
  'fs.watchFile': 'stop it $where: unwatchFile(path)',
  'file handle': 'close it where it is opened: await handle.close() in finally, or await using',
  'file stream': 'read it to its end, or end() it; destroy() it where it is not needed'
}
