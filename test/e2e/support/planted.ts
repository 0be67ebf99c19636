/** Secrets that the tests' build sees and must not keep; the same names hold other values when the app starts. */
export const plantedAtBuild = {
  NUXT_CLERK_SECRET_KEY: 'sk_test_planted4711atbuild',
  NUXT_CLERK_WEBHOOK_SIGNING_SECRET: `whsec_${Buffer.from('planted 4711 at build').toString('base64')}`,
  METRICS_TOKEN: 'metrics-planted-4711-at-build',
  CRON_TOKEN: 'cron-planted-4711-at-build',
  DATABASE_URL: 'postgres://nobody:password-planted-4711-at-build@127.0.0.1:9/nothing',
}
