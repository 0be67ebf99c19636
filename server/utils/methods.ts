const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether a request of this method changes nothing. https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1 */
export const isSafe = (method: string): boolean => safeMethods.has(method)
