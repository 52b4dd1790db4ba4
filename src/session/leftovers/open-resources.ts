import type { StackFrame } from '../../model/code.ts'
import type { LeftResource } from '../../model/leftovers.ts'
import type { Culprit } from '../../model/place.ts'
import { now } from '../../node/clock.ts'
import { nameResource } from '../../node/resources/resource-names.ts'
import { isOursUrl } from '../../our-files.ts'
import type { ResourceRecord } from '../../probes/async/resources/resource-records.ts'
import type { Resources } from '../../probes/async/resources/resources.ts'
import { toShown } from '../profile/shown-frames.ts'
import { toCulprit } from '../scope/culprit.ts'
import type { Scope } from '../scope/scope.ts'
import type { Locator } from '../source/locate.ts'
import { isEnvironmentUrl, isOwnUrl, isRunnerUrl } from '../source/user-code.ts'

type Made = ResourceRecord<Scope>

/** One that was there when its test ended, with where it comes from. */
export interface OpenResource {
  made: Made
  frames: readonly StackFrame[]
  /** In `frames`; -1 where a dependency made it by itself. */
  own: number
}

/** One call may make several; this one is what the user called for. */
const MAIN = ['PROCESSWRAP', 'WORKER', 'TCPSERVERWRAP', 'PIPESERVERWRAP', 'FILESTREAM', 'FILEHANDLE']

/** Those that are still there and the user's. */
export function openAmong(records: readonly Made[], resources: Resources<Scope>): OpenResource[] {
  return records.flatMap((made) => {
    if (!resources.isLeft(made)) return []
    const { frames, from } = resources.framesOf(made)
    const maker = frames.find(({ url }) => url !== '' && !url.startsWith('node:') && !isOursUrl(url))
    // A connection that a server accepted has no caller: it is the server's. So are the timers that Node starts by itself.
    if (maker === undefined || isRunnerUrl(maker.url) || isEnvironmentUrl(maker.url)) return []
    const own = frames.findIndex(({ url }) => isOwnUrl(url))
    if (isNobodys(frames, own, made.owner)) return []
    const all = own === -1 ? [...frames, ...from] : frames
    return [{ made, frames: all, own: own === -1 ? all.findIndex(({ url }) => isOwnUrl(url)) : own }]
  })
}

/** What a dependency starts when it is loaded, nobody has asked for; what a fixture of the worker starts, it ends after the file. */
function isNobodys(frames: readonly StackFrame[], own: number, { kind }: Scope): boolean {
  const inner = own === -1 ? frames : frames.slice(0, own)
  if (inner.some(({ url }) => url.startsWith('node:internal/modules/') || isRunnerUrl(url))) return true
  return (
    (own === -1 && kind === 'file') ||
    frames.some(({ functionName, url }) => functionName === 'resolveScopeFixtureValue' && isRunnerUrl(url))
  )
}

/** Whether the user's code ran because its module was evaluated, by whomever it was imported: then it is the file's. */
function isOfModule(frames: readonly StackFrame[], own: number): boolean {
  const caller = frames.find(({ url }, index) => index > own && isRunnerUrl(url))
  return own !== -1 && caller?.functionName.endsWith('runInlinedModule') === true
}

/** One for each line that left some, and for each test: several may have one name. */
export function toLeftResources(left: readonly OpenResource[], locator: Locator, depth: number): LeftResource[] {
  const tests = [...new Set(left.map(({ made }) => made.owner.test))]
  const groups = Map.groupBy(left, (each) => {
    const { url, line, column } = each.frames[Math.max(each.own, 0)]!
    return JSON.stringify([tests.indexOf(each.made.owner.test), culpritOf(each), url, line, column])
  })
  return Array.from(groups.values(), (group) => {
    const [main] = group.toSorted((a, b) => rank(a.made.type) - rank(b.made.type)) as [OpenResource]
    const { made, frames, own } = main
    const place = frames[own]
    const { what, detail } = nameResource(made.type, made.ref.deref() ?? {})
    return {
      what,
      ...(detail !== undefined && { detail }),
      ...(frames.slice(0, Math.max(own, 0)).some(({ url }) => url === 'node:timers/promises') && { promised: true }),
      count: group.filter(({ made: { type } }) => type === made.type).length,
      ageMs: now() - made.createdMs,
      confidence: place === undefined || made.owner.guessed ? 'likely' : 'certain',
      ...(place !== undefined && { location: locator.frame(place) }),
      stack: toShown(frames, depth).map(locator.frame),
      culprit: culpritOf(main)
    }
  })
}

function culpritOf({ made: { owner }, frames, own }: OpenResource): Culprit {
  const culprit = toCulprit(owner)
  return isOfModule(frames, own) && culprit.file !== undefined ? { file: culprit.file } : culprit
}

function rank(type: string): number {
  const index = MAIN.indexOf(type)
  return index === -1 ? MAIN.length : index
}
