import { defineNitroPlugin } from 'nitropack/runtime'
import { checkEnv, useEnv } from '../env.ts'
import { describeFailure } from '../failure.ts'
import { exitWith, flushLog, logFailure } from '../log/log.ts'
import { useAppDatabase, useDb, useMirror, useSharedAnswers, useStreams } from '../parts.ts'
import { startSchedules } from '../sync/schedules.ts'
import { startTracing, tracing } from '../tracing/tracing.ts'
import { isSafe } from '../utils/methods.ts'

/** The built server starts whole or not at all. Nitro swallows what a plugin throws, so it exits by itself. */
export default defineNitroPlugin((nitro) => {
  const { problems } = checkEnv()
  if (problems.length > 0) {
    if (import.meta.dev) return
    exitWith('Rollcall cannot start.', { problems })
  }
  // Whoever read the log may be gone. Without a listener each line is an error that nobody caught, which Nitro logs, without end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  // Nitro logs what nobody caught and goes on; with a port that is taken that means for ever, serving no one.
  process.on('uncaughtException', (error) => {
    if (!('code' in error) || error.code !== 'EADDRINUSE') return
    exitWith('This port is taken. Stop what runs there, or set PORT to another.')
  })
  useAppDatabase().prepare().catch(error => exitWith(error instanceof Error ? error.message : describeFailure(error)))
  void startTracing()
  const { LIVE, RECONCILE_CRON, RETENTION_DAYS } = useEnv()
  // Nitro fixes its own schedules at build, and these are set where it runs. With LIVE=off, /api/cron/check does their work.
  const stopSchedules = LIVE === 'off'
    ? () => {}
    : startSchedules({ db: useDb, mirror: useMirror(), reconcileCron: RECONCILE_CRON, retentionDays: RETENTION_DAYS, onFailure: logFailure })
  // Nitro waits for open connections before its own `close` hook, so the streams end with the signal.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => useStreams().closeAll())
  // Who has just changed something here and asks as a guest sees it, before its notice has come.
  nitro.hooks.hook('beforeResponse', ({ method }) => void (isSafe(method) || useSharedAnswers().forget()))
  nitro.hooks.hook('close', async () => {
    stopSchedules()
    // Requests have ended by now. A scan or a check that goes on may be cut off: it is safe to start again.
    await useAppDatabase().close(0.5)
    await tracing()?.close()
    await flushLog()
  })
})
