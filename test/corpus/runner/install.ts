import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

const REPOSITORY = resolve(import.meta.dirname, '../../..')

const { resolve: resolver } = createRequire(join(REPOSITORY, 'package.json'))
const PACKAGE = 'vitest-async-profiler'
const VITEST_4 = join(REPOSITORY, 'test/vitest-4/node_modules/vitest')
const FOR_STALLS = ['express', 'supertest', 'fastify', 'bcrypt', 'bcryptjs']
/** Their own dependencies and peers are found from where they really are, in the repository. */
const FOR_STACKS = [
  'express-4',
  'multer',
  'koa',
  '@koa/bodyparser',
  'hono',
  '@hono/node-server',
  'graphql',
  'graphql-http',
  '@trpc/server',
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/platform-express',
  'reflect-metadata',
  'ws',
  'socket.io',
  'socket.io-client',
  'p-limit',
  'async-mutex',
  'generic-pool',
  'knex',
  'chokidar',
  'ioredis'
]

/** The package as users have it installed, in a folder `node_modules`, with one Vitest and what the project uses. */
export function install(modules: string, vitest: 4 | 5): void {
  // A copy, not a link: Vitest treats what lies in `node_modules` specially, by its real path.
  for (const part of ['package.json', 'dist']) {
    const from = join(REPOSITORY, part)
    if (!existsSync(from)) throw new Error(`${from} is missing: run npm run build first`)
    cpSync(from, join(modules, PACKAGE, part), { recursive: true })
  }
  link(modules, 'vitest', vitest === 4 ? VITEST_4 : find('vitest'))
  for (const name of [...FOR_STALLS, ...FOR_STACKS, ...dependencies()]) link(modules, name, find(name))
}

function link(modules: string, name: string, target: string): void {
  const path = join(modules, name)
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path, 'junction')
}

/** Its folder: not every package lets its `package.json` be resolved. */
function find(name: string): string {
  const found = resolver
    .paths(name)
    ?.map((folder) => join(folder, name))
    .find((folder) => existsSync(folder))
  if (found === undefined) throw new Error(`${name} is not installed: run npm install first`)
  return found
}

function dependencies(): string[] {
  const { dependencies = {} } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { dependencies?: object }
  return Object.keys(dependencies)
}
