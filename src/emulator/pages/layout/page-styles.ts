import { pageColors } from './page-colors.js';

/** The style sheet of all pages, embedded in each. */
export const pageStyles = `
${pageColors}*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0;
  min-height: 100vh;
  display: flex;
  flex-direction: column;
  align-items: center;
  padding: 2rem 1rem;
  background: radial-gradient(70rem 32rem at 50% -10rem, var(--glow), transparent 70%) var(--canvas);
  color: var(--text);
  font: 400 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main {
  width: 100%;
  max-width: 27rem;
  margin: auto;
  padding: 2rem;
  border: 1px solid var(--line);
  border-radius: 1rem;
  background: var(--card);
  box-shadow: var(--shadow);
}
main.wide { max-width: 46rem; }
@media (max-width: 30rem) {
  body { padding: 0.75rem; }
  main { padding: 1.25rem; }
}
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; letter-spacing: -0.01em; text-wrap: balance; }
h2 { margin: 1.75rem 0 0.5rem; font-size: 0.875rem; font-weight: 600; color: var(--muted); }
p { margin: 0.375rem 0 0; overflow-wrap: anywhere; }
.lead { color: var(--muted); }
.brand { display: flex; align-items: center; gap: 0.75rem; margin-bottom: 1.25rem; }
.badge {
  flex: none;
  display: grid;
  place-items: center;
  width: 2.5rem;
  height: 2.5rem;
  border-radius: 0.75rem;
  background: var(--accent);
  color: var(--on-accent);
  font-weight: 700;
}
.brand b { flex: 1; min-width: 0; font-weight: 600; overflow-wrap: anywhere; }
fieldset { margin: 1.25rem 0 0; padding: 0; border: 0; }
legend { padding: 0; font-size: 0.875rem; font-weight: 600; color: var(--muted); }
.people { max-height: 22rem; overflow-y: auto; list-style: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: 0.75rem; }
.people li + li { border-top: 1px solid var(--line); }
.person {
  display: flex;
  align-items: center;
  gap: 0.75rem;
  width: 100%;
  min-height: 3.75rem;
  padding: 0.625rem 0.875rem;
  border: 0;
  background: none;
  color: inherit;
  font: inherit;
  text-align: start;
  cursor: pointer;
}
.person:hover { background: var(--hover); }
.person:focus-visible { outline-offset: -3px; border-radius: 0.75rem; }
.face {
  flex: none;
  display: grid;
  place-items: center;
  width: 2.25rem;
  height: 2.25rem;
  border-radius: 50%;
  background: var(--glow);
  font-size: 0.8125rem;
  font-weight: 600;
}
.who { flex: 1; min-width: 0; display: flex; flex-direction: column; line-height: 1.35; }
.who b { font-weight: 600; overflow-wrap: anywhere; }
.who small { color: var(--muted); font-size: 0.8125rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.tag {
  flex: none;
  max-width: 40%;
  padding: 0.0625rem 0.5rem;
  border: 1px solid var(--line);
  border-radius: 1rem;
  color: var(--muted);
  font-size: 0.75rem;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.or { display: flex; align-items: center; gap: 0.75rem; margin: 1.5rem 0 1.25rem; color: var(--muted); font-size: 0.875rem; }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
form.fields { display: grid; gap: 1rem; margin-top: 1.25rem; }
.or + form.fields { margin-top: 0; }
label { display: block; margin-bottom: 0.375rem; font-size: 0.875rem; font-weight: 600; }
label i { font-style: normal; font-weight: 400; color: var(--muted); }
input:not([type="hidden"], [type="checkbox"]) {
  width: 100%;
  min-height: 2.875rem;
  padding: 0.5rem 0.75rem;
  border: 1px solid var(--field-line);
  border-radius: 0.625rem;
  background: var(--field);
  color: inherit;
  font: inherit;
}
input[aria-invalid="true"] { border-color: var(--alert); }
.button {
  display: block;
  width: 100%;
  min-height: 2.875rem;
  padding: 0.5rem 1rem;
  border: 1px solid transparent;
  border-radius: 0.625rem;
  background: var(--accent);
  color: var(--on-accent);
  font: inherit;
  font-weight: 600;
  text-align: center;
  text-decoration: none;
  cursor: pointer;
}
.button:hover { background: var(--accent-strong); }
.button.quiet { border-color: var(--field-line); background: none; color: inherit; }
.button.quiet:hover { background: var(--hover); }
.buttons { display: grid; gap: 0.625rem; margin-top: 1.5rem; }
a { color: var(--accent); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.alert, .note { margin: 1.25rem 0 0; padding: 0.75rem 0.875rem; border: 1px solid; border-radius: 0.625rem; font-size: 0.9375rem; }
.alert { border-color: var(--alert-line); background: var(--alert-back); color: var(--alert); }
.note { border-color: var(--note-line); background: var(--note-back); color: var(--note); }
.below { margin-top: 1.25rem; text-align: center; font-size: 0.9375rem; color: var(--muted); }
.below + .below { margin-top: 0.375rem; }
.scopes { margin: 0.5rem 0 0; padding: 0; list-style: none; }
.scopes li { display: flex; gap: 0.625rem; padding: 0.375rem 0; }
pre { margin: 0.5rem 0 0; padding: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.scopes li::before { content: "✓"; color: var(--accent); font-weight: 700; }
.check { display: flex; gap: 0.625rem; align-items: center; padding: 0.375rem 0; font-weight: 400; }
.check input { width: 1.125rem; height: 1.125rem; accent-color: var(--accent); }
table { width: 100%; border-collapse: collapse; font-size: 0.9375rem; }
th, td { padding: 0.5rem 0.75rem 0.5rem 0; border-top: 1px solid var(--line); text-align: start; vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; overflow-wrap: break-word; }
code { font: 0.875em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
footer { margin: 1.5rem auto 0; max-width: 32rem; color: var(--muted); font-size: 0.8125rem; text-align: center; }
footer strong { color: var(--text); font-weight: 600; }
@media (prefers-reduced-motion: no-preference) {
  .button, .person { transition: background-color 120ms; }
}
`;
