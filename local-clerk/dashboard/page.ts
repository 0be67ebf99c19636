import { adminEmail, demoCode, demoPassword, memberEmail } from '../seed/accounts.ts'
import type { Context } from '../context.ts'
import { deliveriesSection } from './deliveries-section.ts'
import { endpointSection } from './endpoint-section.ts'
import { faultsSection, presetsSection } from './faults-section.ts'
import { html } from './html.ts'
import { usersSection } from './users-section.ts'

function header(ctx: Context) {
  const { host } = new URL(ctx.url)
  return html`<header>
    <h1>Local Clerk</h1>
    <p>Plays Clerk at <code>${host}</code>. Nothing leaves this machine.</p>
    <dl>
      <div><dt>Admin</dt><dd><code>${adminEmail}</code></dd></div>
      <div><dt>Member</dt><dd><code>${memberEmail}</code></dd></div>
      <div><dt>Password of everyone seeded</dt><dd><code>${demoPassword}</code></dd></div>
      <div><dt>Code of every e-mail</dt><dd><code>${demoCode}</code></dd></div>
      <div><dt>Instance</dt><dd><code>${ctx.store.instanceId}</code></dd></div>
    </dl>
  </header>`
}

/** The whole page, as text. */
export function dashboardPage(ctx: Context): string {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>Local Clerk</title>
  <link rel="icon" href="/favicon.ico" type="image/svg+xml">
  <link rel="stylesheet" href="/dashboard/dashboard.css">
  <script src="/dashboard/dashboard.js" defer></script>
</head>
<body>
  ${header(ctx)}
  <p id="message" role="status" hidden></p>
  <main>
    ${presetsSection(ctx)}
    ${usersSection(ctx)}
    <div class="side">
      ${deliveriesSection(ctx)}
      ${endpointSection(ctx)}
      ${faultsSection(ctx)}
    </div>
  </main>
</body>
</html>`.markup
}
