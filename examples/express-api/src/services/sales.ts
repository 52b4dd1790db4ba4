import type { Database, Order } from '../db.ts'

export interface SalesReport {
  year: number
  orders: number
  revenue: number
  latest: Order[]
}

export async function salesReport(db: Database, year: number): Promise<SalesReport> {
  const orders = await db.orders.all()
  const sold = orders.filter((order) => order.placedAt.startsWith(`${year}-`))
  return {
    year,
    orders: sold.length,
    revenue: sold.reduce((sum, order) => sum + order.total, 0),
    latest: newestFirst(sold).slice(0, 10)
  }
}

function newestFirst(orders: Order[]): Order[] {
  return orders.toSorted((a, b) => new Date(b.placedAt).getTime() - new Date(a.placedAt).getTime())
}
