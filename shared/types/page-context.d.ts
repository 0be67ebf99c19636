export {}

declare module 'h3' {
  interface H3EventContext {
    /** What `server/middleware/2.page.ts` hands to a page. */
    page?: { locale: string, origin: string, address: string, live: boolean }
    /** Set for whom `server/middleware/1.clerk.ts` knows to be a guest without asking Clerk. */
    guest?: true
    /** What a rendered page runs, as it stands in the page: `plugins/head.server.ts`. */
    inlineScripts?: string[]
  }
}
