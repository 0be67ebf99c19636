const devices = ['iPhone', 'iPad', 'Android', 'Windows', 'Macintosh', 'CrOS', 'Linux']

/** In this order: each one also carries the names of some after it. */
const browsers = [['Edg', 'Edge'], ['OPR', 'Opera'], ['Firefox', 'Firefox'], ['HeadlessChrome', 'Chrome'], ['Chrome', 'Chrome'], ['Version', 'Safari']]

/** What a `User-Agent` header says of a device, in the words of Clerk's `SessionActivityJSON`, as far as it says it. */
export function deviceOf(userAgent: string) {
  const found = browsers.map(([product, name]) => ({ name, version: new RegExp(`${product}/([\\d.]+)`).exec(userAgent)?.[1] }))
    .find(({ version }) => version)
  return {
    device_type: devices.find(device => userAgent.includes(device)),
    is_mobile: /Mobi|Android|iPad/.test(userAgent),
    browser_name: found?.name,
    browser_version: found?.version,
  }
}
