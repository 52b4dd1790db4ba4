import { setTimeout as delay } from 'node:timers/promises'

export interface User {
  id: string
  email: string
  passwordHash: string
}

export interface Order {
  id: string
  userId: string
  total: number
  /** ISO 8601. */
  placedAt: string
}

export interface Shipment {
  orderId: string
  carrier: string
  status: 'packed' | 'sent' | 'delivered'
}

const ROUND_TRIP_MS = 5

/** Stands in for a real database: data in memory, one network round trip a query. */
export class Database {
  readonly users = new Table<User>()
  readonly orders = new Table<Order>()
  readonly shipments = new Table<Shipment>()
}

class Table<Row> {
  #rows: Row[] = []

  seed(rows: Iterable<Row>): void {
    this.#rows = [...rows]
  }

  async insert(row: Row): Promise<Row> {
    await delay(ROUND_TRIP_MS)
    this.#rows.push(row)
    return row
  }

  async find(matches: (row: Row) => boolean): Promise<Row | undefined> {
    await delay(ROUND_TRIP_MS)
    return this.#rows.find(matches)
  }

  async all(): Promise<Row[]> {
    await delay(ROUND_TRIP_MS)
    return [...this.#rows]
  }
}
