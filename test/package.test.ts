import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const LINK = /\]\(([^)\s]+)\)/g
const HEADING = /^#+ (.+)$/gm

/** As GitHub and npm make them. */
const anchorOf = (heading: string): string =>
  `#${heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-')}`
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

test('links in what is packed lead to what is packed', () => {
  // Without its scripts: the build is not what is asked for.
  const [{ files = [] } = {}] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
      shell: process.platform === 'win32'
    })
  ) as { files?: { path: string }[] }[]
  const packed = files.map(({ path }) => path)
  const texts = packed.filter((path) => path.endsWith('.md'))
  const links = texts.flatMap((file) => Array.from(read(file).matchAll(LINK), ([, target = '']) => ({ file, target })))
  const leadsNowhere = links.filter(({ file, target }) => {
    if (/^https?:/.test(target)) return false
    const [path = '', anchor] = target.split('#')
    const to = path === '' ? file : join(dirname(file), path).replaceAll('\\', '/')
    if (!packed.includes(to)) return true
    return anchor !== undefined && !Array.from(read(to).matchAll(HEADING), ([, heading = '']) => anchorOf(heading)).includes(`#${anchor}`)
  })
  expect(links.length).toBeGreaterThan(5)
  expect(leadsNowhere).toEqual([])
})
