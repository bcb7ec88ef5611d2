import type { IdentifierKind } from '../../tenant/identifier-kind.js';
import { html, type Markup } from './html.js';
import type { Texts } from '../texts/english.js';

const inputs = {
  username: { type: 'text', autocomplete: 'username' },
  email: { type: 'email', autocomplete: 'email' },
  phone: { type: 'tel', autocomplete: 'tel' },
} as const;

/** The field for one kind of identifier. */
export function identifierInput(
  kind: IdentifierKind,
  texts: Texts,
  value: string | undefined,
  error: string | undefined,
): Markup {
  const { type, autocomplete } = inputs[kind];
  return html`<div>
    <label for="${kind}">${texts.identifier[kind]}</label>
    <input
      id="${kind}"
      name="${kind}"
      type="${type}"
      value="${value ?? ''}"
      autocomplete="${autocomplete}"
      autocapitalize="none"
      spellcheck="false"
      required${describedByAlert(error)}
    />
  </div>`;
}

/** One field for several kinds of identifier. */
export function anyIdentifierInput(
  kinds: readonly IdentifierKind[],
  texts: Texts,
  value: string | undefined,
  error: string | undefined,
): Markup {
  const names = kinds.map((kind, index) => (index === 0 ? texts.identifier[kind] : lowerCase(texts, kind)));
  const last = names.pop() ?? '';
  const label = names.length > 0 ? `${names.join(', ')} ${texts.or} ${last}` : last;
  return html`<div>
    <label for="identifier">${label}</label>
    <input
      id="identifier"
      name="identifier"
      value="${value ?? ''}"
      autocomplete="username"
      autocapitalize="none"
      spellcheck="false"
      required${describedByAlert(error)}
    />
  </div>`;
}

export function passwordInput(label: string, isNew: boolean, error: string | undefined): Markup {
  return html`<div>
    <label for="password">${label}</label>
    <input
      id="password"
      name="password"
      type="password"
      autocomplete="${isNew ? 'new-password' : 'current-password'}"
      required${describedByAlert(error)}
    />
  </div>`;
}

/** The field for the code of the second factor. The element `hint` says which code to enter. */
export function codeInput(label: string, error: string | undefined): Markup {
  return html`<div>
    <label for="code">${label}</label>
    <input
      id="code"
      name="code"
      inputmode="numeric"
      autocomplete="one-time-code"
      required
      aria-describedby="${error === undefined ? 'hint' : 'alert hint'}"
      ${error !== undefined && html` aria-invalid="true"`}
    />
  </div>`;
}

/** The optional field for a name. */
export function nameInput(texts: Texts, value: string | undefined): Markup {
  return html`<div>
    <label for="name">${texts.name} <i>(${texts.optional})</i></label>
    <input id="name" name="name" value="${value ?? ''}" autocomplete="name" />
  </div>`;
}

/** For the middle of a label. German nouns keep their capital letter. */
function lowerCase(texts: Texts, kind: IdentifierKind): string {
  const word = texts.identifier[kind];
  return texts.language === 'de' ? word : word.charAt(0).toLowerCase() + word.slice(1);
}

function describedByAlert(error: string | undefined): Markup | false {
  return error !== undefined && html` aria-invalid="true" aria-describedby="alert"`;
}
