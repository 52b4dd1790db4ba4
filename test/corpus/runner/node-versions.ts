import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { arch, execPath, platform, versions } from 'node:process'

const CACHE = join(tmpdir(), 'vitest-async-profiler-node')

/** Path of the newest Node of a major version: this one's, or one that npm installs once, if this platform has it. */
export function nodeOf(major: number): string | undefined {
  if (versions.node.startsWith(`${major}.`)) return execPath
  const windows = platform === 'win32'
  const name = `node-${windows ? 'win' : platform}-${arch}`
  const folder = join(CACHE, String(major))
  const path = join(folder, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node')
  if (existsSync(path)) return path
  mkdirSync(folder, { recursive: true })
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', `${name}@${major}`]
  spawnSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'], shell: windows })
  return existsSync(path) ? path : undefined
}
