/** An element of the page. */
export function element<T extends Element = HTMLElement>(selector: string, parent: ParentNode = document): T {
  const found = parent.querySelector<T>(selector);
  if (!found) throw new Error(`The page has no "${selector}"`);
  return found;
}

/** A copy of the content of a template. */
export function copyOf(template: string): DocumentFragment {
  return element<HTMLTemplateElement>(`#${template}`).content.cloneNode(true) as DocumentFragment;
}
