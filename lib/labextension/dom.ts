/** Makes elements in one expression. */

/** An element with properties and children; texts become text nodes. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<Omit<HTMLElementTagNameMap[K], 'style' | 'dataset'>> & { readonly className?: string },
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

/** A button that is not a submit button. */
export function button(
  label: string,
  className: string,
  title: string,
  onClick: () => void,
): HTMLButtonElement {
  const made = element('button', { type: 'button', className, title }, label);
  made.setAttribute('aria-label', title);
  made.addEventListener('click', onClick);
  return made;
}
