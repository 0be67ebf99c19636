export {}

declare module 'h3' {
  interface H3EventContext {
    /** What `server/middleware/2.page.ts` hands to a page. */
    page?: { locale: string, origin: string, address: string, live: boolean }
    /** Set for whom `server/middleware/1.clerk.ts` knows to be a guest without asking Clerk. */
    guest?: true
    /** The id of the request in the log, in the header `x-request-id`, and in what a person is told of a failure of ours. */
    requestId?: string
    /** What a route adds to its request's line in the log: codes, ids and numbers. */
    logged?: { delivery: { svixId: string | null, type: string | null, outcome: string, reason: string | null } }
  }
}
