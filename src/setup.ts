import { install } from './worker.ts'

install()
