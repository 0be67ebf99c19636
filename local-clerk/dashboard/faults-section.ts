import type { Context } from '../context.ts'
import { type Html, html } from './html.ts'
import { presetNames, presets } from './presets.ts'

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })

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

/** The faults that are worth seeing, and those that are set. */
export function presetsSection(ctx: Context): Html {
  const chosen = ctx.presets.chosen()
  const endsAt = chosen?.endsAt ?? null
  return html`<section id="presets" data-live>
    <h2>Faults</h2>
    <div class="bar">
      ${presetNames.map(name => html`<button class="plain" aria-pressed="${String(name === chosen?.name)}" data-api="/dashboard/api/preset" data-method="PUT" data-body="${JSON.stringify({ name })}">${presets[name].label}</button>`)}
      <button class="plain" data-api="/dashboard/api/faults" data-method="DELETE">No faults</button>
    </div>
    ${endsAt !== null && html`<p class="note">Until ${clock.format(endsAt)}.</p>`}
    ${chosen === null && ctx.faults.any() && html`<p class="note">Faults of your own are set, below.</p>`}
  </section>`
}

/** Every fault, one by one. */
export function faultsSection(ctx: Context): Html {
  return html`<section id="faults">
    <details data-keep="faults">
      <summary><h2>Every fault</h2></summary>
      ${faultsForm(ctx)}
      <form data-api="/dashboard/api/burst" data-method="POST">
        ${number('times', 'Updates of one user at once', 25, 500)}
        <button>Burst</button>
      </form>
    </details>
  </section>`
}
