/** Whether the server sends events; on a host whose processes do not stay (`LIVE=off`) it does not. The server hands it to the browser. */
export const useIsLive = () => useState('live', () => useRequestEvent()?.context.page?.live ?? true)
