import type { RawFrame } from '../../model/code.ts'
import { isOursUrl } from '../../our-files.ts'

/** Asked for each frame of each stack, of a few scripts: what was answered is kept. */
function kept(ask: (url: string) => boolean): (url: string) => boolean {
  let answers = new Map<string, boolean>()
  return (url) => {
    let answer = answers.get(url)
    if (answer === undefined) {
      answer = ask(url)
      if (answers.size >= MAX_KEPT) answers = new Map()
      answers.set(url, answer)
    }
    return answer
  }
}
const MAX_KEPT = 5000

/** Own code is what the user can change: files outside node_modules, neither Node's nor ours. */
export const isOwnUrl = kept((url) => {
  if (!url.startsWith('file:') && !ABSOLUTE.test(url)) return false
  return !url.includes('/node_modules/') && !url.includes('\\node_modules\\') && !isOursUrl(url)
})

/** Vitest's own packages, and what it runs modules with. */
export const isRunnerUrl = kept((url) =>
  /[\\/]node_modules[\\/](?:vitest|@vitest|vite[\\/]dist[\\/]node[\\/]module-runner\.js)(?:[\\/]|$)/.test(url)
)

/** Packages whose windows a test environment owns: it closes what they leave. */
export const isEnvironmentUrl = (url: string): boolean => /[\\/]node_modules[\\/](?:jsdom|happy-dom)[\\/]/.test(url)

/** What a mocked function runs in: it works for whoever calls it. */
export const isMockUrl = (url: string): boolean =>
  /[\\/]node_modules[\\/](?:@vitest[\\/]spy[\\/]|vitest[\\/]dist[\\/]chunks[\\/]spy\.)/.test(url)

const ABSOLUTE = /^(?:\/|[A-Za-z]:[\\/])/

/** Where the test runner's frames begin, outside of all own ones: they say nothing of what the user's code did. */
export function outermost(frames: readonly RawFrame[]): number {
  const lastOwn = frames.findLastIndex(({ url }) => isOwnUrl(url))
  const runner = frames.findIndex(({ url }, index) => index > lastOwn && isRunnerUrl(url))
  return runner === -1 || lastOwn === -1 ? frames.length : runner
}
