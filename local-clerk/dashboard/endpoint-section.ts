import type { Context } from '../context.ts'
import { type Html, html } from './html.ts'

/** Where events go, and the secrets that sign them. */
export function endpointSection(ctx: Context): Html {
  return html`<section id="endpoint">
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
  </section>`
}
