import { html } from './layout/html.js';
import { codeInput } from './layout/form-field.js';
import { alert, heading, renderPage, type Page } from './layout/page-layout.js';
import type { PageView } from './layout/page-view.js';

interface StepUpView extends PageView {
  /** The code that the page accepts. */
  code: string;
}

/** The page that asks a signed-in user for the second factor. It says which code to enter. */
export function stepUpPage({ texts, application, action, code, error, theme }: StepUpView): Page {
  return renderPage({
    title: `${texts.stepUp} · ${application}`,
    texts,
    theme,
    content: html`${heading(texts, application, texts.stepUp, html`${texts.stepUpLead(application)}`)}
      ${alert(error)}
      <p class="note" id="hint">${texts.stepUpCode} <code>${code}</code></p>
      <form class="fields" method="post" action="${action}">
        ${codeInput(texts.code, error)}
        <button type="submit" class="button">${texts.continue}</button>
      </form>
      <form class="fields" method="post" action="${action}">
        <button type="submit" class="button quiet" name="decision" value="cancel">
          ${texts.noSecondFactor}
        </button>
      </form>`,
  });
}
