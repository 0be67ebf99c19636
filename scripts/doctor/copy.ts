import * as v from 'valibot'
import type { Database } from '#db/client.ts'
import { findLastEventAt } from '#db/queries/diagnosis.ts'
import { databaseNow, ensureSyncState, findCheckState, findForwardedAt } from '#db/queries/state.ts'
import { ServerEnv } from '#server/schemas/env.ts'
import { nothingKnown } from '#server/sync/scan/check.ts'
import { judgeComparison, judgeProxies } from '#server/sync/health/verdict.ts'
import type { ProblemCode } from '#shared/types/sync.ts'
import type { Finding } from './finding.ts'
import { good, note } from './finding.ts'

/** The problems that make doctor fail. The others pass by themselves or when the server starts, or are a choice. */
const wrong: ProblemCode[] = ['not-compared', 'count', 'unwritten', 'unstorable']

/** What to do here, where the admin page says something else: its server runs, and this one may not. */
const mends: Partial<Record<ProblemCode, string>> = {
  'check-late': 'The check runs inside the server: start it. If it runs, its log says why no check finishes.',
}

/** Seconds between two checks, 0 when they are off; null when the variable is wrong. @param setting `SYNC_CHECK_SECONDS` */
export function checkSecondsOf(setting: string | undefined): number | null {
  const every = v.safeParse(ServerEnv.entries.SYNC_CHECK_SECONDS, setting)
  return every.success ? every.output : null
}

/** What the checks know of the copy, in the words of the admin page, and when Clerk was last heard. */
export async function checkCopy(db: Database, every: number): Promise<Finding[]> {
  // The server makes this row at its start, and may not have started yet.
  await ensureSyncState(db)
  const { check, seenUntil, checkedAt, comparedAt } = await findCheckState(db)
  const problems = judgeComparison({ check: { ...check ?? nothingKnown, every, seenUntil, checkedAt, comparedAt }, checkedAt: await databaseNow(db) })
  const compared = problems.map(({ code, sentence, action }): Finding => ({
    code,
    state: wrong.includes(code) ? 'wrong' : 'note',
    text: sentence,
    mend: mends[code] ?? action ?? undefined,
  }))
  if (compared.length === 0) compared.push(good('copy', `The last check finished at ${checkedAt}. Every change in Clerk until ${seenUntil} is here.`))
  return [...compared, heard(await findLastEventAt(db), every)]
}

/** Whether requests come through a proxy that is not trusted, in the words of the admin page. @param setting `TRUSTED_PROXIES` */
export async function checkProxies(db: Database, setting: string | undefined): Promise<Finding[]> {
  const trusted = v.safeParse(ServerEnv.entries.TRUSTED_PROXIES, setting)
  if (!trusted.success) return []
  const problems = judgeProxies({ proxies: { trusted: trusted.output, forwardedAt: await findForwardedAt(db) }, checkedAt: await databaseNow(db) })
  return problems.map(({ code, sentence, action }) => note(code, sentence, action ?? ''))
}

function heard(lastEventAt: string | null, every: number): Finding {
  if (lastEventAt) return good('heard', `Clerk's last event arrived at ${lastEventAt}.`)
  return note('never-heard', `No event has arrived from Clerk yet${every > 0 ? ', so only the check brings changes' : ''}.`, 'Add the endpoint in Clerk\'s dashboard (Webhooks), or look at its deliveries there: each failed one says why.')
}
