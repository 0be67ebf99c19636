import type { Finding, FindingCode } from './finding.ts'
import { good, note, wrong } from './finding.ts'

/** Svix's bound: a delivery that is older or newer is refused, and so is a change that is dated further ahead. Seconds. */
const BOUND = 300
/** Less may be the way between, and Clerk's clock comes in whole seconds. */
const NOTABLE = 5

/**
 * How far another clock is from ours.
 * @param whose such as `Clerk`
 * @param time what it said, ms since 1970
 * @param asked when it was asked and when it answered, ms since 1970
 */
export function checkClock(code: FindingCode, whose: string, time: number, [from, to]: [number, number]): Finding[] {
  if (Number.isNaN(time)) return []
  const seconds = Math.round((time < from ? time - from : time > to ? time - to : 0) / 1000)
  const apart = Math.abs(seconds)
  if (apart < NOTABLE) return [good(code, `${whose}'s clock and ours agree.`)]
  const text = `${whose}'s clock is ${apart} s ${seconds > 0 ? 'ahead of' : 'behind'} ours.`
  return apart >= BOUND
    ? [wrong(code, `${text} Deliveries that differ by more than ${BOUND} s are refused.`, 'Set the clock by NTP on both machines.')]
    : [note(code, `${text} From ${BOUND} s on, deliveries are refused.`, 'Set the clock by NTP on both machines.')]
}
