/** The style sheet, embedded in every page. */
export const styles = `
:root {
  color-scheme: light dark;
  --paper: #faf8f3;
  --card: #ffffff;
  --ink: #1c2420;
  --muted: #59645e;
  --line: #e2ddd0;
  --strong-line: #8c938d;
  --accent: #17624a;
  --accent-strong: #0f4d39;
  --on-accent: #ffffff;
  --tint: #e6f1ea;
  --on-tint: #134c3a;
  --code: #f3f0e7;
  --shadow: 0 1px 2px rgb(28 36 32 / 6%), 0 8px 24px rgb(28 36 32 / 5%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #111614;
    --card: #19201d;
    --ink: #edf2ee;
    --muted: #a3b0a9;
    --line: #2c3632;
    --strong-line: #75837b;
    --accent: #74d3ab;
    --accent-strong: #97e3c3;
    --on-accent: #06281c;
    --tint: #1c3a2f;
    --on-tint: #a8e6cb;
    --code: #141a17;
    --shadow: 0 1px 2px rgb(0 0 0 / 40%);
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0;
  min-height: 100vh;
  display: flex;
  flex-direction: column;
  background: var(--paper);
  color: var(--ink);
  font: 400 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
header, main, footer { width: 100%; max-width: 72rem; margin: 0 auto; padding-inline: clamp(1rem, 4vw, 2rem); }
a { color: var(--accent); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 0.25rem; }
.skip { position: absolute; left: -100vw; padding: 0.5rem 1rem; background: var(--card); }
.skip:focus { left: 1rem; top: 0.5rem; z-index: 1; }

header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem 1.5rem; padding-block: 1rem; }
.brand { display: flex; align-items: center; gap: 0.625rem; color: inherit; font: 600 1.125rem/1 var(--serif); text-decoration: none; }
.brand svg { width: 1.875rem; height: 1.875rem; }
:root { --serif: ui-serif, "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, "Times New Roman", serif; }
nav { display: flex; flex: 1; gap: 0.25rem; font-size: 0.9375rem; }
nav a { padding: 0.375rem 0.625rem; border-radius: 0.5rem; color: var(--muted); text-decoration: none; white-space: nowrap; }
nav a:hover { color: var(--ink); background: var(--tint); }
nav a[aria-current] { color: var(--on-tint); background: var(--tint); font-weight: 600; }
.account { display: flex; align-items: center; gap: 0.5rem 0.75rem; font-size: 0.9375rem; }
.account form { margin: 0; }
.who { display: flex; align-items: center; gap: 0.5rem; min-width: 0; }
.name { max-width: 12rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600; }
.picture { flex: none; border-radius: 50%; background: var(--tint); object-fit: cover; vertical-align: middle; }
.picture text { fill: var(--on-tint); font-weight: 600; }
/* Browsers only render ::after on an image that does not load. The initial covers the broken-image icon. */
.picture[data-initial] { position: relative; overflow: hidden; font-size: 1rem; }
.picture[data-initial]::after { content: attr(data-initial); position: absolute; inset: 0; display: grid; place-items: center; background: var(--tint); color: var(--on-tint); font-weight: 600; line-height: 1; }

.button {
  display: inline-block;
  padding: 0.4375rem 1rem;
  border: 1px solid transparent;
  border-radius: 0.625rem;
  background: var(--accent);
  color: var(--on-accent);
  font: inherit;
  font-weight: 600;
  line-height: 1.4;
  text-decoration: none;
  white-space: nowrap;
  cursor: pointer;
}
.button:hover { background: var(--accent-strong); }
.button.quiet { border-color: var(--strong-line); background: none; color: inherit; }
.button.quiet:hover { background: var(--tint); }
.button.large { padding: 0.75rem 1.5rem; font-size: 1.0625rem; }

main { flex: 1; padding-block: 1.5rem 3rem; }
h1, h2, h3 { line-height: 1.2; text-wrap: balance; }
h1 { margin: 0.5rem 0 0; font: 600 clamp(1.875rem, 1.4rem + 2vw, 2.5rem)/1.15 var(--serif); letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 0.75rem; font-size: 1.125rem; }
p { margin: 0.75rem 0 0; }
.lead { max-width: 44rem; color: var(--muted); font-size: 1.125rem; }
.lead strong { color: var(--ink); overflow-wrap: anywhere; }
.hero { padding: clamp(1.5rem, 5vw, 3.5rem); border: 1px solid var(--line); border-radius: 1.25rem; background: linear-gradient(135deg, var(--tint), var(--card) 70%); }
.hero { display: flex; align-items: center; justify-content: space-between; gap: 2rem; }
.hero h1 { margin: 0; font-size: clamp(2rem, 1.4rem + 3.2vw, 3.25rem); }
.hero.person { flex-wrap: wrap; justify-content: flex-start; gap: 1.25rem 1.75rem; padding-block: clamp(1.5rem, 4vw, 2.5rem); }
.hero.person h1 { font-size: clamp(1.75rem, 1.4rem + 2vw, 2.5rem); }
.hero.person .picture[data-initial] { font-size: 3rem; }
.hero.person .picture { box-shadow: 0 0 0 4px var(--card); }
.hero .chips { margin-top: 1rem; }
.hero .chips li { border: 1px solid var(--line); background: var(--card); }
.spines { flex: 0 1 18rem; min-width: 0; color: var(--ink); }
.actions { display: flex; flex-wrap: wrap; gap: 0.75rem; margin-top: 1.75rem; }

.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 25rem), 1fr)); gap: 1rem; margin: 0; padding: 0; list-style: none; }
.cards li { position: relative; padding: 1.25rem 1.5rem 1.375rem; border: 1px solid var(--line); border-radius: 1rem; background: var(--card); box-shadow: var(--shadow); }
.cards li:hover { border-color: var(--accent); }
.cards h3 { margin: 0; font-size: 1.125rem; }
.cards a { color: inherit; text-decoration: none; }
.cards a::after { content: ""; position: absolute; inset: 0; border-radius: 1rem; }
.cards a:focus-visible { outline: none; }
.cards a:focus-visible::after { outline: 2px solid var(--accent); outline-offset: 3px; }
.cards p { margin-top: 0.375rem; color: var(--muted); font-size: 1rem; }
.cards code { color: var(--accent); }

.chips { display: flex; flex-wrap: wrap; gap: 0.375rem; margin: 0; padding: 0; list-style: none; }
.chips li { padding: 0.0625rem 0.75rem; border-radius: 1rem; background: var(--tint); color: var(--on-tint); font-size: 0.9375rem; overflow-wrap: anywhere; }

.books { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 12rem), 1fr)); gap: 1rem; margin: 1.75rem 0 0; padding: 0; list-style: none; }
.books li { display: flex; flex-direction: column; justify-content: space-between; gap: 1rem; min-height: 15rem; padding: 1.5rem 1.25rem 1.25rem 1.75rem; border-radius: 0.25rem 0.75rem 0.75rem 0.25rem; background-image: linear-gradient(90deg, rgb(0 0 0 / 30%) 0.5rem, rgb(255 255 255 / 12%) 0.5rem 0.6875rem, transparent 0.6875rem); color: #ffffff; box-shadow: var(--shadow); }
.books strong { font: 600 1.25rem/1.25 var(--serif); text-wrap: balance; }
.books span { font-size: 0.875rem; }

table { width: 100%; margin-top: 1.75rem; border: 1px solid var(--line); border-spacing: 0; border-radius: 1rem; background: var(--card); box-shadow: var(--shadow); table-layout: fixed; }
th, td { padding: 0.625rem 1.25rem; text-align: start; vertical-align: top; overflow-wrap: anywhere; }
th { width: 30%; font-weight: 400; color: var(--muted); }
tr + tr > * { border-top: 1px solid var(--line); }
td i { color: var(--muted); font-style: normal; }
td pre { margin: 0.25rem 0 0; white-space: pre-wrap; }
details { margin-top: 1rem; }
summary { width: fit-content; cursor: pointer; color: var(--accent); }

h2 + table { margin-top: 0.75rem; }
.rows { margin: 1.75rem 0 0; padding: 0; border: 1px solid var(--line); border-radius: 1rem; background: var(--card); box-shadow: var(--shadow); list-style: none; }
.rows li { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.75rem 1.5rem; padding: 1rem 1.25rem; }
.rows li + li { border-top: 1px solid var(--line); }
.rows h2 { margin: 0; font-size: 1.0625rem; }
.rows p { margin: 0; color: var(--muted); font-size: 0.9375rem; }
.rows form { margin: 0; }

code, pre { font: 0.875rem/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
figure { margin: 2.5rem 0 0; }
figcaption { color: var(--muted); font-size: 0.9375rem; }
.box { margin: 0.75rem 0 0; padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: 1rem; background: var(--code); overflow-x: auto; }
.token { white-space: pre-wrap; overflow-wrap: anywhere; }
footer { padding-block: 1.25rem 2rem; color: var(--muted); font-size: 0.875rem; }

@media (max-width: 52rem) {
  .hero .spines { display: none; }
  header { gap: 0.75rem; }
  .account { margin-inline-start: auto; }
  nav { order: 1; flex-basis: 100%; flex-wrap: wrap; margin-inline: -0.625rem; }
}
@media (max-width: 30rem) {
  .account .name { display: none; }
  .account .button { padding-inline: 0.75rem; }
  .books li { min-height: 9rem; }
  nav a { padding-inline: 0.5rem; }
  nav { margin-inline: -0.5rem; gap: 0.125rem; }
  th, td { display: block; width: 100%; padding-inline: 1rem; }
  th { padding-bottom: 0; }
  tr > td { border-top: 0 !important; padding-top: 0.125rem; }
}
`;
