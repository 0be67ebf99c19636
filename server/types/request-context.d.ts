import type { DeliveryStages } from '../sync/news.ts'

declare module 'h3' {
  interface H3EventContext {
    /** The id of the request in the log, in the header `x-request-id`, and in what a person is told of a failure of ours. */
    requestId?: string
    /** What a route adds to its request's line in the log: codes, ids and numbers. */
    logged?: { delivery: { svixId: string | null, type: string | null, outcome: string, reason: string | null } }
    /** When a delivery had come how far; set where deliveries are traced. */
    stages?: DeliveryStages
  }
}
