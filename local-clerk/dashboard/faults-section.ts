import type { Context } from '../context.ts'
import { type Html, html } from './html.ts'

function number(name: string, label: string, value: number | null, max: number, step = '1'): Html {
  return html`<label>${label} <input type="number" name="${name}" value="${value}" min="0" max="${max}" step="${step}"></label>`
}

const chance = (name: string, label: string, value: number) => number(name, label, value, 1, '0.05')

function faultsForm(ctx: Context): Html {
  const faults = ctx.faults.get()
  return html`<form data-api="/dashboard/api/faults" data-method="PATCH">
    <fieldset>
      <legend>Deliveries</legend>
      <label class="wide">Event types, separated by commas; empty for all <input name="types" data-list value="${faults.types.join(', ')}"></label>
      ${chance('drop', 'Drop (0 to 1)', faults.drop)}
      ${chance('duplicate', 'Duplicate (0 to 1)', faults.duplicate)}
      ${number('duplicateTimes', 'Copies', faults.duplicateTimes, 20)}
      ${number('reorderMs', 'Reorder within, ms', faults.reorderMs, 600_000)}
      ${number('delayMs.0', 'Delay from, ms', faults.delayMs[0], 600_000)}
      ${number('delayMs.1', 'Delay to, ms', faults.delayMs[1], 600_000)}
      ${chance('wrongSignature', 'Wrong signature (0 to 1)', faults.wrongSignature)}
      ${chance('oldTimestamp', 'Ten minutes old (0 to 1)', faults.oldTimestamp)}
    </fieldset>
    <fieldset>
      <legend>Frontend API</legend>
      ${number('frontend.latencyMs', 'Latency of each call, ms', faults.frontend.latencyMs, 600_000)}
      <label class="wide">Parts of paths, separated by commas; empty for all <input name="frontend.paths" data-list value="${faults.frontend.paths.join(', ')}"></label>
    </fieldset>
    <fieldset>
      <legend>Backend API</legend>
      ${number('backend.status', 'Answer with status', faults.backend.status, 599)}
      ${number('backend.retryAfter', 'Retry-After, s', faults.backend.retryAfter, 3600)}
      ${number('backend.latencyMs', 'Latency of each call, ms', faults.backend.latencyMs, 600_000)}
      ${number('backend.times', 'For so many requests', faults.backend.times, 10_000)}
      <label class="check"><input type="checkbox" name="backend.down"${faults.backend.down ? html` checked` : ''}> Down: drop the connection</label>
      <label class="check"><input type="checkbox" name="backend.silent"${faults.backend.silent ? html` checked` : ''}> Silent: never answer</label>
    </fieldset>
    <div class="actions">
      <button>Set</button>
      <button type="button" class="plain" data-api="/dashboard/api/faults" data-method="DELETE">Clear all</button>
    </div>
  </form>`
}

/** The endpoint, the secrets that sign, and the faults on demand. */
export function faultsSection(ctx: Context): Html {
  return html`<section id="faults">
    <h2>Endpoint</h2>
    <form data-api="/dashboard/api/webhook" data-method="PUT">
      <label class="wide">Address <input name="url" type="url" value="${ctx.store.webhookUrl}" placeholder="http://localhost:3000/api/webhooks"></label>
      ${ctx.store.webhookDisabled && html`<p class="gone">Disabled: it failed for five days. Save the address to send to it again.</p>`}
      <button>Save</button>
    </form>
    <form data-api="/dashboard/api/secret" data-method="POST">
      <label class="wide">Secrets that sign now <output>${ctx.store.webhookSecrets.map(secret => html`<code>${secret}</code>`)}</output></label>
      <label class="wide">New secret; empty makes one <input name="secret" placeholder="whsec_…"></label>
      <label class="check"><input type="checkbox" name="keepOld" checked> The old one signs too</label>
      <button>Change the secret</button>
    </form>
    <h2>Faults</h2>
    ${faultsForm(ctx)}
    <form data-api="/dashboard/api/burst" data-method="POST">
      ${number('times', 'Updates of one user at once', 25, 500)}
      <button>Burst</button>
    </form>
  </section>`
}
