import knex from 'knex'

interface Answer {
  response?: { rows: unknown[] }
}

/** A database that has no driver, and answers everything with no rows: only its pool is of interest. */
class EmptyClient extends knex.Client {
  constructor(config: object) {
    super({ ...config, client: 'empty' })
    this.initializePool(this.config)
  }

  override async acquireRawConnection(): Promise<object> {
    return {}
  }

  override async destroyRawConnection(): Promise<void> {}

  async _query(_connection: object, query: Answer): Promise<Answer> {
    query.response = { rows: [] }
    return query
  }

  processResponse({ response }: Answer): unknown {
    return response
  }
}

/** With one connection. */
export const createDatabase = () => knex({ client: EmptyClient, pool: { min: 0, max: 1 } })
